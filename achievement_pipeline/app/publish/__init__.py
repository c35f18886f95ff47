"""Select, render and post achievements."""
