"""Achievements know which coding agents helped."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it is filled when achievements are composed the next time."""
    op.add_column(
        "achievements",
        sa.Column(
            "assisted_by",
            sa.ARRAY(sa.Text()),
            nullable=False,
            server_default="{}",
            comment="Coding agents that helped",
        ),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("achievements", "assisted_by")
