"""Clocks: how long until a target of a ticket is due, counted in working time, and what follows.

Whatever changes a ticket says so to `follow`, in its own transaction; `escalate` does what has become due; `recount`
goes through the open tickets after calendars or targets have changed.
"""
