"""The skills that activities show."""
