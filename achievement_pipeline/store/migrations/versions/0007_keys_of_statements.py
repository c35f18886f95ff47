"""Keys of statements start with ``manual:``, whatever their type: other prefixes belong to sources."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_REFERENCES = {
    "skills": "achievement_key",
    "edits": "achievement_key",
    "former_names": "achievement_key",
    "publications": "achievement_key",
    "achievements": "absorbed_by",
}


def upgrade() -> None:
    """Put the prefix before keys that lack it."""
    _rename("'manual:' || key", "key NOT LIKE 'manual:%'")


def downgrade() -> None:
    """Take it away where there is a type."""
    _rename("substr(key, 8)", "key LIKE 'manual:%:%' AND key = 'manual:' || source_type || ':' || source_id")


def _rename(to: str, where: str) -> None:
    """Rename achievements that were stated, and what refers to them."""
    constraints = {table: op.f(f"fk_{table}_{column}_achievements") for table, column in _REFERENCES.items()}
    for table, constraint in constraints.items():
        op.execute(f"ALTER TABLE {table} ALTER CONSTRAINT {constraint} DEFERRABLE INITIALLY DEFERRED")
    op.execute(
        f"CREATE TEMPORARY TABLE renamed ON COMMIT DROP AS SELECT key AS old, {to} AS new FROM achievements "  # noqa: S608 - of this module
        f"WHERE score_version = 'manual' AND {where}"
    )
    op.execute(
        "UPDATE achievements SET key = new, evidence = jsonb_set(evidence, '{0,key}', to_jsonb(new)) "
        "FROM renamed WHERE key = old"
    )
    for table, column in _REFERENCES.items():
        op.execute(f"UPDATE {table} SET {column} = new FROM renamed WHERE {column} = old")  # noqa: S608 - of this module
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table, constraint in constraints.items():
        op.execute(f"ALTER TABLE {table} ALTER CONSTRAINT {constraint} NOT DEFERRABLE")
    op.execute("DROP TABLE renamed")
