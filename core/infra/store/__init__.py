"""Ephemeral state: five verbs, two implementations, one conformance test."""
