"""What a user or their agent decided about achievements: edits, approvals, proposals, statements, merges."""
