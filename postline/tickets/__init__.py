"""The record: tickets with their messages, notes and history. `actions` change it, `queries` read it."""
