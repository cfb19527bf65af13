"""Verification of signed tokens, used by issuer and resource server alike."""
