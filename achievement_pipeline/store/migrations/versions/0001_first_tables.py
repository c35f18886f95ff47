"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "achievements",
        sa.Column("key", sa.Text(collation="C"), nullable=False, comment="Key of the root activity"),
        sa.Column("title", sa.Text(), nullable=False, comment="One line for people"),
        sa.Column("category", sa.Text(), nullable=False, comment="Kind of work"),
        sa.Column("description", sa.Text(), nullable=False, comment="What its author wrote"),
        sa.Column(
            "source_type",
            sa.Text(),
            nullable=False,
            comment="Kind of the root activity; manual: a person wrote it down",
        ),
        sa.Column("source_id", sa.Text(), nullable=False, comment="Name of the root activity within its source"),
        sa.Column("source_url", sa.Text(), nullable=True, comment="Where the root can be seen"),
        sa.Column("repository", sa.Text(), nullable=True, comment="Key of the repository"),
        sa.Column("author", sa.Text(), nullable=False, comment="Canonical e-mail address of the person"),
        sa.Column("coauthors", sa.ARRAY(sa.Text()), nullable=False, comment="Canonical addresses it is shared with"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True, comment="Missing when no evidence gives it"),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True, comment="When the piece of work was done"),
        sa.Column("impact_score", sa.Double(), nullable=False, comment="Points, 0 to 100"),
        sa.Column("complexity_score", sa.Double(), nullable=False, comment="Points, 0 to 100"),
        sa.Column("score_ledger", JSONB(), nullable=False, comment="The lines that sum to the scores"),
        sa.Column("score_version", sa.Text(), nullable=False, comment="Version of the rules that gave the scores"),
        sa.Column("skills_demonstrated", sa.ARRAY(sa.Text()), nullable=False, comment="Skills, the strongest first"),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False, comment="Source, type, scope, breaking, shared"),
        sa.Column("evidence", JSONB(), nullable=False, comment="Its activities: key, kind, title, url, person, at"),
        sa.Column("portfolio_ready", sa.Boolean(), nullable=False, comment="Impact reaches the portfolio threshold"),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True, comment="Since when it no longer counts"),
        sa.Column("retracted_reason", sa.Text(), nullable=True, comment="Why it no longer counts"),
        sa.Column(
            "absorbed_by", sa.Text(collation="C"), nullable=True, comment="The achievement that it became a part of"
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was first stored",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it last changed",
        ),
        sa.CheckConstraint(
            "(retracted_at IS NULL) = (retracted_reason IS NULL)", name=op.f("ck_achievements_retracted_with_reason")
        ),
        sa.CheckConstraint("complexity_score BETWEEN 0 AND 100", name=op.f("ck_achievements_complexity_score_range")),
        sa.CheckConstraint("impact_score BETWEEN 0 AND 100", name=op.f("ck_achievements_impact_score_range")),
        sa.ForeignKeyConstraint(
            ["absorbed_by"], ["achievements.key"], name=op.f("fk_achievements_absorbed_by_achievements")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_achievements")),
        sa.UniqueConstraint("source_type", "source_id", name=op.f("uq_achievements_source_type_source_id")),
        comment="Pieces of work: a root activity with all that belongs to it",
    )
    op.create_index(op.f("ix_achievements_completed_at"), "achievements", ["completed_at"])
    op.create_table(
        "repositories",
        sa.Column("key", sa.Text(collation="C"), nullable=False, comment="Stable key, the partition of the git lane"),
        sa.Column("location", sa.Text(), nullable=False, comment="Path or clone URL, without credentials"),
        sa.Column("branches", sa.Text(), nullable=False, comment="Which commits are read: default or all"),
        sa.Column(
            "added_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was first asked for",
        ),
        sa.Column(
            "missing_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when it can't be found; its work is kept",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_repositories")),
        comment="Repositories that were asked for, and where they are",
    )
    op.create_table(
        "slices",
        sa.Column(
            "name", sa.Text(collation="C"), nullable=False, comment="Lane and repository: git/github.com/owner/name"
        ),
        sa.Column("version", sa.Text(), nullable=False, comment="Version of the frames that are stored"),
        sa.Column("rules", sa.Text(), nullable=False, comment="Version of the rules its achievements were composed by"),
        sa.Column(
            "stored_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When this version was stored",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_slices")),
        comment="Parts of the activities that are replaced as a whole",
    )
    op.create_table(
        "activities",
        sa.Column("key", sa.Text(collation="C"), nullable=False, comment="Stable name, the same on every machine"),
        sa.Column("slice", sa.Text(collation="C"), nullable=False, comment="Brought by this slice"),
        sa.Column("kind", sa.Text(), nullable=False, comment="What it is in its source"),
        sa.Column("source_id", sa.Text(), nullable=False, comment="Its name within its source"),
        sa.Column("repository", sa.Text(), nullable=True, comment="Key of the repository"),
        sa.Column("title", sa.Text(), nullable=False, comment="One line for people"),
        sa.Column("description", sa.Text(), nullable=False, comment="The rest of what its author wrote"),
        sa.Column("url", sa.Text(), nullable=True, comment="Where it can be seen"),
        sa.Column("person", sa.Text(), nullable=False, comment="Whose it is: canonical e-mail address"),
        sa.Column("person_name", sa.Text(), nullable=False, comment="The name to show for the person"),
        sa.Column(
            "coauthors", sa.ARRAY(sa.Text()), nullable=False, comment="Canonical addresses of others it belongs to"
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True, comment="Missing when no evidence gives it"),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True, comment="When it was done"),
        sa.Column("category", sa.Text(), nullable=False, comment="Kind of work"),
        sa.Column("category_rule", sa.Text(), nullable=False, comment="Which rule gave the category"),
        sa.Column("significant", sa.Boolean(), nullable=False, comment="Whether it may make an achievement"),
        sa.Column("reasons", sa.ARRAY(sa.Text()), nullable=False, comment="Reason codes that decided it"),
        sa.Column(
            "parent",
            sa.Text(collation="C"),
            nullable=True,
            comment="Key of the activity that it belongs to, found by the links",
        ),
        sa.Column(
            "retracted_by", sa.Text(collation="C"), nullable=True, comment="What reverted it, or what it repeats"
        ),
        sa.Column("details", JSONB(), nullable=False, comment="The columns that only its lane has"),
        sa.Column("impact", sa.Double(), nullable=True, comment="Points"),
        sa.Column("complexity", sa.Double(), nullable=True, comment="Points"),
        sa.Column("ledger", JSONB(), nullable=True, comment="The lines that sum to its scores"),
        sa.Column("score_version", sa.Text(), nullable=True, comment="Version of the rules that gave the score"),
        sa.Column("skills", JSONB(), nullable=False, comment="Skills it shows: skill, kind, weight, evidence"),
        sa.Column(
            "digest", sa.BigInteger(), nullable=False, comment="Hash of what its lane brought: equal rows are kept"
        ),
        sa.ForeignKeyConstraint(["slice"], ["slices.name"], name=op.f("fk_activities_slice_slices")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_activities")),
        comment="Units of work as their sources record them, judged",
    )
    op.create_index(op.f("ix_activities_parent"), "activities", ["parent"])
    op.create_index(op.f("ix_activities_slice"), "activities", ["slice"])
    op.create_table(
        "activity_names",
        sa.Column("name", sa.Text(collation="C"), nullable=False, comment="commit:<sha>, linear:eng-1, ..."),
        sa.Column("activity_key", sa.Text(collation="C"), nullable=False, comment="The activity that it names"),
        sa.ForeignKeyConstraint(
            ["activity_key"],
            ["activities.key"],
            name=op.f("fk_activity_names_activity_key_activities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("name", "activity_key", name=op.f("pk_activity_names")),
        comment="Names that links call activities by",
    )
    op.create_index(op.f("ix_activity_names_activity_key"), "activity_names", ["activity_key"])
    op.create_table(
        "activity_links",
        sa.Column("activity_key", sa.Text(collation="C"), nullable=False, comment="The activity that says so"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Place among its links, the first is 1"),
        sa.Column("rank", sa.Integer(), nullable=False, comment="Of several that lead to a parent, the lowest decides"),
        sa.Column("leads_to", sa.Text(), nullable=False, comment="One of frames.LinkTo: parent, child or listed"),
        sa.Column("name", sa.Text(collation="C"), nullable=False, comment="Name of the other activity, stored or not"),
        sa.ForeignKeyConstraint(
            ["activity_key"],
            ["activities.key"],
            name=op.f("fk_activity_links_activity_key_activities"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("activity_key", "position", name=op.f("pk_activity_links")),
        comment="What activities say that they belong to, consist of or list",
    )
    op.create_index(op.f("ix_activity_links_name"), "activity_links", ["name"])
    op.create_table(
        "edits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "achievement_key", sa.Text(collation="C"), nullable=False, comment="The achievement that it was made on"
        ),
        sa.Column("field", sa.Text(), nullable=False, comment="What it changes: one of EditField"),
        sa.Column("value", JSONB(), nullable=False, comment="What it is changed to"),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was made",
        ),
        sa.Column("made_by", sa.Text(), nullable=False, comment="Who made it"),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True, comment="When it was taken back"),
        sa.ForeignKeyConstraint(
            ["achievement_key"], ["achievements.key"], name=op.f("fk_edits_achievement_key_achievements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edits")),
        comment="What users changed or decided, applied when reading",
    )
    op.create_index(op.f("ix_edits_achievement_key"), "edits", ["achievement_key"])
    op.create_table(
        "skills",
        sa.Column("achievement_key", sa.Text(collation="C"), nullable=False, comment="The achievement"),
        sa.Column("skill", sa.Text(), nullable=False, comment="Name as in the vocabulary"),
        sa.Column("kind", sa.Text(), nullable=False, comment="language, technology or practice"),
        sa.Column("weight", sa.Double(), nullable=False, comment="Share or strength of the evidence"),
        sa.Column("evidence", sa.Text(), nullable=False, comment="What shows it, for people"),
        sa.CheckConstraint("weight > 0 AND weight <= 1", name=op.f("ck_skills_weight_range")),
        sa.ForeignKeyConstraint(
            ["achievement_key"], ["achievements.key"], name=op.f("fk_skills_achievement_key_achievements")
        ),
        sa.PrimaryKeyConstraint("achievement_key", "skill", name=op.f("pk_skills")),
        comment="Skills that achievements show",
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("skills")
    op.drop_table("edits")
    op.drop_table("activity_links")
    op.drop_table("activity_names")
    op.drop_table("activities")
    op.drop_table("slices")
    op.drop_table("repositories")
    op.drop_table("achievements")
