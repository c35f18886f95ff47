"""The code location: the one `Definitions` object."""
