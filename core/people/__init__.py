"""People: who they are, how they are reached, what the product may say about them."""
