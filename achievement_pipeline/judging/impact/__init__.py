"""Scores: whether an activity counts, and for how much."""
