"""The first version: one file per noun."""
