"""Metadata, plots and progress for the Dagster UI."""
