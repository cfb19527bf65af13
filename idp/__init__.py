"""The OpenID provider: authenticates people and states the truth in `core` as tokens."""
