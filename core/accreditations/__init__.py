"""What professional bodies recognise: kinds, holders, validity, and where it was learnt from."""
