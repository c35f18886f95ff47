"""What GitHub refuses: rate limits are waited for, faults tried again, tokens without access named."""

import pytest

from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.github import read_pull_requests
from achievement_pipeline_tests.servers.github import (
    KEY,
    TOKEN,
    GitHubServer,
    Repository,
)
from achievement_pipeline_tests.servers.loopback import BROKEN, CUT, RESET, Reply
from achievement_pipeline_tests.sources.github.conftest import read


@pytest.mark.parametrize(
    "fault",
    [
        Reply(b"<html>", 502),
        Reply({"data": None, "errors": [{"message": "Something went wrong while executing your query. Timeout."}]}),
        Reply({"data": None, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits exceeded."}]}),
    ],
    ids=["502", "timeout inside a 200", "resource limits"],
)
def test_a_page_that_is_too_heavy_is_split(server: GitHubServer, repository: Repository, fault: Reply) -> None:
    for _ in range(30):
        repository.merge()
    server.faults.extend([fault, fault])
    assert len(read(server, page=20).pull_requests) == 30
    sizes = [request.body["variables"]["first"] for request in server.requests]
    assert sizes[-1] in {5, 10}
    assert sizes[0] == 20


@pytest.mark.parametrize("fault", [RESET, CUT, BROKEN, Reply(status=500)], ids=["reset", "cut", "broken", "500"])
def test_a_passing_fault_at_any_page_costs_a_try(server: GitHubServer, repository: Repository, fault: Reply) -> None:
    for _ in range(30):
        repository.merge()
    for number in (1, 3, 5):
        server.between[number] = lambda: server.faults.append(fault)
    assert len(read(server, page=10).pull_requests) == 30


@pytest.mark.parametrize("status", [403, 429])
def test_the_primary_rate_limit_is_waited_for_until_its_reset(
    server: GitHubServer, repository: Repository, status: int
) -> None:
    repository.merge()
    server.faults.append(server.limit(reset_in=1800, status=status))
    read(server)
    assert 1800 <= server.requests[1].at - server.requests[0].at <= 1803


def test_a_rate_limit_inside_a_200_is_waited_for_until_its_reset(server: GitHubServer, repository: Repository) -> None:
    repository.merge()
    errors = [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]
    server.faults.append(Reply({"errors": errors}, 200, server.limit(reset_in=900).headers))
    read(server)
    assert 900 <= server.requests[1].at - server.requests[0].at <= 903


@pytest.mark.parametrize("headers", [{"Retry-After": "120"}, {}], ids=["named", "unnamed"])
@pytest.mark.parametrize("inside", [False, True], ids=["403", "inside a 200"])
def test_the_secondary_rate_limit_is_waited_for(
    server: GitHubServer, repository: Repository, headers: dict[str, str], inside: bool
) -> None:
    repository.merge()
    error = {"message": "You have exceeded a secondary rate limit."}
    server.faults.append(Reply({"errors": [error]}, 200, headers) if inside else Reply(error, 403, headers))
    read(server)
    assert sum(server.clock.slept) >= (120 if headers else 60)


def test_a_wrong_token_fails_at_once_with_the_remedy_and_without_the_token(server: GitHubServer) -> None:
    with pytest.raises(SourceError, match=r"Bad credentials.*set GITHUB_TOKEN") as caught:
        read_pull_requests(server.client("ghp_wrong"), KEY)
    assert "ghp_wrong" not in str(caught.value)
    assert len(server.requests) == 1


def test_a_token_without_access_fails_at_once_with_the_remedy(server: GitHubServer) -> None:
    server.faults.append(Reply({"message": "Resource not accessible by personal access token"}, 403))
    with pytest.raises(SourceError, match="give the token read access"):
        read_pull_requests(server.client(), KEY)


def test_an_organization_that_wants_the_token_authorized_is_named(server: GitHubServer) -> None:
    error = "Resource protected by organization SAML enforcement. You must grant your token access."
    server.faults.append(Reply({"data": {"repository": None}, "errors": [{"type": "FORBIDDEN", "message": error}]}))
    with pytest.raises(SourceError, match="SAML"):
        read_pull_requests(server.client(), KEY)


@pytest.mark.parametrize("token", [TOKEN, None], ids=["with a token", "without"])
def test_a_repository_that_does_not_exist_fails_at_once(server: GitHubServer, token: str | None) -> None:
    with pytest.raises(SourceError, match="GITHUB_TOKEN"):
        read_pull_requests(server.client(token), "github.com/octo/none")
    assert len(server.requests) == 1


@pytest.mark.parametrize("key", ["repo", "octo/repo", "/home/ada/repo", "github.com/octo/repo/more"])
def test_a_key_that_names_no_repository_on_github_is_an_error(server: GitHubServer, key: str) -> None:
    with pytest.raises(SourceError, match="host/owner/name"):
        read_pull_requests(server.client(), key)
