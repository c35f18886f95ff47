"""Wordings that an agent or a language model proposed, to be decided by the user."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "proposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "achievement_key",
            sa.Text(collation="C"),
            nullable=False,
            comment="The achievement, which may be absorbed by now",
        ),
        sa.Column("field", sa.Text(), nullable=False, comment="What it words: title, description or outcome"),
        sa.Column("value", sa.Text(), nullable=False, comment="The proposed text"),
        sa.Column("made_by", sa.Text(), nullable=False, comment="agent, or the name of the language model"),
        sa.Column("made_at", _MOMENT, server_default=sa.func.now(), nullable=False, comment="When it was made"),
        sa.Column("facts", JSONB(), nullable=False, comment="Texts of the facts that it rests on"),
        sa.Column("doubt", sa.Text(), nullable=True, comment="Why the facts do not support it, if they do not"),
        sa.Column("prompt_hash", sa.Text(), nullable=True, comment="SHA-256 of the prompt of the language model"),
        sa.Column("state", sa.Text(), server_default="open", nullable=False, comment="One of ProposalState"),
        sa.Column("decided_at", _MOMENT, nullable=True, comment="When the user decided it"),
        sa.CheckConstraint("state IN ('open', 'accepted', 'rejected')", name=op.f("ck_proposals_known_state")),
        sa.ForeignKeyConstraint(
            ["achievement_key"], ["achievements.key"], name=op.f("fk_proposals_achievement_key_achievements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        comment="Wordings that an agent or a language model proposed",
    )
    op.create_index(op.f("ix_proposals_achievement_key"), "proposals", ["achievement_key"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("proposals")
