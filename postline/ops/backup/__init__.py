"""A copy of an installation, and an installation from a copy (docs/decisions/0011)."""
