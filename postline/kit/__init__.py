"""Small and boring: no domain words, no tables."""
