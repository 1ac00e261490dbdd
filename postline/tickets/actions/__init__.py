"""One file per act: it checks the right, changes the rows, writes event and outbox, in one transaction."""
