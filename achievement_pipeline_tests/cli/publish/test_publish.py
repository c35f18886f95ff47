"""`achievements publish` and `login`, as a user calls them, against servers on loopback."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import keyring
import pytest
import requests
import sqlalchemy as sa
from keyring.backends.fail import Keyring as NoKeyring

from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.servers.linkedin import CODE, SECRET, TOKEN, LinkedInServer
from achievement_pipeline_tests.servers.loopback import RESET, Loopback
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

MINE = Piece(f"git:{REPOSITORY}@1111", impact=80, columns={"title": "Add a cache"})


@pytest.fixture
def linkedin() -> Iterator[Loopback]:
    with Loopback(LinkedInServer().handle) as server:
        yield server


@pytest.fixture(autouse=True)
def port(
    linkedin: Loopback,
    engine: sa.Engine,
    settings_of_ann: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[int]:
    """The port of the redirect URL; there is an achievement, an app, and no keyring."""
    collect(engine, by_the_rules, git=(MINE,))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    with settings_of_ann.open("a") as settings:
        settings.write(f"[publishing.linkedin]\nredirect_port = {port}\n")
    for name, value in {
        "LINKEDIN_CLIENT_ID": "86abc",
        "LINKEDIN_CLIENT_SECRET": SECRET,
        "LINKEDIN_API_URL": linkedin.url,
        "LINKEDIN_OAUTH_URL": f"{linkedin.url}/oauth/v2",
    }.items():
        monkeypatch.setenv(name, value)
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    yield port
    keyring.set_keyring(before)


def consent(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be the browser in which the user consents."""

    def answer(state: str) -> None:
        requests.get(f"http://127.0.0.1:{port}/callback", params={"code": CODE, "state": state}, timeout=10)

    class Browser:
        def open(self, url: str, *_: object) -> bool:
            (state,) = parse_qs(urlsplit(url).query)["state"]
            threading.Timer(0.5, answer, [state]).start()
            return True

    monkeypatch.setattr("webbrowser.get", lambda *_: Browser())
    monkeypatch.setattr("webbrowser._tryorder", ["ours"])


def test_from_login_to_a_post_that_is_deleted(
    run: Run, linkedin: Loopback, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run("publish", "linkedin", "--now")
    assert "not logged in" in refused.stderr
    consent(port, monkeypatch)
    logged_in = run("login", "linkedin")
    assert "Logged in to LinkedIn until" in logged_in.output
    assert TOKEN not in logged_in.output

    assert "1 are not approved" in run("publish", "linkedin", "--now").output
    run("approve", MINE.key, "--channel", "linkedin")
    shown = run("publish", "linkedin", "--dry-run")
    assert "Added a cache" in shown.stdout
    assert MINE.key not in shown.stdout
    assert all(request.path != "/rest/posts" for request in linkedin.requests)

    posted = run("publish", "linkedin", "--now")
    assert (posted.exit_code, posted.output.split()[:3]) == (0, ["✅", "published", MINE.key])
    assert "Nothing to post" in run("publish", "linkedin", "--now").output
    assert json.loads(run("publish", "status", "--json").stdout)[0]["state"] == "published"
    assert run("publish", "delete", MINE.key).output.split()[1] == "deleted"


def test_what_is_in_doubt_is_shown_and_settled(
    run: Run, linkedin: Loopback, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent(port, monkeypatch)
    run("login", "linkedin")
    run("approve", MINE.key)
    linkedin.faults.append(RESET)
    sent = run("publish", "linkedin", "--now")
    assert sent.exit_code == 1
    assert f"publish settle {MINE.key} --published | --not-published" in sent.output
    assert "unknown" in run("publish", "status").output
    settled = run("publish", "settle", "1111", "--published", "--url", "https://x.example/urn:li:share:12")
    assert "urn:li:share:12" in settled.output
    assert "Logged out of LinkedIn." in run("logout", "linkedin").output
    assert "not logged in" in run("doctor").output
    assert "You were not logged in to LinkedIn." in run("logout", "linkedin").output


def test_the_profile_shows_what_is_approved_and_nothing_is_pushed_in_a_dry_run(
    run: Run, settings_of_ann: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = Ann\nemail = ann@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    profile = GitRepository.create(tmp_path / "ann.git", bare=True)
    profile.commit("first", {"README.md": "# Ann\n"})
    with settings_of_ann.open("a") as settings:
        settings.write(f'[publishing.github_profile]\nrepository = "{profile.url}"\n')
    run("approve", MINE.key)
    before = profile.tip()
    assert "Added a cache" in run("publish", "github-profile", "--dry-run").stdout
    assert profile.tip() == before
    assert "Pushed" in run("publish", "github-profile").output
    assert b"Added a cache" in profile.git("cat-file", "blob", "main:README.md")
    assert "Nothing changed" in run("publish", "github-profile").output
    assert "GITHUB_TOKEN is not set" in run("publish", "github-profile", "--pull-request").stderr
