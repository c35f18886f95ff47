"""Titles that say nothing give way to better ones of the same work."""

import pytest

from achievement_pipeline.channels import JSON, RESUME
from achievement_pipeline.publishing.gate.titles import is_weak, strong_title
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.publishing.views import NOON, evidence, public, view


@pytest.mark.parametrize(
    "title",
    [
        *(
            "wip",
            "WIP",
            "Stuff",
            "Fixes",
            "fix",
            "First pass",
            "more fixes",
            "minor changes",
            "Initial commit",
            "update",
        ),
        *(
            "Merge pull request #12 from ann/cache",
            "Squashed commit of the following:",
            "...",
            "cleanup",
            "typo",
            "Test",
        ),
        *(
            "first version",
            "some minor tweaks!",
            "Some small fixes and improvements",
            "Fixes #35, #31",
            "0.8-maintenance",
            "Issue #328",
            "Master v23",
            "Updated to master",
            "Update docs/releases.md",
            "Add files via upload",
            "Fix code",
            "Added some tests",
            "Modified the README.md",
            "Next release",
            "Prepare for 5.3.0",
            "Fixed #10248 Close #10250",
            "See #12 and #13.",
            "Ride to 0.4.0",
            "Loom 6.0 changes",
            "Increase loom version to 1.20",
            "Add an example",
            "Preparing new release",
            "Trying another fix",
            "Horizontal OR still a problem",
            "Hopefully, I found the cause",
            "Arity WIP",
            "Added changelog entry",
            "Tried another fix",
            "Prepared new release (0.3.2)",
            "Various optimizations",
            "Finishing off",
            "Added one more test",
            "cache: add",
            "Documentation 205",
            "CI Updates",
            "Build fixes",
            "Fix the build",
            "Update rm",
            "Coding snapshot",
            "Tiles checkpoint commit",
            "tiles: initial commit",
            "Init",
            "1.2.0, loom 3.0.0-alpha.2, bar 0.1.0",
            "\u66f4\u65b0\u5b98\u65b9\u6587\u6863",
            "\u53d1\u5e03 v3.3.2 \u7248\u672c",
            "\u5347\u7ea7\u6b63\u5f0f\u7248\u672c\uff1av2.0.2",
            "\u66f4\u65b0\u9879\u76ee\u7248\u672c\u81f3 3.3.1-SNAPSHOT",
        ),
    ],
)
def test_a_weak_title_says_nothing(title: str) -> None:
    assert is_weak(title)


@pytest.mark.parametrize(
    "title",
    [
        "Add a cache",
        "Fix login",
        "Update the parser",
        "Test the gate",
        "Merge sort",
        "Work on TLS",
        "Add tests for TLS",
        "Release locks",
        "Next batch of tiles",
        "Support Python 3.13",
        "Speak HTTP/2",
        "Set the version of the schema",
        "I/O of tiles",
        "Stills of tiles",
        "Add Let's Encrypt",
        "Update TLS",
        "Save a checkpoint",
        "Init the pool",
        "Build tiles",
        "\u4f18\u5316\u4ee3\u7801\u52a0\u8f7d",
    ],
)
def test_a_title_that_names_something_is_strong(title: str) -> None:
    assert not is_weak(title)


def title(achievement: AchievementView) -> str:
    return strong_title(achievement.title, achievement.evidence, achievement.repository)


def test_an_issue_that_names_a_problem_gives_way_to_what_was_done() -> None:
    issue = evidence("linear:1", title="Logins are slow", kind="linear_issue")
    pull = evidence("github:ann/loom#7", title="Notify people of logins", kind="github_pull_request")
    assert title(view("Logins are slow", evidence=[issue, pull])) == "Notify people of logins"
    assert title(view("Add a cache", evidence=[issue, pull])) == "Add a cache"
    # who can see the pull request may differ from who can see the issue
    assert title(view("Logins are slow", evidence=[issue, pull], repository=None)) == "Logins are slow"


def test_it_gives_way_to_the_pull_request_then_to_the_first_better_member() -> None:
    pull = evidence("github:ann/loom#7", title="Add a cache", kind="github_pull_request")
    better, worse = evidence("git:x@1", title="Store lookups"), evidence("git:x@2", title="wip")
    assert title(view("wip", evidence=[worse, better, pull])) == "Add a cache"
    assert title(view("wip", evidence=[worse, better])) == "Store lookups"
    assert title(view("wip", evidence=[worse])) == "wip"
    assert title(view("Fix login", evidence=[pull])) == "Fix login"
    assert title(view("wip", evidence=[better] * 6)) == "wip"


def test_what_announced_it_is_a_title_where_nothing_else_is_and_readers_may_see_it() -> None:
    note = {"version": "2", "date": "", "section": "", "highlight": False, "path": "C"}
    views = [
        view("Fix code", number=len(sentence), announced={**note, "sentence": sentence})
        for sentence in ("Sessions are kept.", "Fixes.", "It is long. " * 20, "It goes on, " * 20)
    ]
    assert [each.title for each in public(JSON, *views)] == ["Sessions are kept", "Fix code", "It is long", "Fix code"]
    assert [each.title for each in public(RESUME, views[0])] == ["Fix code"]


def test_related_work_lends_no_title() -> None:
    listed = {**evidence("git:x@1", title="Store lookups"), "relation": "listed"}
    assert title(view("wip", evidence=[listed])) == "wip"


def test_an_initial_commit_names_the_project() -> None:
    assert title(view("Initial commit", evidence=[evidence("git:x@1", title="Initial commit")])) == "Start loom"
    local = view("Initial commit", "local/loom-0f4032db", evidence=[])
    assert title(local) == "Start loom"
    assert title(view("Initial commit", None, evidence=[])) == "Initial commit"


def test_the_first_commit_of_a_part_names_the_part() -> None:
    assert title(view("tiles: initial commit")) == "Start tiles"


def test_a_title_that_was_cut_is_that_of_a_member_that_has_all_of_it() -> None:
    whole = evidence("git:1", title="Draw tiles that are outside of the viewport", kind="git_commit")
    assert title(view("Draw tiles that are outside of the view\u2026", evidence=[whole])) == whole["title"]
    assert title(view("Draw bars\u2026", evidence=[whole])) == "Draw bars\u2026"


def test_the_users_own_title_stays() -> None:
    pull = evidence("github:ann/loom#7", title="Add a cache", kind="github_pull_request")
    shown = public(JSON, view("wip", evidence=[pull]), view("wip", number=8, edited_at=NOON, evidence=[pull]))
    assert [each.title for each in shown] == ["Add a cache", "wip"]
