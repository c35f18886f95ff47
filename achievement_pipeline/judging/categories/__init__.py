"""What kind of work an activity is."""
