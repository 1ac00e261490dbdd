"""A person's own pages: sign in and out, a forgotten password, settings."""
