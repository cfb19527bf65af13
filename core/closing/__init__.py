"""Use cases whose effect crosses the slices: an end that closes what rested on it."""
