"""Commands that collect: `collect`, `backfill`, `hook`."""
