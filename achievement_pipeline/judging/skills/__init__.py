"""Which skills an activity shows."""
