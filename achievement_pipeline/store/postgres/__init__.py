"""Connect to Postgres, migrate it, lock in it, and copy dataframes to and from it."""
