"""An organisation's wallet; it knows organisations by their identifier only."""
