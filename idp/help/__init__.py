"""Frequent questions, and the way to the helpdesk (G3)."""
