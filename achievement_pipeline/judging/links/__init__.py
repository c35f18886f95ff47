"""Which activities belong to one piece of work."""
