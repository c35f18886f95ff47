"""Whole columns of a dataframe at once, by Arrow: text and JSON."""
