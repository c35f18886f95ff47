"""Ledgers: every score is the sum of lines, each with its rule and its evidence.

Points are counted in whole hundredths, so the lines of a ledger sum to their score exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import Scores
from achievement_pipeline.json_columns import json_lists, json_objects
from achievement_pipeline.judging.rules import SCORE_VERSION

_LINE = ["score", "rule", "points", "evidence", "activity"]


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
    evidence = counted(counts, noun) + each(points) + _at_most(maximum)
    return Measure(rule, (counts * points).clip(upper=maximum), evidence)


def per_point(rule: str, counts: pd.Series[int], noun: str, units: float, maximum: float | None = None) -> Measure:
    """Return a point for so many of what was counted, at most `maximum`."""
    evidence = counted(counts, noun) + f", a point for {units:g}" + _at_most(maximum)
    return Measure(rule, (counts / units).clip(upper=maximum), evidence)


def each(points: float) -> str:
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
    impact, complexity = (
        lines.loc[lines["score"] == score, "points"].groupby(level=0).sum().reindex(keys, fill_value=0) / 100
        for score in ("impact", "complexity")
    )
    written = lines.assign(points=lines["points"] / 100, activity=lines.index)[_LINE].sort_index(kind="stable")
    ledgers = json_lists(json_objects(written.reset_index(drop=True)), written["activity"].reset_index(drop=True))
    return Scores.validate(
        pd.DataFrame(
            {
                "key": pd.Series(keys, dtype="str"),
                "repository": repositories.array,
                "impact": impact.array,
                "complexity": complexity.array,
                "ledger": ledgers.reindex(keys).array,
                "version": pd.Series(SCORE_VERSION, index=range(len(keys)), dtype="str"),
            }
        )
    )


def _at_most(maximum: float | None) -> str:
    return "" if maximum is None else f", at most {maximum:g}"


def _hundredths(points: pd.Series[float]) -> pd.Series[int]:
    return (points * 100).round().astype("int64")
