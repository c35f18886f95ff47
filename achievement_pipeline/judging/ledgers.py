"""Ledgers: each score is a sum of lines, and each line has a rule, points and evidence.

Points are stored as integer hundredths, so the lines sum to the score exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.codes import IN_USE, PUBLIC_NAMES
from achievement_pipeline.columns.json import json_lists, json_objects
from achievement_pipeline.frames import Scores, typed
from achievement_pipeline.judging.rules import SCORE_VERSION

_LINE_COLUMNS = ["score", "rule", "points", "evidence"]
_SHOWN_WITHOUT_POINTS = ("base", IN_USE, PUBLIC_NAMES)


class Measure(NamedTuple):
    """What one rule adds to a score. Both series are indexed by activity key."""

    rule: str
    points: pd.Series[float]
    evidence: pd.Series[str]


def constant(rule: str, points: float, evidence: str, keys: pd.Index[str]) -> Measure:
    """Give every activity the same points."""
    return Measure(rule, pd.Series(points, keys), pd.Series(evidence, keys, dtype="str"))


def per_unit(rule: str, counts: pd.Series[int], noun: str, points: float, maximum: float | None = None) -> Measure:
    """Return `points` per counted item, capped at `maximum`."""
    evidence = counted(counts, noun) + points_each(points) + _at_most(maximum)
    return Measure(rule, (counts * points).clip(upper=maximum), evidence)


def per_point(rule: str, counts: pd.Series[int], noun: str, units: float, maximum: float | None = None) -> Measure:
    """Return one point per `units` counted items, capped at `maximum`."""
    evidence = counted(counts, noun) + f", 1 point per {units:g}" + _at_most(maximum)
    return Measure(rule, (counts / units).clip(upper=maximum), evidence)


def points_each(points: float) -> str:
    """Format the points per item as a suffix: ``, 5 points each``."""
    return f", {points:g} point each" if points == 1 else f", {points:g} points each"


def counted(numbers: pd.Series[int], noun: str) -> pd.Series[str]:
    """Format counts with their noun, singular or plural: ``1,234 files``."""
    return numbers.map("{:,}".format).astype("str") + np.where(numbers == 1, f" {noun}", f" {noun}s")


def add_up(score: str, measures: list[Measure], maximum: float) -> pd.DataFrame:
    """Return the ledger lines of one score: one line per measure, and a deduction above the maximum.

    Args:
        score: ``impact`` or ``complexity``.
        measures: The first one is the base.
        maximum: In points.

    Returns:
        ``score``, ``rule``, ``points`` (hundredths, int64) and ``evidence``, indexed by activity key.
    """
    lines = [
        pd.DataFrame({"score": score, "rule": rule, "points": _hundredths(points), "evidence": evidence})
        for rule, points, evidence in measures
    ]
    total = sum(line["points"] for line in lines)
    cut = pd.DataFrame({"score": score, "rule": "cut", "points": np.minimum(0, round(maximum * 100) - total)})
    return pd.concat([*lines, cut.assign(evidence=f"capped at {maximum:g}")])


def sum_ledger(lines: pd.DataFrame, repositories: pd.Series[str]) -> DataFrame[Scores]:
    """Sum ledger lines into scores.

    Args:
        lines: ``score`` (``impact`` or ``complexity``), ``rule``, ``points`` in hundredths and ``evidence``, indexed by
            activity key. Lines with no points are dropped, except the base and what is only evidence.
        repositories: The repository of each activity, by key. Sets the order of the result.
    """
    keys = repositories.index
    lines = lines[(lines["points"] != 0) | lines["rule"].isin(_SHOWN_WITHOUT_POINTS)]
    positions = keys.get_indexer(lines.index)
    impact, complexity = (
        np.bincount(positions, weights=lines["points"].where(lines["score"] == score, 0), minlength=len(keys)) / 100
        for score in ("impact", "complexity")
    )
    return typed(
        Scores,
        pd.DataFrame(
            {
                "key": pd.Series(keys, dtype="str"),
                "repository": repositories.array,
                "impact": impact,
                "complexity": complexity,
                "ledger": _ledger_json(lines, positions, keys),
                "version": pd.Series(SCORE_VERSION, index=range(len(keys)), dtype="str"),
            }
        ),
    )


def _ledger_json(lines: pd.DataFrame, positions: npt.NDArray[np.intp], keys: pd.Index[str]) -> pd.Series[str]:
    """Return the ledger of each key as JSON; `positions` maps each line to its row in `keys`."""
    order = np.argsort(positions, kind="stable")
    texts = lines[_LINE_COLUMNS].assign(points=lines["points"] / 100).iloc[order]
    # the same texts occur for many activities: serialise each distinct one once
    number = texts.groupby(_LINE_COLUMNS, sort=False).ngroup().to_numpy()
    begins = json_objects(texts.drop_duplicates()).str[:-1] + ","
    ends = json_objects(pd.DataFrame({"activity": keys})).str[1:]
    objects = begins.iloc[number].reset_index(drop=True) + ends.iloc[positions[order]].reset_index(drop=True)
    return json_lists(objects, pd.Series(positions[order])).reindex(range(len(keys)))


def _at_most(maximum: float | None) -> str:
    return "" if maximum is None else f", capped at {maximum:g}"


def _hundredths(points: pd.Series[float]) -> pd.Series[int]:
    return (points * 100).round().astype("int64")
