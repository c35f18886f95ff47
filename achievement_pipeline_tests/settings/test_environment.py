"""Environment variables: how each is read."""

import pytest

from achievement_pipeline.settings import load_settings


@pytest.mark.parametrize(
    ("value", "locations"),
    [
        ("/a:/b c:/relative", ("/a", "/b c", "/relative")),
        ("https://github.com/o/n.git:/a", ("https://github.com/o/n.git", "/a")),
        ("https://user:secret@host:8443/o/n:/a", ("https://user:secret@host:8443/o/n", "/a")),
        ("git@github.com:o/n.git:ssh://git@host:22/o/n", ("git@github.com:o/n.git", "ssh://git@host:22/o/n")),
        ("/a::/b:", ("/a", "/b")),
        ("file:///a/b:/c", ("file:///a/b", "/c")),
    ],
)
def test_repositories_are_separated_as_in_path_and_urls_keep_their_colons(
    value: str, locations: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_REPO_PATH", value)
    assert load_settings().environment.git_repo_path == locations


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "")
    settings = load_settings()
    assert settings.environment.database_url is None
    assert settings.rules.commits.min_lines == 50


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("", "github.com"),
        ("https://api.github.com", "github.com"),
        ("https://git.example.org/api/v3/", "git.example.org"),
        ("https://api.acme.ghe.com", "acme.ghe.com"),
        ("http://127.0.0.1:8080", "github.com"),
    ],
)
def test_the_address_of_github_says_whose_repositories_it_serves(
    address: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", address)
    assert load_settings().github_host == host


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "LINEAR_API_KEY", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"):
        monkeypatch.setenv(name, "hidden")
    assert "hidden" not in repr(load_settings())
