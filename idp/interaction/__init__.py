"""The pages between a tool's request and its answer, and the order in which they come."""
