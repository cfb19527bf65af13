"""The employees of an organisation: who they are, who waits, adding, confirming, changing, ending."""
