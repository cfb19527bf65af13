"""The protocol: endpoints, checks, grants, tokens. No page and no business rule."""
