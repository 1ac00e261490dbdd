"""What must always hold (DESIGN 5), asked of the whole database: one small function for each invariant."""
