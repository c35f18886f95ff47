"""Builders: activities in a line each, and the plainest way to make achievements of them."""

import datetime as dt
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast

import pandas as pd
import pandera.pandas as pa
import sqlalchemy as sa
from pandera.typing import DataFrame

from achievement_pipeline.frames import (
    Achievements,
    Activities,
    ActivityFrames,
    LinkTo,
    PiecesOfWork,
    RelatedActivities,
    Scores,
    Skills,
    StoredActivities,
    validated,
)
from achievement_pipeline.judging import compose_achievements
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.store.pieces.upsert import UpsertResult, upsert_slices

REPOSITORY = "github.com/acme/engine"
NOON = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)
_KINDS = {"git": "git_commit", "github": "github_pull_request", "linear": "linear_issue", "mlflow": "mlflow_run"}
_Schema = TypeVar("_Schema", bound=pa.DataFrameModel)


class LaneActivities(Activities):
    """Activities of a lane that has two columns of its own."""

    scope: str = pa.Field(nullable=True)
    files: int


@dataclass(frozen=True)
class Piece:
    """An activity with its score and skills."""

    key: str
    parent: str | None = None
    impact: float = 50
    skills: tuple[str, ...] = ("Python",)
    significant: bool = True
    columns: Mapping[str, object] = field(default_factory=dict)
    """Values of other columns of `LaneActivities`."""
    complexity: float = 40

    def activity(self) -> dict[str, object]:
        """Return its row of `LaneActivities`."""
        kind, _, source_id = self.key.partition(":")
        return {
            "key": self.key,
            "kind": _KINDS[kind],
            "source_id": source_id,
            "repository": REPOSITORY,
            "title": f"Title of {self.key}",
            "description": "",
            "url": None,
            "person": "ann@example.com",
            "person_name": "Ann",
            "coauthors": "",
            "started_at": None,
            "completed_at": NOON,
            "category": "feature",
            "category_rule": "type",
            "significant": self.significant,
            "reasons": "type",
            "retracted_by": None,
            "names": json.dumps([self.key]),
            "links": json.dumps([{"rank": 1, "to": LinkTo.PARENT, "name": self.parent}] if self.parent else []),
            "scope": None,
            "files": 1,
            **self.columns,
        }

    def score(self) -> dict[str, object]:
        """Return its row of `Scores`."""
        lines = [
            {"score": "impact", "rule": "test", "points": self.impact, "evidence": self.key},
            {"score": "complexity", "rule": "test", "points": self.complexity, "evidence": self.key},
        ]
        score = {"impact": self.impact, "complexity": self.complexity, "ledger": json.dumps(lines), "version": "1"}
        return {"key": self.key, "repository": REPOSITORY, **score}

    def shown_skills(self) -> list[dict[str, object]]:
        """Return its rows of `Skills`."""
        shown = {"kind": "language", "weight": 0.5, "evidence": f"files of {self.key}"}
        return [{"key": self.key, "repository": REPOSITORY, "skill": skill, **shown} for skill in self.skills]


Pieces = tuple[Piece, ...]
Composer = Callable[[PiecesOfWork], DataFrame[Achievements]]


def frames(*pieces: Piece) -> ActivityFrames:
    """Return activities as a lane hands them over."""
    scored = [piece for piece in pieces if piece.significant]
    return ActivityFrames(
        frame_of(LaneActivities, (piece.activity() for piece in pieces)),
        frame_of(Scores, (piece.score() for piece in scored)),
        frame_of(Skills, (skill for piece in scored for skill in piece.shown_skills())),
    )


def pieces_of_work(*pieces: Piece) -> PiecesOfWork:
    """Return activities as the store gives them back."""
    activities, scores, skills = frames(*pieces)
    keys = {piece.key for piece in pieces}
    parents = [piece.parent if piece.parent in keys else None for piece in pieces]
    stored = activities.assign(parent=pd.Series(parents, dtype="str"), details="{}")
    columns = list(StoredActivities.to_schema().columns)
    return PiecesOfWork(validated(StoredActivities, stored[columns]), scores, skills, frame_of(RelatedActivities, []))


