"""The desk of tool developers: programs of their own, and a try-out that explains each claim (C6)."""
