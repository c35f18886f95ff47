"""What Linear refuses: rate limits are waited for, faults tried again, wrong keys named."""

import pytest

from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.linear import read_issues
from achievement_pipeline_tests.servers.linear import KEY, LinearServer, Workspace
from achievement_pipeline_tests.servers.loopback import BROKEN, CUT, RESET, Reply
from achievement_pipeline_tests.sources.linear.conftest import read


@pytest.mark.parametrize("fault", [RESET, CUT, BROKEN, Reply(status=503)], ids=["reset", "cut", "broken", "503"])
def test_a_passing_fault_at_any_page_costs_a_try(server: LinearServer, workspace: Workspace, fault: Reply) -> None:
    for _ in range(12):
        workspace.add_issue()
    for number in (1, 3, 5):
        server.between[number] = lambda: server.faults.append(fault)
    assert len(read(server, page=5)) == 12


@pytest.mark.parametrize("limit", ["Requests", "Complexity", "Endpoint-Requests"])
def test_a_rate_limit_is_waited_for_until_the_exhausted_limit_is_reset(
    server: LinearServer, workspace: Workspace, limit: str
) -> None:
    workspace.add_issue()
    server.faults.append(server.limit(limit, reset_in=1800))
    began = server.clock.now
    assert len(read(server)) == 1
    assert 1800 <= server.requests[1].at - began <= 1803
    assert "Linear: the rate limit is reached" in server.clock.messages[0]


def test_where_no_limit_looks_exhausted_the_last_reset_is_waited_for(
    server: LinearServer, workspace: Workspace
) -> None:
    workspace.add_issue()
    server.faults.append(server.limit(None, reset_in=1200))
    read(server)
    assert 1800 <= sum(server.clock.slept) <= 1803


def test_a_rate_limit_that_names_no_end_is_waited_for(server: LinearServer, workspace: Workspace) -> None:
    workspace.add_issue()
    refusal = server.limit()
    server.faults.append(Reply(refusal.body, refusal.status))
    assert len(read(server)) == 1
    assert sum(server.clock.slept) >= 60


def test_a_wrong_key_fails_at_once_with_the_remedy_and_without_the_key(server: LinearServer) -> None:
    with pytest.raises(SourceError, match="set LINEAR_API_KEY") as caught:
        read_issues(server.client(key="lin_api_wrong"))
    assert "lin_api_wrong" not in str(caught.value)
    assert len(server.requests) == 1


def test_a_personal_key_is_sent_bare_and_an_oauth_token_as_bearer(server: LinearServer) -> None:
    read(server)
    read_issues(server.client(key="lin_oauth_0123"))
    assert {request.headers["Authorization"] for request in server.requests} == {KEY, "Bearer lin_oauth_0123"}


def test_an_invalid_query_fails_at_once(server: LinearServer) -> None:
    wrong = {"message": 'Cannot query field "nope"', "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}
    server.faults.append(Reply({"errors": [wrong]}, 400))
    with pytest.raises(SourceError, match="Cannot query field"):
        read_issues(server.client())
    assert len(server.requests) == 1
