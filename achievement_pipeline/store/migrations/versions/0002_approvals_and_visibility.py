"""Edits for one channel, and the visibility of repositories."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column(
        "edits",
        sa.Column("channel", sa.Text(), nullable=True, comment="The way out that it holds for; missing: all of them"),
    )
    op.add_column(
        "repositories",
        sa.Column(
            "visibility", sa.Text(), nullable=True, comment="Who can see it, as its host says: public or private"
        ),
    )


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("repositories", "visibility")
    op.drop_column("edits", "channel")
