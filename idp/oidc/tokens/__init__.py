"""What is in each token and how it is issued, rotated and revoked."""
