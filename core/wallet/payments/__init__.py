"""Recharging online: intended top-ups, the payment provider, and what it does to a payment."""
