"""The lanes of GitHub, Linear and MLflow as a whole: from servers on loopback to achievements in a real Postgres."""

from datetime import timedelta

import pytest

from achievement_pipeline.defs.automation.requests import WITHOUT_CACHE
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.demo.servers.github import account, changed_file
from achievement_pipeline.lanes import GITHUB
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.decisions.approvals import origins
from achievement_pipeline.store.repositories import remember_repository
from achievement_pipeline_tests.defs.assets.conftest import collect_github, run
from achievement_pipeline_tests.defs.conftest import Pipeline
from achievement_pipeline_tests.servers.github import BOB, KEY, GitHubServer

pytestmark = pytest.mark.e2e


def test_a_merged_pull_request_and_its_review_become_achievements(pipeline: Pipeline, github: GitHubServer) -> None:
    number = github.repository.merge(
        "feat(api): index it", labels=["perf"], files=[changed_file("src/index.py", additions=190, deletions=10)]
    )
    github.repository.review(number, BOB, "CHANGES_REQUESTED", "Why?")
    github.repository.merge("Bump it", author=account("dependabot", "Bot"))

    assert collect_github(pipeline).success

    pull, review = pipeline.achievements()
    assert (pull.key, pull.title, pull.category, pull.author) == (
        "github:octo/repo#1",
        "Index it",
        "performance",
        "ada@example.org",
    )
    assert (pull.impact_score, pull.complexity_score) == (59.79, 52.0)
    assert pull.skills_demonstrated == ["Performance engineering", "Python"]
    assert (review.key, review.author) == ("github:octo/repo#1/review/bob", "bob@users.noreply.github.com")


def test_one_person_collecting_takes_nothing_from_another(pipeline: Pipeline, github: GitHubServer) -> None:
    number = github.repository.merge("feat: index it")
    github.repository.review(number, BOB, "CHANGES_REQUESTED", "Why?")
    collected = []
    for author in ("ada@example.org", "bob@users.noreply.github.com", "eve@example.org"):
        pipeline.settings = load_settings().collecting((author,), None)
        collect_github(pipeline)
        collected.append([achievement.author for achievement in pipeline.achievements()])

    both = ["ada@example.org", "bob@users.noreply.github.com"]
    assert collected == [both[:1], both, both]


@pytest.mark.parametrize("private", [False, True])
def test_github_says_who_can_see_a_repository(pipeline: Pipeline, github: GitHubServer, private: bool) -> None:
    github.repository.private = private
    github.repository.merge()
    remember_repository(pipeline.engine, KEY, f"https://{KEY}", "default")

    collect_github(pipeline)

    with pipeline.engine.connect() as connection:
        (origin,) = origins(connection)
    assert origin.visibility == ("private" if private else "public")


def test_nothing_new_takes_one_request_of_github(pipeline: Pipeline, github: GitHubServer) -> None:
    for _ in range(3):
        github.repository.merge()
    collect_github(pipeline)
    with github.counted() as requests:
        collect_github(pipeline)
    assert len(requests) == 1


def test_a_repository_that_lies_elsewhere_has_no_pull_requests(pipeline: Pipeline, github: GitHubServer) -> None:
    pipeline.instance.add_dynamic_partitions(PARTITIONS_NAME, ["gitlab.com/octo/repo"])
    with github.counted() as requests:
        assert collect_github(pipeline, "gitlab.com/octo/repo").success
    assert requests == []


def test_the_nightly_run_sees_what_touches_nothing(pipeline: Pipeline, github: GitHubServer) -> None:
    github.repository.step = timedelta(hours=1)
    number = github.repository.merge("feat: index it", labels=["perf"])
    github.repository.merge("Bump it", author=account("dependabot", "Bot"))
    collect_github(pipeline)
    github.repository.pulls[number]["labels"] = ["docs"]  # a label that was renamed does not move its pull requests
    collect_github(pipeline)
    [stale] = pipeline.achievements()
    run(pipeline, GITHUB.job, partition_key=KEY, tags={WITHOUT_CACHE: "true"})
    [fresh] = pipeline.achievements()
    assert (stale.category, fresh.category) == ("performance", "documentation")
