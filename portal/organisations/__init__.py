"""My organisations: the overview, adding one, its data."""
