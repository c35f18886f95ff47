"""Percentile and number of sources."""

import datetime as dt

from achievement_pipeline.judging.impact.percentile import Scored, confidence, percentiles
from achievement_pipeline.judging.rules import PercentileRules

_RULES = PercentileRules()
_BEGIN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def achievements(impact: list[float], *, days_apart: float = 1) -> list[Scored]:
    return [Scored(str(n), _BEGIN + dt.timedelta(days=days_apart * n), score) for n, score in enumerate(impact)]


def ranks(own: list[Scored]) -> dict[str, float]:
    return percentiles(own, [one.key for one in own], _RULES)


def test_equal_scores_share_the_middle_of_their_ranks() -> None:
    assert ranks(achievements([40.0] * 20)) == {"19": 50}


def test_the_highest_of_twenty_has_all_others_below_it() -> None:
    assert ranks(achievements([float(n) for n in range(20)])) == {"19": 97.5}


def test_fewer_than_twenty_have_none() -> None:
    assert ranks(achievements([float(n) for n in range(19)])) == {}


def test_what_is_older_than_a_year_is_not_compared_with() -> None:
    assert ranks(achievements([1.0] * 30, days_apart=20)) == {}


def test_only_what_is_asked_for_is_ranked() -> None:
    assert percentiles(achievements([40.0] * 30), ["25", "elsewhere"], _RULES) == {"25": 50}


def test_the_order_of_rows_changes_nothing() -> None:
    own = achievements([float(n * 7 % 23) for n in range(40)])
    assert ranks(own[::-1]) == ranks(own)


def test_sources_are_counted_once_each() -> None:
    assert confidence(["git_commit", "git_commit", "github_pull_request", "linear_issue"]) == 3
