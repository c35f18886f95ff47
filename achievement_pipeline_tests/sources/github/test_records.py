"""One record of GitHub's that cannot be understood stops no other."""

from collections.abc import Callable
from typing import Any

import pytest

from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.github import read_pull_requests
from achievement_pipeline_tests.servers.github import (
    KEY,
    GitHubServer,
    Repository,
)
from achievement_pipeline_tests.sources.github.conftest import (
    _change_pulls,
    _tamper_with_first,
    assert_same,
    the,
)


@pytest.mark.parametrize(
    ("break_it", "problem"),
    [
        (lambda pull: pull.update(title=None), "title: Input should be a valid string"),
        (lambda pull: pull.update(mergedAt=None), "mergedAt: Input should be a valid datetime"),
        (lambda pull: pull.update(files=[]), "files: Input should be a valid"),
    ],
)
def test_an_invalid_pull_request_is_skipped_with_a_warning(
    server: GitHubServer, repository: Repository, break_it: Callable[[Any], None], problem: str
) -> None:
    repository.merge("Broken", body="secret plans")
    repository.merge("Good")
    server.tamper = _tamper_with_first(break_it)
    found = read_pull_requests(server.client(), KEY)
    if problem.startswith("files"):
        assert list(found.pull_requests["detail"]) == ["pending", "read"]
        return
    assert list(found.pull_requests["number"]) == [2]
    assert found.warnings[0].startswith(f"Pull request of {KEY}, 1 was skipped")
    assert problem in found.warnings[0]
    assert "secret plans" not in "".join(found.warnings)


_HIDEABLE = ("labels", "closingIssuesReferences", "files", "reviews")


@pytest.mark.parametrize("name", _HIDEABLE)
def test_a_field_that_the_token_may_not_see_is_empty_with_one_warning_that_quotes_github(
    server: GitHubServer, repository: Repository, name: str
) -> None:
    for _ in range(3):
        milestones = {"octo/repo#7": {"title": "Faster index"}}
        repository.merge(labels=["bug"], closes=["octo/repo#7"], milestones=milestones)
    whole = read_pull_requests(server.client(), KEY)
    server.tamper = lambda body: (
        _change_pulls(body, lambda pull: pull | {name: None})
        | {"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible by personal access token"}]}
    )
    found = read_pull_requests(server.client(), KEY)
    assert list(found.pull_requests["number"]) == [1, 2, 3]
    (warning,) = found.warnings
    assert "GitHub says: Resource not accessible by personal access token." in warning
    assert "Give GITHUB_TOKEN read access to Contents, Issues and Pull requests." in warning
    repository.edit(1, title="Another title")
    kept = read_pull_requests(server.client(), KEY, whole)
    assert the(kept.pull_requests.query("number == 1"))["title"] == "Another title"
    assert list(kept.pull_requests["labels"]) == list(whole.pull_requests["labels"])
    assert list(kept.pull_requests["closes"]) == list(whole.pull_requests["closes"])
    assert list(kept.pull_requests["milestone"]) == ["Faster index"] * 3
    assert len(kept.files) == len(whole.files)
    server.tamper = lambda body: body
    assert_same(
        read_pull_requests(server.client(), KEY, kept)._replace(warnings=()), read_pull_requests(server.client(), KEY)
    )


def test_a_repository_of_which_nothing_can_be_understood_is_a_failure(
    server: GitHubServer, repository: Repository
) -> None:
    repository.merge()
    server.tamper = _tamper_with_first(lambda pull: pull.update(title=None))
    with pytest.raises(SourceError, match=r"No pull request of github\.com/octo/repo can be read"):
        read_pull_requests(server.client(), KEY)


def test_a_review_of_an_unknown_state_is_skipped_with_a_warning(server: GitHubServer, repository: Repository) -> None:
    number = repository.merge()
    repository.review(number)
    repository.review(number)
    server.tamper = _tamper_with_first(lambda pull: pull["reviews"]["nodes"][0].update(state="BLESSED"))
    found = read_pull_requests(server.client(), KEY)
    assert len(found.pull_requests) == len(found.reviews) == 1
    assert "state: Input should be" in found.warnings[0]


def test_a_node_that_github_could_not_resolve_is_skipped_with_a_warning(
    server: GitHubServer, repository: Repository
) -> None:
    repository.merge()
    repository.merge()

    def lose_one(body: Any) -> Any:
        body = _change_pulls(body, lambda pull: None if pull["number"] == 2 else pull)
        return body | {"errors": [{"message": "Something is wrong with one of them"}]}

    server.tamper = lose_one
    found = read_pull_requests(server.client(), KEY)
    assert len(found.pull_requests) == 1
    assert len(found.warnings) == 1
