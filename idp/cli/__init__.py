"""The command line of the provider: each command calls one use case."""
