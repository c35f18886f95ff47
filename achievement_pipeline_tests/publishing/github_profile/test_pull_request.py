"""The pull request for the profile is opened once."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from achievement_pipeline.demo.servers.loopback import Request
from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.github_profile.pull_request import open_pull_request
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline_tests.servers.loopback import Loopback, Reply

TOKEN = "ghp_made_up_for_a_test"


class TestThePullRequest:
    @pytest.fixture
    def github(self) -> Iterator[Loopback]:
        opened: list[str] = []

        def handle(request: Request) -> Reply:
            if request.headers["Authorization"] != f"Bearer {TOKEN}":
                return Reply({"message": f"Bad credentials {TOKEN}"}, 401)
            if request.method == "GET":
                return Reply([{"html_url": opened[0]}])
            if opened:
                return Reply({"message": "Validation Failed"}, 422)
            opened.append("https://github.com/ann/ann/pull/1")
            return Reply({"html_url": opened[0]}, 201)

        with Loopback(handle) as server:
            yield server

    @staticmethod
    def ask(server: Loopback, token: str = TOKEN) -> str:
        remote = Remote.parse("https://github.com/ann/ann")
        assert remote
        return open_pull_request(
            remote, branch="update", base="main", title="docs: update", token=SecretStr(token), address=server.url
        )

    def test_is_opened_once_and_found_then(self, github: Loopback) -> None:
        assert self.ask(github) == self.ask(github) == "https://github.com/ann/ann/pull/1"
        assert github.requests[0].body == {"title": "docs: update", "head": "update", "base": "main"}
        assert github.requests[2].query["head"] == "ann:update"

    def test_that_is_refused_says_what_to_check(self, github: Loopback) -> None:
        with pytest.raises(PublishingError, match=r"is pushed, but.*Bad credentials.*GITHUB_TOKEN") as caught:
            self.ask(github, "wrong")
        assert "wrong" not in str(caught.value)
