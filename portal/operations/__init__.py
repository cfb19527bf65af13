"""The operators' pages (S2): catalogue, kinds, programs, registers, keys, staff, and how the worker fares."""
