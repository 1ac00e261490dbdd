"""A message or a form arrives, is kept, read, and becomes a ticket's message."""
