"""What changed, as texts state it in numbers."""
