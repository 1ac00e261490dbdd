"""Measures what DESIGN promises, each on an installation of its own that is thrown away afterwards."""
