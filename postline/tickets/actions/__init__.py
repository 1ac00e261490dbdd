"""One file per act: it checks the right, changes the rows, writes the event and what must be sent, in one transaction."""
