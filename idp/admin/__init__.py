"""The interface for staff, `/admin/v1`: what the portal's desks do to data that only the provider has."""
