"""Signing keys: who signs, with which key, in which state."""
