"""Tables of `rules`."""
