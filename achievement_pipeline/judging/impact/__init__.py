"""Whether an activity is significant, and its scores."""
