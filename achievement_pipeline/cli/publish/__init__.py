"""Commands that publish: `export`, `publish`, `login`, `logout`."""
