"""Commands that look: `list`, `show`, `explain`, `skills`."""
