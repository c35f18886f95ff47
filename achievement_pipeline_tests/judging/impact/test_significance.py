"""What makes a commit count, and which reasons are kept."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.judging.impact.significance import join_codes, judge_significance
from achievement_pipeline.judging.rules import CommitRules
from achievement_pipeline_tests.examples import examples


def judged(
    description: str = "tune it",
    *,
    type_: str | None = None,
    lines: int = 1,
    rules: CommitRules | None = None,
    **exclusions: bool,
) -> tuple[bool, str]:
    verdict = judge_significance(
        pd.Series([type_], dtype="str"),
        pd.Series([description], dtype="str"),
        pd.Series([lines]),
        pd.DataFrame({"merge": [exclusions.get("merge", False)], "bot": [exclusions.get("bot", False)]}),
        rules or CommitRules(),
    ).iloc[0]
    return bool(verdict["significant"]), str(verdict["reasons"])


def test_nothing_for_it_is_small() -> None:
    assert judged() == (False, "small")


@pytest.mark.parametrize("type_", ["feat", "fix", "perf", "refactor", "test", "docs", "ci", "build"])
def test_a_type_that_counts_speaks_for_it(type_: str) -> None:
    assert judged(type_=type_) == (True, f"type:{type_}")


@pytest.mark.parametrize("type_", ["chore", "style", "revert", "wip"])
def test_another_type_is_no_reason(type_: str) -> None:
    assert judged(type_=type_) == (False, "small")


@pytest.mark.parametrize(("lines", "counts"), [(50, False), (51, True)])
def test_more_lines_than_the_least_speak_for_it(lines: int, *, counts: bool) -> None:
    assert judged(lines=lines)[0] is counts


@pytest.mark.parametrize(
    ("description", "keyword"),
    [
        ("Implement login", "implement"),
        ("it was built anew", "build"),
        ("deploying by hand", "deploy"),
        ("OPTIMIZED queries", "optimize"),
        ("integrates the search", "integrate"),
        ("re-design: migrate all", "design"),
    ],
)
def test_a_keyword_speaks_for_it_in_any_form(description: str, keyword: str) -> None:
    assert judged(description) == (True, f"keyword:{keyword}")


@pytest.mark.parametrize("description", ["rebuild it", "designer names", "redeployment", "buildings"])
def test_a_part_of_a_word_is_no_keyword(description: str) -> None:
    assert judged(description) == (False, "small")


def test_all_that_speaks_for_it_is_kept_in_order() -> None:
    assert judged("migrate", type_="feat", lines=99) == (True, "type:feat,lines>50,keyword:migrate")


def test_one_reason_against_outweighs_all_for_and_all_against_are_kept() -> None:
    assert judged("migrate", type_="feat", lines=99, merge=True, bot=True) == (False, "merge,bot")


def test_the_rules_are_the_users() -> None:
    rules = CommitRules(min_lines=0, types=("chore",), keywords=())
    assert judged("implement", lines=0, rules=rules) == (False, "small")
    assert judged(type_="chore", rules=rules) == (True, "type:chore,lines>0")


@settings(deadline=None, max_examples=examples(30))
@given(st.lists(st.tuples(*[st.sampled_from(["", "a", "b"])] * 3), min_size=1))
def test_joined_codes_have_no_empty_one(rows: list[tuple[str, str, str]]) -> None:
    columns = [pd.Series(list(codes), dtype="str") for codes in zip(*rows, strict=True)]
    assert join_codes(columns).tolist() == [",".join(filter(None, row)) for row in rows]
