"""Filters, hints, templates: WHEN conditions and WHAT steps."""
