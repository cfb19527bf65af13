"""Recharging by transfer: structured messages, statements of the bank, what waits for a person."""
