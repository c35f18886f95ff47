"""How much of a piece of work is still in use, and how many others built on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.codes import IN_USE
from achievement_pipeline.columns.text import rows_among
from achievement_pipeline.frames import LineUse, RawCommits
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.authors.people import canonical
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.rules import BotRules, Person

_FEWEST: Final = 10
"""A percentage of fewer lines means little."""
_YEAR: Final = 365.25 * 86_400
"""Seconds."""
_FILE: Final = ["repository", "sha", "path"]
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def find_use(  # noqa: PLR0913, PLR0917 - one argument per input
    commits: DataFrame[RawCommits],
    files: pd.DataFrame,
    noise: pd.Series[str],
    line_use: DataFrame[LineUse],
    merged_by: npt.NDArray[np.int64],
    people: Sequence[Person],
    bots: BotRules,
) -> pd.Series[str]:
    """Return how much of each commit, and of each merge with the commits that it contains, is in use.

    Args:
        commits: Commits of any number of repositories, with positions as index.
        files: Changed files.
        noise: Why a file is not work, with the index of ``files``; missing if it is.
        line_use: How long the lines of changed files were in use.
        merged_by: As returned by `achievement_pipeline.judging.links.merges.find_merging_commits`.
        people: The known addresses of each person.
        bots: Defines who is a bot.

    Returns:
        JSON ``{"lines", "alive", "after_1y", "after_2y", "years", "others"}``, indexed by position; empty if none of
        its lines reached the default branch. ``years`` are the whole years since they did, up to the last commit.
    """
    empty = pd.Series("", index=commits.index, dtype="str")
    if line_use.empty or commits.empty:
        return empty
    found = rows_among(line_use, files, _FILE)
    is_work = (found < 0) | noise.isna().to_numpy()[found]
    use = line_use.assign(position=positions_of(line_use, commits))[is_work]
    use = use[use["position"] >= 0]
    use["author"] = canonical(commits["author_email"], people).iloc[use["position"]].array
    wholes = use.assign(position=merged_by[use["position"]])
    pieces = pd.concat([use, wholes[wholes["position"] >= 0]], ignore_index=True)
    counted = pieces[pieces["lines"] > 0].groupby("position")
    summed = counted[["lines", "alive", "alive_1y", "alive_2y"]].sum(min_count=1)
    for name in ("alive_1y", "alive_2y"):
        summed[name] = summed[name].mask(counted[name].count() < counted.size())
    latest = commits.groupby("repository")["committed_at"].max()
    ages = commits["repository"].map(latest) - counted["landed_at"].max()
    summed["years"] = (ages.dropna().dt.total_seconds() // _YEAR).clip(lower=0)
    summed["others"] = _others(pieces, people, bots)
    texts = [
        _as_json(*row) for row in summed.astype(object).where(summed.notna(), None).itertuples(index=False, name=None)
    ]
    return empty.where(~empty.index.isin(summed.index), pd.Series(texts, index=summed.index, dtype="str")).astype("str")


def _others(pieces: pd.DataFrame, people: Sequence[Person], bots: BotRules) -> pd.Series[int]:
    """Return how many other people changed the files that each piece created."""
    changed = pieces[pieces["editors"] != ""]
    editors = changed["editors"].str.split("\n").explode()
    addresses = editors.astype("str").reset_index(drop=True)
    positions = changed["position"].loc[editors.index].reset_index(drop=True)
    no_names = pd.Series("", index=addresses.index, dtype="str")
    persons = canonical(addresses, people)
    authors = changed["author"].loc[editors.index].array
    others = (persons != authors) & ~are_bots(no_names, addresses, bots)
    numbers: pd.Series[int] = persons[others].groupby(positions[others]).nunique()
    return numbers


def _as_json(lines: int, alive: int, after_1y: int | None, after_2y: int | None, years: float, others: float) -> str:  # noqa: PLR0913, PLR0917 - one column each
    use = {"lines": lines, "alive": alive, "after_1y": after_1y, "after_2y": after_2y}
    return json.dumps(use | {"years": int(years or 0), "others": int(others or 0)})


def use_words(in_use: pd.Series[str]) -> pd.Series[str]:
    """Return for people how much of each activity is in use; empty where it has few lines."""
    return in_use.where(in_use == "", in_use[in_use != ""].map(lambda text: _words(**json.loads(text)))).astype("str")


def use_lines(in_use: pd.Series[str]) -> pd.DataFrame:
    """Return ledger lines of impact without points: evidence for a reader.

    Args:
        in_use: As `find_use` returns it, indexed by activity key.
    """
    words = use_words(in_use)
    words = words[words != ""]
    return pd.DataFrame({"score": "impact", "rule": IN_USE, "points": 0, "evidence": words}).astype(
        {"score": "str", "rule": "str", "points": "int64"}
    )


def _words(*, lines: int, alive: int, years: int, others: int, **_: object) -> str:
    if lines < _FEWEST:
        return ""
    span = f" after {_year_words(years)}" if years else ""
    still = "still " if years else ""
    people = (
        f"; {others:,} other {'person' if others == 1 else 'people'} changed files that it created" if others else ""
    )
    return f"{_percent(alive, lines)}% of its {lines:,} lines are {still}in use{span}{people}"


def _percent(part: int, whole: int) -> int:
    """Return a percentage that is 100 and 0 only where nothing and everything is gone."""
    return min(99, max(1, round(100 * part / whole))) if 0 < part < whole else 100 * (part == whole)


def _year_words(years: int) -> str:
    number = _NUMBERS[years] if years < len(_NUMBERS) else str(years)
    return f"{number} year{'' if years == 1 else 's'}"
