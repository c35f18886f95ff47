"""KEEP: Postgres, embedded or given by ``DATABASE_URL``."""
