"""The resume."""

import json
from typing import Any

import pytest

from achievement_pipeline.channels import RESUME
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.documents.resume import ResumeError, check_resume, write_resume
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.publishing.views import ME, PRIVATE, evidence, public, view

ANN = Profile(name="Ann Example", label="Engineer", url="https://ann.example", summary="Weaves.", emails=(ME,))


def written(*views: AchievementView, base: Any = None, profile: Profile = ANN) -> Any:
    return json.loads(write_resume(public(RESUME, *views), profile, base or {}))


def test_it_is_valid_and_says_who_it_is_of() -> None:
    resume = written(view())
    check_resume(resume)
    assert resume["basics"] == {
        "name": "Ann Example",
        "label": "Engineer",
        "email": ME,
        "url": "https://ann.example",
        "summary": "Weaves.",
    }


def test_a_repository_is_a_project_with_a_sentence_and_a_short_reference_for_each_piece_of_work() -> None:
    assert written(view())["projects"] == [
        {
            "name": "ann/loom",
            "description": "1 piece of work",
            "highlights": ["Added a cache (#7)"],
            "keywords": ["Python"],
            "startDate": "2026-03-04",
            "endDate": "2026-03-04",
            "url": "https://github.com/ann/loom",
        }
    ]


def test_private_work_is_told_without_where_it_was_done() -> None:
    commits = [evidence(f"git:{PRIVATE}@{number}") for number in (1, 2)]
    (project,) = written(view("Fix a crash", PRIVATE, evidence=[*view("Fix a crash", PRIVATE).evidence, *commits]))[
        "projects"
    ]
    assert project["name"] == "Confidential work"
    assert project["highlights"] == ["Fixed a crash"]
    assert "url" not in project


def test_a_highlight_states_the_outcome_and_neither_hash_nor_line_count() -> None:
    commit = evidence("git:x@1", url="https://github.com/ann/loom/commit/c2705ffd9ce1dc8476cb")
    (project,) = written(view(outcome="lookups are 2x faster.", evidence=[commit]))["projects"]
    assert project["highlights"] == ["Added a cache: lookups are 2x faster"]


def test_a_highlight_says_that_work_was_shared_and_names_nobody() -> None:
    (project,) = written(view(coauthors=["bob@example.com", "eve@example.com"]))["projects"]
    assert project["highlights"] == ["Added a cache (with 2 others, #7)"]


def test_at_most_six_highlights_a_project_none_twice_and_no_routine_before_work() -> None:
    routine = [view(f"Bump part {n}", number=n, category="dependency", impact_score=99.0) for n in range(9)]
    works = [view(f"Add part {number % 9}", number=100 + number) for number in range(18)]
    (project,) = written(*routine, *works)["projects"]
    assert len(project["highlights"]) == 6
    assert all(each.startswith("Added part") for each in project["highlights"])
    (only_routine,) = written(*routine)["projects"]
    assert len(only_routine["highlights"]) == 6


def test_without_evidence_there_is_no_reference() -> None:
    (project,) = written(view("Led a team", score_ledger=[], evidence=[], repository=None))["projects"]
    assert project["highlights"] == ["Led a team"]


def test_a_skill_has_its_level_and_what_shows_it() -> None:
    assert written(view())["skills"] == [{"name": "Python", "keywords": ["1 piece of work, 2026"]}]


def test_what_the_users_own_resume_has_stays() -> None:
    base = {
        "basics": {"label": "Principal engineer", "phone": "1"},
        "work": [{"name": "Acme", "position": "Engineer", "startDate": "2020"}],
        "skills": [{"name": "Python", "level": "Master"}],
        "projects": [{"name": "Loom"}],
    }
    resume = written(view(), base=base)
    check_resume(resume)
    assert resume["work"] == base["work"]
    assert (resume["basics"]["label"], resume["basics"]["phone"]) == ("Principal engineer", "1")
    assert resume["basics"]["name"] == "Ann Example"
    assert resume["skills"] == base["skills"]
    assert [project["name"] for project in resume["projects"]] == ["Loom", "ann/loom"]


@pytest.mark.parametrize(
    ("base", "place"),
    [
        ({"work": [{"startDate": "last year"}]}, r"resume\.work\[0\]\.startDate"),
        ({"basics": {"url": "no address"}}, r"resume\.basics\.url"),
        ({"skills": "Python"}, r"resume\.skills"),
    ],
)
def test_a_resume_of_another_form_is_refused_with_the_place(base: Any, place: str) -> None:
    with pytest.raises(ResumeError, match=f"does not have the form of JSON Resume: {place}"):
        written(view(), base=base)


def test_an_empty_one_is_valid_too() -> None:
    resume = written(profile=Profile())
    check_resume(resume)
    assert (resume["basics"], resume["projects"], resume["skills"]) == ({}, [], [])


@pytest.mark.parametrize("empty", ["", None, "  "])
def test_fields_of_the_own_resume_that_say_nothing_are_no_fields(empty: str | None) -> None:
    own = {
        "basics": {"label": empty, "email": empty, "url": empty, "location": {"city": empty}, "profiles": []},
        "work": [
            {"name": "Acme", "url": empty, "startDate": "2019-05", "endDate": empty, "highlights": [empty, "Led"]}
        ],
    }
    resume = written(view(), base=own)
    assert resume["work"] == [{"name": "Acme", "startDate": "2019-05", "highlights": ["Led"]}]
    assert resume["basics"]["label"] == "Engineer"


def test_a_wrong_value_that_says_something_is_still_refused() -> None:
    with pytest.raises(ResumeError, match="endDate"):
        written(view(), base={"work": [{"name": "Acme", "endDate": "yesterday"}]})
