"""How the agent speaks with whoever sits before it: in a window of its own, or in its terminal."""
