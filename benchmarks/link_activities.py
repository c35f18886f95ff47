"""How long it takes to link activities of four sources: from nothing, and when a few of many change.

::

    python benchmarks/link_activities.py [--activities 100000] [--runs 3]

The activities are those of an organisation whose pull requests have four commits each and are for a Linear issue each,
and of whose commits every twentieth was logged by a run: 63 % commits, 16 % pull requests and issues each, the rest
runs. Each run begins with empty tables; the figures are medians. Reading and judging are not among them.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa
from pandera.typing import DataFrame

from achievement_pipeline.frames import Achievements, Activities, ActivityFrames, LinkTo, PiecesOfWork, Scores, Skills
from achievement_pipeline.judging import compose_achievements
from achievement_pipeline.judging.links.references import Rank
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline.store.pieces.upsert import UpsertResult, upsert_slices
from achievement_pipeline.store.postgres.opening import open_database

REPOSITORY = "github.com/acme/engine"
COMMITS_EACH = 4
COMMITS_A_RUN = 20
CHANGED = 10
KINDS = {
    "git": ActivityKind.COMMIT,
    "github": ActivityKind.PULL_REQUEST,
    "linear": ActivityKind.LINEAR_ISSUE,
    "mlflow": ActivityKind.MLFLOW_RUN,
}
Lanes = dict[str, ActivityFrames]


def organisation(activities: int) -> Lanes:
    """Return the frames of the four lanes, about as many activities as asked for."""
    pulls = round(activities / (COMMITS_EACH + 2 + COMMITS_EACH / COMMITS_A_RUN))
    commits = pulls * COMMITS_EACH
    return {
        "git": lane(
            "git",
            [f"git:{REPOSITORY}@{n:040x}" for n in range(commits)],
            [[f"commit:{n:040x}"] for n in range(commits)],
            [[link(Rank.SAME_COMMIT, LinkTo.PARENT, f"commit:{n:040x}")] for n in range(commits)],
        ),
        "github": lane(
            "github",
            [f"github:acme/engine#{n}" for n in range(pulls)],
            [[f"pull:{REPOSITORY}#{n}"] for n in range(pulls)],
            [
                [
                    *(
                        link(Rank.OWN_COMMIT, LinkTo.CHILD, f"commit:{n * COMMITS_EACH + place:040x}")
                        for place in range(COMMITS_EACH)
                    ),
                    link(Rank.ISSUE_IN_TITLE, LinkTo.PARENT, f"issue:eng-{n}"),
                ]
                for n in range(pulls)
            ],
        ),
        "linear": lane(
            "linear",
            [f"linear:{n:032x}" for n in range(pulls)],
            [[f"issue:eng-{n}"] for n in range(pulls)],
            [[] for _ in range(pulls)],
        ),
        "mlflow": lane(
            "mlflow",
            [f"mlflow:ml.acme.com/{n:032x}" for n in range(commits // COMMITS_A_RUN)],
            [[] for _ in range(commits // COMMITS_A_RUN)],
            [
                [link(Rank.LOGGED_COMMIT, LinkTo.PARENT, f"commit:{n * COMMITS_A_RUN:040x}")]
                for n in range(commits // COMMITS_A_RUN)
            ],
        ),
    }


def link(rank: Rank, to: LinkTo, name: str) -> dict[str, object]:
    """Return a link."""
    return {"rank": rank.value, "to": to.value, "name": name}


def lane(name: str, keys: list[str], names: list[list[str]], links: list[list[dict[str, object]]]) -> ActivityFrames:
    """Return the frames of a lane: every activity is scored, and shows three skills."""
    number = np.arange(len(keys))
    kind = KINDS[name].value
    ids = [key.partition(":")[2] for key in keys]
    done = pd.Timestamp(2020, 1, 1, tz="UTC") + pd.to_timedelta(number, "min")
    activities = pd.DataFrame({"key": keys, "kind": kind, "source_id": ids}).assign(
        repository=REPOSITORY,
        title="Answer without reading everything again",
        description="What was slow is quick now.",
        url="https://" + pd.Series(ids),
        person="ann@example.com",
        person_name="Ann",
        coauthors="",
        started_at=None,
        completed_at=done,
        category="feature",
        category_rule="type",
        significant=True,
        reasons="type:feat",
        retracted_by=None,
        names=[json.dumps(one) for one in names],
        links=[json.dumps(one) for one in links],
    )
    lines = [
        {"score": score, "rule": "base", "points": points, "evidence": "every one that counts"}
        for score, points in (("impact", 40.0), ("complexity", 50.0))
    ]
    scores = activities[["key", "repository"]].assign(
        impact=40.0, complexity=50.0, ledger=json.dumps(lines), version="1"
    )
    skills = pd.concat(
        [
            activities[["key", "repository"]].assign(skill=skill, kind="technology", weight=0.5, evidence="9 files")
            for skill in ("Python", "PostgreSQL", "Dagster")
        ]
    )
    return ActivityFrames(typed(Activities, activities), typed(Scores, scores), typed(Skills, skills))


def typed(schema: type[Activities | Scores | Skills], frame: pd.DataFrame) -> DataFrame[Activities | Scores | Skills]:
    """Return a frame with the dtypes of its schema."""
    dtypes = {name: column.dtype.type for name, column in schema.to_schema().columns.items()}
    return DataFrame(frame[list(dtypes)].astype(dtypes).reset_index(drop=True))


def with_changed_titles(frames: ActivityFrames) -> ActivityFrames:
    """Return a lane in which the titles of a few activities are others."""
    activities = frames.activities.copy()
    activities.loc[activities.index[:CHANGED], "title"] = "Another title"
    return frames._replace(activities=activities)


def without_some(frames: ActivityFrames) -> ActivityFrames:
    """Return a lane from which a few activities are gone: issues that were reopened."""
    gone = frames.activities["key"].iloc[:CHANGED]
    return ActivityFrames(*(DataFrame(frame[~frame["key"].isin(gone)].reset_index(drop=True)) for frame in frames))


def compose(pieces: PiecesOfWork) -> DataFrame[Achievements]:
    """Compose by the rules as they come."""
    return compose_achievements(*pieces, Rules())


class Bench:
    """An empty database, and how long each thing took that was done in it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._version = 0
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def run(self, lanes: Lanes) -> None:
        """Do everything once."""
        with self._engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE slices, activities, achievements, skills, edits CASCADE"))
        self._keep("all four lanes, from nothing", lanes)
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))
        self._keep("the same again, unchanged", {"linear": lanes["linear"]})
        self._keep(f"{CHANGED} issues have other titles", {"linear": with_changed_titles(lanes["linear"])})
        self._keep(f"{CHANGED} issues are reopened", {"linear": without_some(lanes["linear"])})
        self._keep(f"{CHANGED} issues are completed", {"linear": lanes["linear"]})
        self._keep(f"{CHANGED} commits have other titles", {"git": with_changed_titles(lanes["git"])})

    def _keep(self, what: str, lanes: Lanes) -> UpsertResult:
        self._version += 1
        versions = dict.fromkeys(lanes, str(self._version))
        start = time.perf_counter()
        kept = upsert_slices(self._engine, versions, lanes.__getitem__, compose, rules="1")
        self.seconds[what].append(time.perf_counter() - start)
        return kept


def main() -> None:
    """Do it as often as asked for, and print a line for each thing done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--activities", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    lanes = organisation(options.activities)
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)  # where root runs this, the server is another user's
        with open_database(None, Path(home)) as engine:
            bench = Bench(engine)
            for _ in range(options.runs):
                bench.run(lanes)
    total = sum(len(frames.activities) for frames in lanes.values())
    print(f"{total:,} activities")
    for what, seconds in bench.seconds.items():
        print(f"{what:<32}{statistics.median(seconds):>8.2f} s")


if __name__ == "__main__":
    main()
