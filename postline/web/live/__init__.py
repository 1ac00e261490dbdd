"""`/live/`: what changes is told to open pages and programs at once, each what its person may see."""
