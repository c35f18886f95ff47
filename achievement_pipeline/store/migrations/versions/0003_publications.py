"""Publications of achievements on channels."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "publications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "achievement_key",
            sa.Text(collation="C"),
            nullable=False,
            comment="The achievement, which may be absorbed by now",
        ),
        sa.Column("channel", sa.Text(), nullable=False, comment="The way out"),
        sa.Column("state", sa.Text(), nullable=False, comment="One of PublicationState"),
        sa.Column("text", sa.Text(), nullable=False, comment="Exactly what is sent"),
        sa.Column("visibility", sa.Text(), nullable=False, comment="Who may see it, as the channel calls it"),
        sa.Column("remote_id", sa.Text(), nullable=True, comment="Its name on the channel"),
        sa.Column(
            "attempts", sa.Integer(), server_default="0", nullable=False, comment="How often sending it was begun"
        ),
        sa.Column(
            "in_doubt",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Whether an attempt may have arrived",
        ),
        sa.Column("detail", sa.Text(), nullable=False, comment="Why it is in this state, for people"),
        sa.Column("not_before", _MOMENT, nullable=True, comment="The channel takes it from then on"),
        sa.Column("sent_at", _MOMENT, nullable=True, comment="When the attempt that counts was begun"),
        sa.Column(
            "changed_at", _MOMENT, server_default=sa.func.now(), nullable=False, comment="When its state last changed"
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'sending', 'unknown', 'published', 'failed', 'deleted')",
            name=op.f("ck_publications_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["achievement_key"], ["achievements.key"], name=op.f("fk_publications_achievement_key_achievements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("channel", "achievement_key", name=op.f("uq_publications_channel_achievement_key")),
        comment="What was said of which achievement on which channel, each at most once",
    )
    op.create_index(op.f("ix_publications_achievement_key"), "publications", ["achievement_key"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("publications")
