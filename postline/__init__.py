"""Postline: the help desk for departments that answer ten thousand e-mails a day."""

__version__ = "0.1.0"
