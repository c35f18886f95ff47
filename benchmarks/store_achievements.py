"""How fast achievements are stored: the store's way and SQLAlchemy's, side by side on the embedded server.

::

    python benchmarks/store_achievements.py [--rows 50000] [--runs 5]

Every run begins with empty tables; the figures are medians over the runs. CPU is that of this process and, on Linux, of
the server's process that works for it: on a machine that has other work to do it says more than the clock.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from pandera.typing import DataFrame
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from achievement_pipeline.frames import Achievements
from achievement_pipeline.store.pieces.achievements import store_achievements
from achievement_pipeline.store.pieces.activities import TOUCHED
from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline.store.tables import Achievement

BY_SQLALCHEMY = 5_000
"""Rows: more would only take longer."""
SKILLS = ("Python", "PostgreSQL", "Dagster")
JSON_COLUMNS = ("coauthors", "score_ledger", "skills_demonstrated", "tags", "evidence")
DTYPES = {name: column.dtype.type for name, column in Achievements.to_schema().columns.items()}
CLOCK_TICKS = 100
"""A second, in /proc."""


@dataclass(frozen=True)
class Case:
    """What is stored, and how; with the seconds that each run took."""

    name: str
    frame: DataFrame[Achievements]
    store: Callable[[sa.Connection, DataFrame[Achievements]], None]
    empty: bool = True
    """Whether the tables are empty before, or hold what the case before left."""
    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def report(self) -> str:
        """Return a line of the table."""
        figures = [f"{len(self.frame):,}"]
        for seconds in (statistics.median(self.clock), statistics.median(self.cpu)):
            figures += [f"{seconds:.2f} s", f"{len(self.frame) / seconds:,.0f}/s"]
        return line(self.name, *figures)


def line(name: str, *figures: str) -> str:
    """Return a line of the table."""
    return f"{name:<42}" + "".join(f"{figure:>11}" for figure in figures)


def achievements(number: int, skills: tuple[str, ...]) -> DataFrame[Achievements]:
    """Return achievements as composed of a git history: a ledger of four lines, one piece of evidence; by key."""
    rows = pd.DataFrame([achievement(n, skills) for n in range(number)]).astype(DTYPES)
    return Achievements.validate(rows.sort_values("key", ignore_index=True))


def achievement(number: int, skills: tuple[str, ...]) -> dict[str, object]:
    """Return one of them; a number spells a name of a commit of its own."""
    sha = f"{number * 2654435761 % 2**32:08x}" * 5
    key = f"git:github.com/acme/engine@{sha}"
    url = f"https://github.com/acme/engine/commit/{sha}"
    title = f"feat(core): answer question number {number} without reading everything again"
    completed_at = pd.Timestamp(2020, 1, 1, tz="UTC") + pd.Timedelta(number, "h")
    points = {"impact": (30.0, number % 61), "complexity": (40.0, number % 46)}
    ledger = [
        {"score": score, "rule": f"commit.{rule}", "points": value, "evidence": f"{number % 97} effective lines"}
        for score, values in points.items()
        for rule, value in zip(("base", "size"), values, strict=True)
    ]
    evidence = {"key": key, "kind": "git_commit", "title": title, "url": url, "person": "ann@example.com"}
    shown = {"kind": "technology", "weight": 0.5, "evidence": f"{number % 9} files, +{number % 97} -3 lines"}
    return {
        "key": key,
        "title": title,
        "category": "feature",
        "description": "What was slow is quick now.\n\nMeasured on three repositories, the numbers are in the notes.",
        "source_type": "git_commit",
        "source_id": key.removeprefix("git:"),
        "source_url": url,
        "repository": "github.com/acme/engine",
        "author": f"dev{number % 50}@example.com",
        "coauthors": "[]",
        "started_at": None,
        "completed_at": completed_at,
        "impact_score": sum(points["impact"]),
        "complexity_score": sum(points["complexity"]),
        "score_ledger": written(ledger),
        "score_version": "1",
        "skills_demonstrated": written(SKILLS),
        "skills": written([{"skill": skill, **shown} for skill in skills]),
        "tags": written(["git", "feat", "core"]),
        "evidence": written([{**evidence, "at": completed_at.isoformat()}]),
        "portfolio_ready": number % 61 >= 40,
        "retracted_reason": None,
    }


def written(value: object) -> str:
    """Return JSON without spaces, as it is composed."""
    return json.dumps(value, separators=(",", ":"))


def by_the_store(connection: sa.Connection, frame: DataFrame[Achievements]) -> None:
    """Store as `upsert_slices` does, after it has read and composed."""
    TOUCHED.create(connection)
    store_achievements(connection, frame)


def by_sqlalchemy(connection: sa.Connection, frame: DataFrame[Achievements]) -> None:
    """Store as SQLAlchemy's manual shows it: an upsert, and a list of parameters."""
    columns = frame.drop(columns="skills").assign(**{name: frame[name].map(json.loads) for name in JSON_COLUMNS})
    rows, names = columns.astype(object).where(columns.notna(), None), [str(name) for name in columns.columns]
    upsert = insert(Achievement.table)
    changed = {name: upsert.excluded[name] for name in names if name != "key"}
    Session(connection).execute(
        upsert.on_conflict_do_update(index_elements=["key"], set_=changed),
        [dict(zip(names, values, strict=True)) for values in rows.itertuples(index=False)],
    )


@contextmanager
def timed(connection: sa.Connection, case: Case) -> Iterator[None]:
    """Note how long the block takes, to the end of its transaction."""
    server = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    clock, cpu = time.perf_counter(), time.process_time() + cpu_of(server)
    yield
    connection.commit()
    case.clock.append(time.perf_counter() - clock)
    case.cpu.append(time.process_time() + cpu_of(server) - cpu)


def cpu_of(process: int) -> float:
    """Return the seconds that another process has worked, as far as the system tells."""
    status = Path(f"/proc/{process}/stat")
    if not status.exists():
        return 0.0
    user, system = status.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / CLOCK_TICKS


def main() -> None:
    """Run all cases in turn, as often as asked for, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    many, skilled = achievements(2 * options.rows, ()), achievements(options.rows, SKILLS)
    some, few = (Achievements.validate(many.head(rows)) for rows in (options.rows, BY_SQLALCHEMY))
    cases = [
        Case("twice as many new", many, by_the_store),
        Case("new", some, by_the_store),
        Case("the same again, unchanged", some, by_the_store, empty=False),
        Case("new, and three rows of skills each", skilled, by_the_store),
        Case("new, by SQLAlchemy's execute(insert, rows)", few, by_sqlalchemy),
    ]
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)  # where root runs this, the server is another user's
        with open_database(None, Path(home)) as engine, engine.connect() as connection:
            for _ in range(options.runs):
                for case in cases:
                    if case.empty:
                        connection.execute(sa.text("TRUNCATE achievements, skills, edits CASCADE"))
                        connection.commit()
                    with timed(connection, case):
                        case.store(connection, case.frame)
    print(line("", "rows", "clock", "", "CPU", ""), *(case.report() for case in cases), sep="\n")


if __name__ == "__main__":
    main()
