"""Several clones and work trees of one repository."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "repositories",
        sa.Column(
            "other_locations",
            sa.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="Other clones and work trees of it, whose commits are read too",
        ),
    )


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("repositories", "other_locations")
