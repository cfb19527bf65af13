"""The pages of an organisation's wallet."""
