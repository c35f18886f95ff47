"""Names of activities that are gone from their source."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "former_names",
        sa.Column(
            "achievement_key",
            sa.Text(collation="C"),
            nullable=False,
            comment="The achievement, and the activity it was of",
        ),
        sa.Column("name", sa.Text(collation="C"), nullable=False, comment="As in activity_names"),
        sa.ForeignKeyConstraint(
            ["achievement_key"], ["achievements.key"], name=op.f("fk_former_names_achievement_key_achievements")
        ),
        sa.PrimaryKeyConstraint("achievement_key", "name", name=op.f("pk_former_names")),
        comment="Names of achievements whose activities are gone from their sources",
    )
    op.create_index(op.f("ix_former_names_name"), "former_names", ["name"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("former_names")
