"""Pages for tool developers, generated from the tables that the product works with."""
