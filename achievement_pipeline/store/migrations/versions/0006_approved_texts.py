"""Approvals store the fingerprint of the approved text; plans that are no longer approved are withdrawn."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATES = ["planned", "sending", "unknown", "published", "failed", "deleted"]
_CONSTRAINT = op.f("ck_publications_known_state")

# the fingerprint of `store.reading`, of the text as it is seen at the upgrade
_TAKE_FINGERPRINTS = """
    WITH approval AS (
        SELECT edits.id, coalesce(achievements.absorbed_by, achievements.key) AS key
        FROM edits JOIN achievements ON achievements.key = edits.achievement_key
        WHERE field = 'approved' AND value = 'true'
    ), edited AS (
        SELECT DISTINCT ON (root, field) coalesce(absorbed_by, key) AS root, field, value #>> '{}' AS text
        FROM edits JOIN achievements ON achievements.key = edits.achievement_key
        WHERE field IN ('title', 'description') AND undone_at IS NULL
        ORDER BY root, field, absorbed_by IS NOT NULL, id DESC
    )
    UPDATE edits SET value = to_jsonb(encode(sha256(convert_to(concat_ws(
        E'\\x1f',
        coalesce((SELECT text FROM edited WHERE root = shown.key AND edited.field = 'title'), shown.title),
        btrim(
            coalesce((SELECT text FROM edited WHERE root = shown.key AND edited.field = 'description'), description),
            E' \\n\\r\\t'
        ),
        (
            SELECT string_agg(title, E'\\n' ORDER BY title)
            FROM (
                SELECT DISTINCT (line->>'title') COLLATE "C" AS title FROM jsonb_array_elements(evidence) AS line
            ) AS words
        )
    ), 'UTF8')), 'hex'))
    FROM approval JOIN achievements AS shown ON shown.key = approval.key
    WHERE edits.id = approval.id
"""


def upgrade() -> None:
    """Take the fingerprints, and know the new state."""
    op.execute(_TAKE_FINGERPRINTS)
    _know([*_STATES[:-1], "withdrawn", _STATES[-1]])


def downgrade() -> None:
    """Go back to what the old program reads."""
    op.execute("UPDATE edits SET value = 'true' WHERE field = 'approved' AND value <> 'false'")
    op.execute("UPDATE publications SET state = 'planned' WHERE state = 'withdrawn'")
    _know(_STATES)


def _know(states: list[str]) -> None:
    op.drop_constraint(_CONSTRAINT, "publications", type_="check")
    op.create_check_constraint(_CONSTRAINT, "publications", f"state IN ({', '.join(map(repr, states))})")
