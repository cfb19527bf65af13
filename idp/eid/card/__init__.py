"""What runs beside the browser of whoever holds the card; it knows nothing of the server."""
