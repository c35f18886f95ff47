"""Which pieces of work a project's own release notes announce."""
