"""Vectorised text and JSON operations on dataframe columns, built on Arrow."""
