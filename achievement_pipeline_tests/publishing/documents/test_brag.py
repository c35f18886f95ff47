"""The brag document."""

from typing import Any

from achievement_pipeline.channels import BRAG, JSON
from achievement_pipeline.publishing.documents.brag import write_brag_document
from achievement_pipeline.publishing.documents.period import parse_period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.publishing.views import NOON, evidence, public, view

ANN = Profile(name="Ann Example")


def written(*views: AchievementView, **changes: Any) -> str:
    return write_brag_document(public(BRAG, *views, **changes), ANN, parse_period("2026-H1"))


def test_those_it_was_done_with_are_named_where_their_names_are_known() -> None:
    shared = view(coauthors=["bob@example.com", "eve@example.com"])
    names = {"bob@example.com": "Bob Example"}
    assert "- **With:** Bob Example, eve@example.com\n" in written(shared, names_of=names)
    (data,) = public(JSON, shared, names_of=names)
    assert data.coauthors == ("bob@example.com", "eve@example.com")


def test_a_piece_of_work_is_told_as_what_result_and_evidence() -> None:
    document = written(view(description="Lookups took a second.", coauthors=["bob@example.com"]))
    assert document.startswith("# Brag document: Ann Example\n\n**First half of 2026**\n")
    assert (
        "## New features\n\n"
        "### Add a cache\n\n"
        "*2026-03-04 · impact 80*\n\n"
        "- **What:** Lookups took a second.\n"
        "- **With:** bob@example.com\n"
        "- **Result:** 340 effective lines · 4 effective files\n"
        "- **Evidence:** [pull request #7](https://github.com/ann/loom/pull/7)\n"
    ) in document


def test_where_nothing_shows_it_it_says_so() -> None:
    document = written(view(score_ledger=[], evidence=[evidence("manual:1", kind="manual")]))
    assert "- **Result:** (evidence needed)\n- **Evidence:** (evidence needed)\n" in document


def test_nothing_is_said_that_is_not_known() -> None:
    document = written(view(completed_at=None, repository=None, source_url=None, evidence=[evidence("git:x@1")]))
    assert "*impact 80*" in document
    assert "- **Evidence:** commit\n" in document
    assert "**What" not in document
    assert "**With" not in document


def test_themes_come_in_the_order_in_which_readers_want_them() -> None:
    categories = ["documentation", "zeal", "bugfix", "feature"]
    document = written(*(view(category=name, number=number) for number, name in enumerate(categories)))
    headings = [line for line in document.splitlines() if line.startswith("## ")]
    assert headings == ["## New features", "## Bugs fixed", "## Documentation", "## Zeal"]


def test_the_best_are_told_in_full_and_others_in_a_line() -> None:
    document = written(*(view(f"Work {number}", number=number, impact_score=float(number)) for number in range(30)))
    assert document.count("\n### ") == 5
    assert "### Work 29\n" in document
    assert "- Work 24 (2026-03-04): [pull request #24](https://github.com/ann/loom/pull/24)\n" in document
    assert document.endswith("- and 10 more\n")
    assert "| New features | 30 | 29 |" in document


def test_who_reads_no_further_has_read_the_best_and_where_it_was_done() -> None:
    document = written(*(view(f"Work {number}", number=number, impact_score=float(number)) for number in range(6)))
    beginning = document.partition("| Theme |")[0]
    assert "6 pieces of work in ann/loom." in beginning
    assert [line[:8] for line in beginning.splitlines() if line.startswith("- ")] == [
        "- Work 5",
        "- Work 4",
        "- Work 3",
    ]
    assert "in 2 repositories." in written(view(), view("Fix", "github.com/ann/shuttle"))


def test_much_evidence_is_counted() -> None:
    commits = [evidence(f"git:x@{number}", url=None) for number in range(6)]
    document = written(view(evidence=[*commits, *view().evidence]))
    assert "[pull request #7](https://github.com/ann/loom/pull/7), commit, commit, commit, 3 more" in document


def test_words_of_people_make_no_markup() -> None:
    document = written(view("Fix [x](http://evil.example) <script>", category="a|b", completed_at=NOON))
    assert r"### Fix \[x\](http://evil.example) \<script\>" in document
    assert r"| A\|b | 1 | 80 |" in document


def test_a_period_without_work_says_so() -> None:
    assert written().endswith("Nothing was recorded in this period.\n")
