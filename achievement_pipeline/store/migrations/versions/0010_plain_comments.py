"""Links to work in another repository have a value of their own, and comments are in plain English."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COMMENTS: dict[str, dict[str, tuple[str, str]]] = {
    "achievements": {
        "": (
            "Pieces of work: a root activity with all that belongs to it",
            "Pieces of work: a root activity and everything that belongs to it",
        ),
        "title": ("One line for people", "One line"),
        "description": ("What its author wrote", "The author's text"),
        "source_type": (
            "Kind of the root activity; manual: a person wrote it down",
            "Kind of the root activity; manual if it was created by hand",
        ),
        "source_id": ("Name of the root activity within its source", "Identifier of the root activity in its source"),
        "source_url": ("Where the root can be seen", "URL of the root activity"),
        "coauthors": ("Canonical addresses it is shared with", "Canonical addresses of co-authors"),
        "started_at": ("Missing when no evidence gives it", "Missing if unknown"),
        "completed_at": ("When the piece of work was done", "Time of completion"),
        "score_ledger": ("The lines that sum to the scores", "Ledger lines; their points sum to the scores"),
        "score_version": ("Version of the rules that gave the scores", "Version of the scoring rules"),
        "skills_demonstrated": ("Skills, the strongest first", "Skills, strongest first"),
        "announced": (
            "Where its project announced it: version, date, section, highlight, sentence, path",
            "Entry of the release notes that announced it: version, date, section, highlight, sentence, path",
        ),
        "first_release": ("The first tag that contains it", "The first tag that contains it; missing if unreleased"),
        "retracted_at": ("Since when it no longer counts", "When it was retracted; missing if it was not"),
        "retracted_reason": ("Why it no longer counts", "Why it was retracted"),
        "absorbed_by": ("The achievement that it became a part of", "The achievement that it is part of now"),
    },
    "repositories": {
        "": (
            "Repositories that were asked for, and where they are",
            "Repositories that are collected, with their locations",
        ),
        "other_locations": (
            "Other clones and work trees of it, whose commits are read too",
            "Other clones and work trees of it, which are read too",
        ),
        "branches": ("Which commits are read: default or all", "Branches that are read: default or all"),
        "visibility": (
            "Who can see it, as its host says: public or private",
            "Visibility according to its host: public or private",
        ),
        "added_at": ("When it was first asked for", "When it was added"),
        "missing_since": (
            "Since when it can't be found; its work is kept",
            "When it was first not found; its achievements are kept",
        ),
    },
    "slices": {
        "": ("Parts of the activities that are replaced as a whole", "Sets of activities that are replaced as a whole"),
        "rules": (
            "Version of the rules its achievements were composed by",
            "Version of the rules that composed its achievements",
        ),
    },
    "activities": {
        "key": ("Stable name, the same on every machine", "Stable key, the same on every machine"),
        "slice": ("Brought by this slice", "The slice that contains it"),
        "kind": ("What it is in its source", "Kind in its source"),
        "source_id": ("Its name within its source", "Identifier in its source"),
        "title": ("One line for people", "One line"),
        "description": ("The rest of what its author wrote", "The rest of the author's text"),
        "url": ("Where it can be seen", "URL"),
        "person": ("Whose it is: canonical e-mail address", "Owner: canonical e-mail address"),
        "person_name": ("The name to show for the person", "Display name of the person"),
        "coauthors": ("Canonical addresses of others it belongs to", "Canonical addresses of co-authors"),
        "started_at": ("Missing when no evidence gives it", "Missing if unknown"),
        "completed_at": ("When it was done", "Time of completion"),
        "category_rule": ("Which rule gave the category", "The rule that gave the category"),
        "significant": ("Whether it may make an achievement", "Whether it may become an achievement"),
        "reasons": ("Reason codes that decided it", "Reason codes"),
        "parent": (
            "Key of the activity that it belongs to, found by the links",
            "Key of the parent activity, from the links",
        ),
        "retracted_by": (
            "What reverted it, or what it repeats",
            "Key of the activity that reverted it, or that it repeats",
        ),
        "details": ("The columns that only its lane has", "The lane's own columns"),
        "ledger": ("The lines that sum to its scores", "Ledger lines; their points sum to the scores"),
        "score_version": ("Version of the rules that gave the score", "Version of the scoring rules"),
        "digest": (
            "Hash of what its lane brought: equal rows are kept",
            "Hash of the lane's row: an equal row is not written again",
        ),
    },
    "edits": {
        "": (
            "What users changed or decided, applied when reading",
            "Changes and decisions of users, applied when reading",
        ),
        "achievement_key": ("The achievement that it was made on", "The achievement that was edited"),
        "field": ("What it changes: one of EditField", "One of EditField"),
        "value": ("What it is changed to", "The new value"),
        "channel": (
            "The way out that it holds for; missing: all of them",
            "The channel that it applies to; missing for all channels",
        ),
        "made_by": ("Who made it", "E-mail address of the user"),
        "undone_at": ("When it was taken back", "When it was undone"),
    },
    "former_names": {
        "achievement_key": (
            "The achievement, and the activity it was of",
            "Key of the achievement, and of its former root activity",
        ),
    },
    "publications": {
        "": (
            "What was said of which achievement on which channel, each at most once",
            "Achievements on channels, each published at most once",
        ),
        "achievement_key": (
            "The achievement, which may be absorbed by now",
            "The achievement; it may have become part of another since",
        ),
        "channel": ("The way out", "Name of the channel"),
        "text": ("Exactly what is sent", "The text that is sent"),
        "visibility": ("Who may see it, as the channel calls it", "Audience, in the channel's own term"),
        "remote_id": ("Its name on the channel", "Identifier on the channel"),
        "attempts": ("How often sending it was begun", "Number of attempts to send it"),
        "in_doubt": ("Whether an attempt may have arrived", "Whether an attempt may have succeeded"),
        "detail": ("Why it is in this state, for people", "Why it is in this state"),
        "not_before": ("The channel takes it from then on", "The channel accepts it from this time on"),
        "sent_at": ("When the attempt that counts was begun", "When the last attempt started"),
    },
    "skills": {
        "evidence": ("What shows it, for people", "Evidence as text"),
    },
    "activity_links": {
        "": ("What activities say that they belong to, consist of or list", "Links between activities, to names"),
        "activity_key": ("The activity that says so", "The activity that has the link"),
        "position": ("Place among its links, the first is 1", "Position among its links, from 1"),
        "rank": (
            "Of several that lead to a parent, the lowest decides",
            "If several links lead to a parent, the lowest rank wins",
        ),
        "leads_to": (
            "One of frames.LinkTo: parent, child or listed",
            "One of frames.LinkTo: parent, elsewhere, child or listed",
        ),
    },
    "activity_names": {
        "": ("Names that links call activities by", "Names that links refer to"),
    },
}
"""The old and the new comment by table and column; that of the table itself has no column."""


def upgrade() -> None:
    """Convert the links, and change the comments."""
    op.execute("UPDATE activity_links SET leads_to = 'elsewhere' WHERE leads_to = 'parent' AND name LIKE 'work:%'")
    _comment(1)


def downgrade() -> None:
    """Convert the links back, and restore the comments."""
    op.execute("UPDATE activity_links SET leads_to = 'parent' WHERE leads_to = 'elsewhere'")
    _comment(0)


def _comment(version: int) -> None:
    for table, columns in _COMMENTS.items():
        for column, comments in columns.items():
            if column:
                op.alter_column(table, column, comment=comments[version])
            else:
                op.create_table_comment(table, comments[version])