def compose(pieces: PiecesOfWork) -> DataFrame[Achievements]:
    """Make an achievement of every root with a significant activity below it, in plain loops."""
    rows = {row["key"]: row for row in pieces.activities.to_dict("records")}
    scores = {row["key"]: row for row in pieces.scores.to_dict("records")}
    skills = pieces.skills.to_dict("records")
    members_of: dict[str, list[str]] = {}
    for key in sorted(rows):
        members_of.setdefault(_root(key, rows), []).append(key)
    return frame_of(
        Achievements,
        (
            _achievement(rows[root], members, scores, [row for row in skills if row["key"] in members])
            for root, members in members_of.items()
            if not scores.keys().isdisjoint(members)
        ),
    )


def by_the_rules(pieces: PiecesOfWork) -> DataFrame[Achievements]:
    """Make achievements as the pipeline does."""
    return compose_achievements(*pieces, Rules())


def collect(engine: sa.Engine, composer: Composer = compose, rules: str = "1", **lanes: Pieces) -> UpsertResult:
    """Keep what some lanes have now."""
    return collect_slices(engine, lanes, composer, rules)


def collect_slices(
    engine: sa.Engine, lanes: Mapping[str, Pieces], composer: Composer, rules: str = "1"
) -> UpsertResult:
    """Keep what some lanes have now; the version of a slice is what it has, as with fingerprints of files."""
    versions = {lane: repr(pieces) for lane, pieces in lanes.items()}
    return upsert_slices(engine, versions, lambda lane: frames(*lanes[lane]), composer, rules=rules)


def frame_of(schema: type[_Schema], rows: Iterable[Mapping[str, Any]]) -> DataFrame[_Schema]:
    """Return a frame with the dtypes of its schema.

    Tests make the same few frames again and again, and to check one takes longer than to store it: each is made once.
    """
    given = list(rows)
    return cast("DataFrame[_Schema]", _frame_of(schema, _Rows(repr(given), given)).copy())


@dataclass(frozen=True)
class _Rows:
    """Rows that are the same where their text is."""

    text: str
    rows: list[Mapping[str, Any]] = field(compare=False)


@lru_cache(maxsize=1000)
def _frame_of(schema: type[_Schema], rows: _Rows) -> DataFrame[_Schema]:
    dtypes = {name: column.dtype.type for name, column in schema.to_schema().columns.items()}
    frame = pd.DataFrame(rows.rows, columns=list(dtypes))
    times = [name for name, dtype in dtypes.items() if isinstance(dtype, pd.DatetimeTZDtype)]
    frame = frame.assign(**{name: pd.to_datetime(frame[name], utc=True) for name in times})
    return validated(schema, frame.astype(dtypes))


def _root(key: str, rows: Mapping[Any, Mapping[Hashable, Any]]) -> str:
    parent = rows[key]["parent"]
    return _root(parent, rows) if parent in rows else key


def _achievement(
    root: Mapping[Hashable, Any],
    members: list[str],
    scores: Mapping[Any, Mapping[Hashable, Any]],
    skills: list[dict[Hashable, Any]],
) -> dict[str, Any]:
    best = max((scores[key] for key in members if key in scores), key=lambda score: score["impact"])
    shown = {row["skill"]: {name: row[name] for name in ("skill", "kind", "weight", "evidence")} for row in skills}
    reverted = isinstance(root["retracted_by"], str)
    return {
        "key": root["key"],
        "title": root["title"],
        "category": root["category"],
        "description": root["description"],
        "source_type": root["kind"],
        "source_id": root["source_id"],
        "source_url": root["url"],
        "repository": root["repository"],
        "author": root["person"],
        "coauthors": json.dumps([address for address in root["coauthors"].split(",") if address]),
        "assisted_by": "[]",
        "started_at": root["started_at"],
        "completed_at": root["completed_at"],
        "impact_score": best["impact"],
        "complexity_score": best["complexity"],
        "score_ledger": best["ledger"],
        "score_version": best["version"],
        "skills_demonstrated": json.dumps(list(shown)),
        "skills": json.dumps(list(shown.values())),
        "tags": json.dumps(["test"]),
        "evidence": json.dumps([{"key": key} for key in members]),
        "announced": None,
        "first_release": None,
        "portfolio_ready": best["impact"] >= 70,
        "retracted_reason": f"reverted by {root['retracted_by']}" if reverted else None,
    }
