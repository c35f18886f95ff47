"""The Postgres database: an embedded server, or the one given by ``DATABASE_URL``."""
