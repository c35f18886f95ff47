"""Scores: every number is the sum of ledger lines, each with its rule and its evidence.

The rules are those of the design (``docs/scores.md``); weights come from `achievement_pipeline.judging.rules`. Points
are counted in whole hundredths, so the lines of a ledger sum to their score exactly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, Scores
from achievement_pipeline.json_columns import json_lists, json_objects
from achievement_pipeline.judging.rules import SCORE_VERSION, CommitRules

_LINE = ["score", "rule", "points", "evidence", "activity"]


def score_commits(activities: DataFrame[CommitActivities], rules: CommitRules) -> DataFrame[Scores]:
    """Score the commits that count; the others have no row.

    Impact: ``min(impact_max, impact_base + effective lines / impact_lines_per_point)``. Complexity:
    ``min(complexity_max, complexity_base + complexity_points_per_file * effective files)``.
    """
    commits = activities.loc[activities["significant"]].set_index("key", drop=False)
    lines = commits["effective_insertions"] + commits["effective_deletions"]
    files = commits["effective_files"]
    ledger = pd.concat(
        [
            _score(
                "impact",
                base=pd.Series(rules.impact_base, commits.index),
                rule="lines",
                points=lines / rules.impact_lines_per_point,
                evidence=_counted(lines, "effective line") + f", a point for {rules.impact_lines_per_point:g}",
                maximum=rules.impact_max,
            ),
            _score(
                "complexity",
                base=pd.Series(rules.complexity_base, commits.index),
                rule="files",
                points=files * rules.complexity_points_per_file,
                evidence=_counted(files, "effective file") + f", {rules.complexity_points_per_file:g} points each",
                maximum=rules.complexity_max,
            ),
        ]
    )
    return sum_ledger(ledger, commits["repository"])


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


def _score(  # noqa: PLR0913 - the parts of one formula
    score: str, *, base: pd.Series, rule: str, points: pd.Series, evidence: pd.Series, maximum: float
) -> pd.DataFrame:
    """Return the ledger of one score: its base, what a measure adds, and what is cut above the maximum."""
    start, added = _hundredths(base), _hundredths(points)
    cut = np.minimum(0, round(maximum * 100) - start - added)
    parts = {
        "base": (start, pd.Series("every commit that counts", base.index)),
        rule: (added, evidence),
        "cut": (cut, pd.Series(f"at most {maximum:g}", base.index)),
    }
    return pd.concat(
        [
            pd.DataFrame({"score": score, "rule": name, "points": amount, "evidence": shown})
            for name, (amount, shown) in parts.items()
        ]
    )


def _hundredths(points: pd.Series) -> pd.Series:
    return (points * 100).round().astype("int64")


def _counted(numbers: pd.Series, noun: str) -> pd.Series:
    return numbers.map("{:,}".format) + np.where(numbers == 1, f" {noun}", f" {noun}s")
