"""Percentile and number of sources."""

from __future__ import annotations

import pandas as pd

from achievement_pipeline.judging.impact.percentile import confidence, percentiles
from achievement_pipeline.judging.rules import PercentileRules

_RULES = PercentileRules()


def achievements(impact: list[float], *, author: str = "ada@example.org", days_apart: float = 1) -> pd.DataFrame:
    moments = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta([days_apart * n for n in range(len(impact))], "D")
    return pd.DataFrame({"author": author, "completed_at": moments, "impact": impact})


def test_equal_scores_share_the_middle_of_their_ranks() -> None:
    assert percentiles(achievements([40.0] * 20), _RULES).iloc[19] == 50


def test_the_highest_of_twenty_has_all_others_below_it() -> None:
    assert percentiles(achievements([float(n) for n in range(20)]), _RULES).iloc[19] == 97.5


def test_fewer_than_twenty_have_none() -> None:
    ranks = percentiles(achievements([float(n) for n in range(20)]), _RULES)
    assert ranks.notna().tolist() == [False] * 19 + [True]


def test_what_is_older_than_a_year_is_not_compared_with() -> None:
    assert percentiles(achievements([1.0] * 30, days_apart=20), _RULES).isna().all()


def test_people_are_compared_with_themselves_only() -> None:
    own = achievements([50.0] * 20)
    others = achievements([90.0] * 20, author="bob@example.org")
    together = pd.concat([own, others], ignore_index=True)
    assert percentiles(together, _RULES)[19] == percentiles(own, _RULES)[19]


def test_the_order_of_rows_changes_nothing() -> None:
    own = achievements([float(n * 7 % 23) for n in range(40)])
    pd.testing.assert_series_equal(percentiles(own[::-1], _RULES).sort_index(), percentiles(own, _RULES))


def test_sources_are_counted_once_each() -> None:
    assert confidence(["git_commit", "git_commit", "github_pull_request", "linear_issue"]) == 3
