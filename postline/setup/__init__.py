"""A project's whole set-up as a file: copied, exported, imported."""
