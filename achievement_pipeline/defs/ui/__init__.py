"""What the Dagster UI shows: metadata, plots, progress."""
