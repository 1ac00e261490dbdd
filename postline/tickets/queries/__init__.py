"""Reads: what a person may see, in a fixed number of queries."""
