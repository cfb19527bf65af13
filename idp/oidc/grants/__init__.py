"""The seams with Authlib's grants: one short file for each."""
