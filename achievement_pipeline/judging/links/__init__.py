"""Which activities are one piece of work."""
