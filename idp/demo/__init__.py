"""The demo world of `contract.md`: people, organisations, tools and clients to try the product with."""
