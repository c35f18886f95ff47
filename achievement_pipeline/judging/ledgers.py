"""Ledgers: every score is the sum of lines, each with its rule and its evidence.

Points are counted in whole hundredths, so the lines of a ledger sum to their score exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.json import json_lists, json_objects
from achievement_pipeline.frames import Scores, typed
from achievement_pipeline.judging.rules import SCORE_VERSION

_LINE_COLUMNS = ["score", "rule", "points", "evidence"]


class Measure(NamedTuple):
    """What one rule adds to a score; both columns have the key of the activity as index."""

    rule: str
    points: pd.Series[float]
    evidence: pd.Series[str]


def constant(rule: str, points: float, evidence: str, keys: pd.Index[str]) -> Measure:
    """Return what is the same for every activity."""
    return Measure(rule, pd.Series(points, keys), pd.Series(evidence, keys, dtype="str"))


def per_unit(rule: str, counts: pd.Series[int], noun: str, points: float, maximum: float | None = None) -> Measure:
    """Return so many points for each of what was counted, at most `maximum`."""
    evidence = counted(counts, noun) + points_each(points) + _at_most(maximum)
    return Measure(rule, (counts * points).clip(upper=maximum), evidence)


def per_point(rule: str, counts: pd.Series[int], noun: str, units: float, maximum: float | None = None) -> Measure:
    """Return a point for so many of what was counted, at most `maximum`."""
    evidence = counted(counts, noun) + f", a point for {units:g}" + _at_most(maximum)
    return Measure(rule, (counts / units).clip(upper=maximum), evidence)


def points_each(points: float) -> str:
    """Return what a unit adds, to follow what was counted."""
    return f", {points:g} point each" if points == 1 else f", {points:g} points each"


def counted(numbers: pd.Series[int], noun: str) -> pd.Series[str]:
    """Return numbers with what they count, in the singular or plural."""
    return numbers.map("{:,}".format).astype("str") + np.where(numbers == 1, f" {noun}", f" {noun}s")


def add_up(score: str, measures: list[Measure], maximum: float) -> pd.DataFrame:
    """Return the ledger lines of one score of some activities: what each rule adds, and what is cut above the maximum.

    Args:
        score: impact or complexity.
        measures: The first is the base.
        maximum: In points.
    """
    lines = [
        pd.DataFrame({"score": score, "rule": rule, "points": _hundredths(points), "evidence": evidence})
        for rule, points, evidence in measures
    ]
    total = sum(line["points"] for line in lines)
    cut = pd.DataFrame({"score": score, "rule": "cut", "points": np.minimum(0, round(maximum * 100) - total)})
    return pd.concat([*lines, cut.assign(evidence=f"at most {maximum:g}")])


def sum_ledger(lines: pd.DataFrame, repositories: pd.Series[str]) -> DataFrame[Scores]:
    """Sum ledger lines to scores.

    Args:
        lines: ``score`` (impact or complexity), ``rule``, ``points`` in hundredths, ``evidence``; the index is the key
            of the activity. Lines of no points are left out, but for the base.
        repositories: The repository of each activity, by key, in the order that is wanted.
    """
    keys = repositories.index
    lines = lines[(lines["points"] != 0) | (lines["rule"] == "base")]
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
    """Return the ledger of each key as JSON; `places` are those of the lines among the keys."""
    order = np.argsort(positions, kind="stable")
    texts = lines[_LINE_COLUMNS].assign(points=lines["points"] / 100).iloc[order]
    # activities differ, what is said of them is much the same: it is written once
    number = texts.groupby(_LINE_COLUMNS, sort=False).ngroup().to_numpy()
    begins = json_objects(texts.drop_duplicates()).str[:-1] + ","
    ends = json_objects(pd.DataFrame({"activity": keys})).str[1:]
    objects = begins.iloc[number].reset_index(drop=True) + ends.iloc[positions[order]].reset_index(drop=True)
    return json_lists(objects, pd.Series(positions[order])).reindex(range(len(keys)))


def _at_most(maximum: float | None) -> str:
    return "" if maximum is None else f", at most {maximum:g}"


def _hundredths(points: pd.Series[float]) -> pd.Series[int]:
    return (points * 100).round().astype("int64")
