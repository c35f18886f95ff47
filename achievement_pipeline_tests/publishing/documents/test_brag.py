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


def test_a_piece_of_work_has_what_outcome_and_evidence_and_counts_in_small_print() -> None:
    done = view(
        description="Lookups took a second.\n\nNow p95 is down from 420 ms to 130 ms.", coauthors=["bob@example.com"]
    )
    document = written(done)
    assert document.startswith("# Brag document: Ann Example\n\n**First half of 2026**\n")
    assert (
        "## Greatest work\n\n"
        "### Add a cache\n\n"
        "2026-03-04 · New features\n\n"
        "- **What:** Lookups took a second.\n"
        "- **Outcome:** Now p95 is down from 420 ms to 130 ms.\n"
        "- **With:** bob@example.com\n"
        "- **Evidence:** [pull request #7](https://github.com/ann/loom/pull/7)\n\n"
        "*impact 80 · complexity 60*\n"
    ) in document
    assert "Open questions" not in document


ANNOUNCED = {
    "version": "2.1",
    "date": "2026-03-09",
    "section": "Performance",
    "highlight": False,
    "sentence": "Performance: lookups no longer wait for the disk.",
    "path": "CHANGES.md",
}


def test_the_maintainers_sentence_says_what_was_done_and_the_release_what_came_of_it() -> None:
    document = written(view(description="Refactor.", announced=ANNOUNCED))
    assert "- **What:** Lookups no longer wait for the disk.\n" in document
    assert "- **Outcome:** Released in 2.1 (2026-03-09), announced under \u201cPerformance\u201d.\n" in document
    assert "Open questions" in document


def test_a_release_follows_the_outcome_that_is_known() -> None:
    document = written(view(outcome="No more waiting.", first_release="2.1"))
    assert "- **Outcome:** No more waiting. Released in 2.1.\n" in document


def test_the_users_own_outcome_wins() -> None:
    done = view(description="It is 2x faster.", outcome="Ten teams no longer wait for it.")
    assert "- **Outcome:** Ten teams no longer wait for it.\n" in written(done)


def test_where_no_outcome_is_known_the_author_is_asked_for_it() -> None:
    document = written(view(), view("Fix a crash", number=8, outcome="No more data loss."))
    assert "- **Outcome:** (to be added)\n" in document
    assert document.endswith(
        "## Open questions\n\n"
        "What changed, and for whom? Answer with `achievements edit KEY --outcome TEXT`:\n\n"
        "- Add a cache: `github:ann/loom#7`\n"
    )


def test_nothing_is_stated_that_is_not_known() -> None:
    document = written(view(completed_at=None, repository=None, source_url=None, evidence=[evidence("git:x@1")]))
    assert "\nNew features\n" in document
    assert "- **Evidence:** 1 commit\n" in document
    assert "**What" not in document
    assert "**With" not in document
    assert "- **Evidence:** (evidence needed)\n" in written(view(evidence=[evidence("manual:1", kind="manual")]))


def test_the_greatest_come_in_full_and_the_rest_is_counted_by_theme() -> None:
    categories = ["documentation", "zeal", "bugfix", "feature"]
    done = [
        view(f"Work {number}", number=number, impact_score=float(number), category=categories[number % 4])
        for number in range(30)
    ]
    document = written(*done)
    assert document.count("\n### ") == 8
    assert document.index("### Work 29\n") < document.index("### Work 22\n")
    rest = document.partition("## Further work\n\n")[2].partition("\n\n")[0].splitlines()
    assert [line.partition(":")[0] for line in rest] == [
        "- **New features** (5)",
        "- **Bugs fixed** (5)",
        "- **Documentation** (6)",
        "- **Zeal** (6)",
    ]
    assert rest[0].endswith(": Work 19; Work 15; Work 11; and 2 more")


def test_the_most_complex_of_the_rest_are_named() -> None:
    done = [
        view(f"Work {number}", number=number, impact_score=50.0 - number, complexity_score=number)
        for number in range(12)
    ]
    deepest = written(*done).partition("## Deepest engineering\n\n")[2].partition("\n\n")[0]
    assert deepest.splitlines() == ["- Work 11", "- Work 10", "- Work 9"]


def test_the_summary_counts_themes_and_names_the_place() -> None:
    document = written(view(), view("Fix it", number=8, category="bugfix"))
    assert "2 pieces of work in ann/loom: new features 1, bugs fixed 1.\n" in document
    assert "2 pieces of work in 2 repositories: new features 2.\n" in written(
        view(), view("Fix", "github.com/ann/shuttle")
    )


def test_much_evidence_is_counted() -> None:
    commits = [evidence(f"git:x@{number}", url=None) for number in range(6)]
    document = written(view(evidence=[*commits, *view().evidence]))
    assert "[pull request #7](https://github.com/ann/loom/pull/7), 6 commits" in document


def test_words_of_people_make_no_markup() -> None:
    document = written(view("Fix [x](http://evil.example) <script>", category="a|b", completed_at=NOON))
    assert r"### Fix \[x\](http://evil.example) \<script\>" in document
    assert r"2026-03-04 · A\|b" in document


def test_a_period_without_work_says_so() -> None:
    assert written().endswith("Nothing was recorded in this period.\n")
