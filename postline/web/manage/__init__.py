"""Pages of leads and administrators."""
