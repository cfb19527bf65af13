"""A person's own account: what is known of them, what proves them, who receives what, how to leave."""
