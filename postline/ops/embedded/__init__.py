"""The embedded PostgreSQL: the binaries of a wheel, started and watched by us (docs/decisions/0001)."""
