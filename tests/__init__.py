"""Tests mirror the packages; what they stand on is in `tests.support`."""
