"""Links name an issue by ``issue:eng-12`` whatever its tracker."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = ("activity_names", "activity_links", "former_names")


def upgrade() -> None:
    """Rename what is stored; what the lanes have is judged again after the upgrade."""
    for table in _TABLES:
        op.execute(f"UPDATE {table} SET name = 'issue:' || substr(name, 8) WHERE name LIKE 'linear:%'")  # noqa: S608 - of this module
    op.alter_column("activity_names", "name", comment="commit:<sha>, issue:eng-1, ...")


def downgrade() -> None:
    """Name those of Linear as before; the names of GitHub's issues have a number sign."""
    for table in _TABLES:
        op.execute(
            f"UPDATE {table} SET name = 'linear:' || substr(name, 7) "  # noqa: S608 - of this module
            "WHERE name LIKE 'issue:%' AND name NOT LIKE '%#%'"
        )
    op.alter_column("activity_names", "name", comment="commit:<sha>, linear:eng-1, ...")
