"""The versions of the tables, and the ways between them (Alembic)."""
