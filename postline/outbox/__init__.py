"""Messages on their way out. `put.put` is the only door in; `send` takes them to the relay."""
