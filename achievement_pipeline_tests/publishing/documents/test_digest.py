"""The digest of a week."""

from achievement_pipeline.channels import DIGEST
from achievement_pipeline.publishing.documents.digest import write_digest
from achievement_pipeline.publishing.documents.period import parse_period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline_tests.publishing.views import NOON, public, view

WEEK = parse_period("2026-W10")
NOBODY = Profile()


def test_it_tells_what_was_done_with_a_link_each() -> None:
    done = [view(), view("Fix *a* crash", number=8, category="bugfix", repository=None, evidence=[])]
    assert write_digest(public(DIGEST, *done), NOBODY, WEEK) == (
        "2 to 8 March 2026: 2 pieces of work\n"
        "\n"
        "New features\n"
        "• Added a cache (ann/loom)\n"
        "  https://github.com/ann/loom/pull/7\n"
        "\n"
        "Bugs fixed\n"
        "• Fixed *a* crash\n"
    )


def test_the_one_repository_of_all_is_named_once() -> None:
    digest = write_digest(public(DIGEST, view("Use `uv`"), view("Fix it", number=8)), NOBODY, WEEK)
    assert digest.startswith("2 to 8 March 2026: 2 pieces of work in ann/loom\n")
    assert "• Used uv\n" in digest
    assert digest.count("ann/loom\n") == 1


def test_a_busy_week_is_cut() -> None:
    digest = write_digest(public(DIGEST, *(view(number=number) for number in range(12))), NOBODY, WEEK)
    assert digest.count("Added a cache") == 10
    assert digest.endswith("• and 2 more\n")


def test_a_week_without_work_says_so() -> None:
    assert write_digest((), NOBODY, WEEK) == "2 to 8 March 2026: nothing was recorded\n"


def test_a_year_of_merging_is_not_the_work_of_a_week() -> None:
    year = view("Merged 9 contributions of 3 people in 2026", source_type="git_merging", started_at=NOON.replace(day=1))
    assert write_digest(public(DIGEST, year), NOBODY, WEEK).endswith("nothing was recorded\n")
    assert "Merged 9 contributions" in write_digest(public(DIGEST, year), NOBODY, parse_period("2026"))


def test_in_a_team_each_person_has_a_part() -> None:
    views = [view("Fix a", number=1, author="bob@example.com"), view("Fix b", number=2), view("Add c", number=3)]
    names = {"bob@example.com": "Bob", "ann@example.com": "Ann"}
    digest = write_digest(public(DIGEST, *views, names_of=names, everybody=True), NOBODY, WEEK, everybody=True)
    parts = [part.splitlines()[::2] for part in digest.split("\n\n")[1:]]
    assert [part[0] for part in parts] == ["Ann", "Bob"]
    assert "• Fixed a" in digest.split("Bob")[1]
