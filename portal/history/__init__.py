"""The history of an organisation: what was done, by whom and when, in sentences (O10)."""
