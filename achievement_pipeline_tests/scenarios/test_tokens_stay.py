"""A token only ever reaches the host that it was configured for."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from achievement_pipeline.app.collect.clients import github_client, linear_client, mlflow_client
from achievement_pipeline.app.publish.accounts import linkedin_as
from achievement_pipeline.demo.servers.loopback import Request
from achievement_pipeline.errors import AchievementPipelineError, PublishingError, SettingsError, SourceError
from achievement_pipeline.http import Authorization, HttpClient
from achievement_pipeline.publishing.github_profile.pull_request import open_pull_request
from achievement_pipeline.publishing.linkedin.login import Login
from achievement_pipeline.settings import load_settings
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline_tests.servers.loopback import Loopback, Reply

TOKEN = "t0ken-of-mine"
Environment = Callable[..., None]


@pytest.fixture
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:  # noqa: ARG001 - first its environment
    """Sets variables."""

    def set_variables(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_variables


@pytest.fixture
def elsewhere() -> Iterator[Loopback]:
    """A server that no token is for."""
    with Loopback(lambda _: Reply({})) as server:
        yield server


@pytest.fixture
def redirecting(elsewhere: Loopback) -> Iterator[Loopback]:
    """The server of the token, which sends everybody elsewhere."""

    def handle(request: Request) -> Reply:
        return Reply(status=302, headers={"Location": f"{elsewhere.url}{request.path}"})

    with Loopback(handle) as server:
        yield server


def _signed(server: Loopback) -> list[Request]:
    return [one for one in server.requests if TOKEN in str(dict(one.headers)) or TOKEN in str(one.body)]


@pytest.mark.parametrize(
    ("api", "graphql", "pair"),
    [
        ("", "", ("https://api.github.com", "https://api.github.com/graphql")),
        (
            "https://git.example.org/api/v3/",
            "",
            ("https://git.example.org/api/v3", "https://git.example.org/api/graphql"),
        ),
        (
            "",
            "https://git.example.org/api/graphql",
            ("https://git.example.org/api/v3", "https://git.example.org/api/graphql"),
        ),
        ("https://api.acme.ghe.com", "", ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql")),
        ("", "https://api.acme.ghe.com/graphql", ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql")),
    ],
)
def test_one_address_of_github_follows_from_the_other(
    environment: Environment, api: str, graphql: str, pair: tuple[str, str]
) -> None:
    environment(GITHUB_API_URL=api, GITHUB_GRAPHQL_URL=graphql, GITHUB_TOKEN=TOKEN)
    settings = load_settings()
    assert settings.github_addresses == pair
    client = github_client(settings)
    assert client.rest.address == pair[0]


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        ("https://git.example.org/api/v3", "https://api.github.com/graphql"),
        ("https://api.github.com", "https://git.example.org/api/graphql"),
        ("https://proxy.example.org/github", ""),
        ("", "https://proxy.example.org/github"),
    ],
)
def test_addresses_of_two_hosts_or_of_an_unknown_one_are_refused(
    environment: Environment, api: str, graphql: str
) -> None:
    environment(GITHUB_API_URL=api, GITHUB_GRAPHQL_URL=graphql, GITHUB_TOKEN=TOKEN)
    with pytest.raises(SettingsError, match="GITHUB_"):
        github_client(load_settings())


@pytest.mark.parametrize(
    ("api", "remote", "is_given"),
    [
        ("", "https://github.com/ann/ann", True),
        ("", "https://git.example.org/ann/ann", False),
        ("", "http://github.com/ann/ann", False),
        ("https://git.example.org/api/v3", "https://git.example.org/ann/ann", True),
        ("https://git.example.org/api/v3", "https://github.com/ann/ann", False),
        ("http://127.0.0.1:9", "https://github.com/ann/ann", False),
    ],
)
def test_git_gets_the_token_for_repositories_of_its_host_alone(
    tmp_path: Path, environment: Environment, api: str, remote: str, is_given: bool
) -> None:
    (tmp_path / "achievements.toml").write_text(f'[publishing.github_profile]\nrepository = "{remote}"\n')
    graphql = f"{api}/graphql" if api.startswith("http:") else ""
    environment(GITHUB_API_URL=api, GITHUB_GRAPHQL_URL=graphql, GITHUB_TOKEN=TOKEN)
    assert (load_settings().profile_remote.password == TOKEN) == is_given


@pytest.mark.parametrize("own", ["LINKEDIN_API_URL", "LINKEDIN_OAUTH_URL"])
def test_a_login_of_linkedin_is_for_its_own_api(environment: Environment, own: str) -> None:
    environment(**{own: "https://proxy.example.org"})
    with pytest.raises(SettingsError, match="together"):
        load_settings().linkedin_addresses  # noqa: B018 - it raises


def test_a_login_is_not_sent_to_another_address_later(environment: Environment) -> None:
    login = Login(access_token=SecretStr(TOKEN), expires_at=dt.datetime.now(dt.UTC))
    environment(LINKEDIN_API_URL="https://proxy.example.org", LINKEDIN_OAUTH_URL="https://proxy.example.org/oauth")
    with pytest.raises(SettingsError, match="login linkedin"):
        linkedin_as(login, load_settings())


@pytest.mark.parametrize(
    ("variables", "make"),
    [
        ({"GITHUB_API_URL": "http://git.example.org/api/v3", "GITHUB_TOKEN": TOKEN}, github_client),
        ({"LINEAR_API_URL": "http://linear.example.org/graphql", "LINEAR_API_KEY": TOKEN}, linear_client),
        ({"MLFLOW_TRACKING_URI": "http://mlflow.example.org", "MLFLOW_TRACKING_TOKEN": TOKEN}, mlflow_client),
        ({"MLFLOW_TRACKING_URI": f"http://ann:{TOKEN}@mlflow.example.org"}, mlflow_client),
    ],
)
def test_no_token_goes_unencrypted_over_a_network(
    environment: Environment, variables: dict[str, str], make: Callable[..., object]
) -> None:
    environment(**variables)
    with pytest.raises(AchievementPipelineError, match="https") as refused:
        make(load_settings())
    assert TOKEN not in str(refused.value)


def test_a_request_without_a_token_may_be_unencrypted(environment: Environment) -> None:
    environment(MLFLOW_TRACKING_URI="http://mlflow.example.org")
    mlflow_client(load_settings())


def test_a_redirect_takes_no_token_along(redirecting: Loopback, elsewhere: Loopback) -> None:
    client = HttpClient(
        "Thing", redirecting.url, classify=lambda _: None, authorization=Authorization(SecretStr(TOKEN))
    )
    client.get("/things")
    with pytest.raises(SourceError):
        client.post("/things", {})
    remote = Remote.parse("https://github.com/ann/ann")
    assert remote
    with pytest.raises(PublishingError):
        open_pull_request(remote, branch="a", base="b", title="c", token=SecretStr(TOKEN), address=redirecting.url)
    assert _signed(redirecting)
    assert elsewhere.requests
    assert not _signed(elsewhere)


def test_a_link_of_an_answer_to_another_host_is_not_followed(elsewhere: Loopback) -> None:
    with Loopback(lambda _: Reply({})) as server:
        client = HttpClient("Thing", server.url, classify=lambda _: None, authorization=Authorization(SecretStr(TOKEN)))
        with pytest.raises(SourceError, match="must not go"):
            client.get(f"{elsewhere.url}/things?page=2")
    assert not elsewhere.requests
