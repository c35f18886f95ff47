"""Which changed files and lines are not work."""
