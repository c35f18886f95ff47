"""What a project's own release notes announce, and which pieces of work that was."""
