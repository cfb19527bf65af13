"""How people prove who they are, and what is kept for it."""
