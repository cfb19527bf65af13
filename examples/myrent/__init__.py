"""MyRent Pro, an example tool: rentals and buildings for estate agents and syndics."""
