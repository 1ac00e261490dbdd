"""Running Postline: commands, roles, the embedded database, the demo."""
