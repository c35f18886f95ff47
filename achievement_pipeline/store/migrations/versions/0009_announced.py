"""Achievements know where they were announced, and which release contained them first."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; they are filled when achievements are composed the next time."""
    op.add_column(
        "achievements",
        sa.Column(
            "announced",
            JSONB(),
            comment="Where its project announced it: version, date, section, highlight, sentence, path",
        ),
    )
    op.add_column("achievements", sa.Column("first_release", sa.Text(), comment="The first tag that contains it"))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("achievements", "first_release")
    op.drop_column("achievements", "announced")
