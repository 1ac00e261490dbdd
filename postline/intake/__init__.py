"""A message arrives: kept, then acknowledged; read, joined to its ticket, answered automatically."""
