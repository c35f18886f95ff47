"""The brag document."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from achievement_pipeline.channels import BRAG, JSON
from achievement_pipeline.publishing.brag import write_brag_document
from achievement_pipeline.publishing.channel import About
from achievement_pipeline.publishing.documents.period import parse_period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.publishing.views import NOON, evidence, public, view

ANN = Profile(name="Ann Example")


def written(
    *views: AchievementView,
    earlier: Sequence[AchievementView] = (),
    projects: Sequence[Sequence[str]] = (),
    **changes: Any,
) -> str:
    about = About(
        profile=ANN,
        period=parse_period("2026-H1"),
        resume={},
        earlier=public(BRAG, *earlier, **changes),
        projects=projects,
    )
    return write_brag_document(public(BRAG, *views, **changes), about)


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
        "### Added a cache\n\n"
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
    assert document.count("**Outcome:**") == 1
    assert document.endswith(
        "## Open questions\n\n"
        "What changed, and for whom? Answer with `achievements edit KEY --outcome TEXT`:\n\n"
        "- Added a cache: `loom#7`\n"
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
    assert rest[0].endswith(": Work 15; Work 11; Work 7; and 2 more")  # Work 19 is told as deep engineering


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
    assert r"### Fixed \[x\](http://evil.example) \<script\>" in document
    assert r"2026-03-04 · A\|b" in document


def test_a_period_without_work_says_so() -> None:
    assert written().endswith("Nothing was recorded in this period.\n")


def test_few_pieces_of_work_are_not_all_the_greatest() -> None:
    document = written(*(view(f"Work {number}", number=number, impact_score=float(number)) for number in range(9)))
    assert document.count("\n### ") == 5


def test_a_theme_of_which_all_was_told_is_not_counted_again() -> None:
    work = [view("Add it to x", number=n, category="feature", impact_score=90) for n in range(5)]
    deep = view("Split the loom", number=7, category="refactoring", complexity_score=95, impact_score=40)
    assert "Split the loom" in written(*work, deep)
    assert "**Refactoring**" not in written(*work, deep)


def test_a_title_that_was_told_is_not_told_again_of_other_work() -> None:
    work = [view(f"Add {n} to x", number=n, impact_score=90 - n) for n in range(5)]
    again = view("Add 1 to x", number=8, impact_score=20, complexity_score=99)
    other = view("Add 9 to x", number=9, impact_score=10, complexity_score=9)
    assert written(*work, again, other).count("Added 1 to x") == written(*work, other).count("Added 1 to x")


def test_of_equal_impact_the_more_complex_comes_first() -> None:
    document = written(view("Easy", complexity_score=20.0), view("Hard", number=8, complexity_score=70.0))
    assert document.index("### Hard") < document.index("### Easy")


def test_the_summary_says_what_reached_users_and_the_greatest() -> None:
    done = [view(f"Work {number}", number=number, first_release="2.1", announced=ANNOUNCED) for number in range(6)]
    summary = written(*done).partition("## Greatest")[0]
    assert "Above all: Work 0; Work 1; Work 2.\n" in summary
    assert "They reached users in 1 release; release notes announce 6 pieces of work.\n" in summary


def last_half(title: str, **changes: Any) -> AchievementView:
    return view(title, completed_at=dt.datetime(2025, 9, 1, tzinfo=dt.UTC), **changes)


def test_skills_that_earlier_work_does_not_show_are_gained() -> None:
    done = view(skills_demonstrated=["Rust", "Python"])
    assert "Skills gained: Rust.\n" in written(done, earlier=[last_half("Old", number=8)])
    assert "gained" not in written(done)


def test_the_period_before_is_compared() -> None:
    document = written(view(coauthors=["bob@example.com"]), view("Fix", number=9), earlier=[last_half("Old", number=8)])
    assert (
        "## Compared with Second half of 2025\n\n"
        "| | now | before |\n|---|--:|--:|\n"
        "| Pieces of work | 2 | 1 |\n"
        "| Together with others | 1 | 0 |\n"
    ) in document
    assert "Compared" not in written(view(), earlier=[view("Older", number=8, completed_at=NOON.replace(year=2020))])


def test_collaboration_counts_reviews_and_names_people() -> None:
    review = view("Review", number=8, source_type="github_review", impact_score=1.0)
    shared = [view(f"Work {number}", number=number, coauthors=["bob@example.com"]) for number in range(10, 16)]
    document = written(review, *shared, names_of={"bob@example.com": "Bob Example"})
    assert "- Reviewed 1 pull request of others.\n- 6 pieces of work with Bob Example (6).\n" in document
    assert "Review;" not in document


def test_notes_of_the_user_are_sections_and_no_achievements() -> None:
    note = {"key": "manual:1", "repository": None, "source_url": None, "source_type": "manual", "category": "feedback"}
    document = written(view(), view("Ann explains well", description="In\nthe review.", **note))
    assert "## Feedback\n\n- Ann explains well: In the review.\n" in document
    assert "1 piece of work" in document
    assert "### Ann explains well" not in document


def test_routine_work_is_counted_only() -> None:
    done = [view(f"Bump {number}", number=number, category="dependency") for number in range(9)]
    assert "- **Dependencies** (4)\n" in written(*done)


def test_what_has_a_title_without_a_meaning_is_counted_and_not_told_in_full() -> None:
    views = [view(f"Add part {number}", number=number, impact_score=80.0) for number in range(6)]
    document = written(view("Master v23", number=8, impact_score=99.0), *views)
    assert "7 pieces of work" in document
    assert "Master v23" not in document
    assert "### Master v23" in written(view("Master v23"))


def test_projects_name_nothing_twice_nor_do_they_what_is_deepest() -> None:
    work = [view(f"Add part {n}", number=n, impact_score=90.0 - n, complexity_score=50.0 + n) for n in range(12)]
    keys = [each.key for each in work]
    document = written(*work, projects=[keys[5:9], [keys[5], *keys[8:12]]])
    told = document.partition("## Projects")[2].partition("## Further")[0]
    assert [told.count(f"Added part {number}") for number in (5, 8)] == [1, 1]


def test_projects_are_told_by_their_strongest_pieces_once() -> None:
    work = [view(f"Add schema {number}", number=number, impact_score=90 - number) for number in range(1, 7)]
    keys = [each.key for each in work]

    document = written(*work, projects=[keys, keys[:3], keys[:2], ["github:ann/loom#99"]])

    (line,) = [line for line in document.partition("## Projects\n")[2].splitlines() if line.startswith("- ")][:1]
    assert line == (
        "- **Added schema 1** (6 pieces of work on “schema”, 2026-03-04): "
        "Added schema 2; Added schema 3; Added schema 4; and 2 more"
    )
    assert document.count(", 2026-03-04)") == 1
    assert "## Projects" not in written(*work, projects=[keys[:2]])
    notes = [view("Trying it", number=70), view("wip", number=71), view("Weave tiles", number=72)]
    assert "## Projects" not in written(*notes, projects=[[each.key for each in notes]])


def test_merging_and_releasing_are_collaboration() -> None:
    years = [
        view(f"Merged {number} contributions of 9 people in 202{number}", number=number, source_type="git_merging")
        for number in (5, 6)
    ]

    document = written(view(number=1), *years)

    assert (
        "## Collaboration\n\n- Merged 5 contributions of 9 people in 2025; merged 6 contributions of 9 people in 2026 "
    ) in document
    assert "### Merged" not in document


def test_of_many_years_of_merging_the_newest_are_named() -> None:
    years = [
        view(
            f"Merged {year} contributions",
            number=year,
            source_type="git_merging",
            completed_at=dt.datetime(year, 5, 1, tzinfo=dt.UTC),
        )
        for year in range(2015, 2027)
    ]
    document = written(*years)
    assert "Merged 2026 contributions; merged 2025 contributions; merged 2024" in document
    assert "merged 2023 contributions; and more since 2015" in document
