"""The settings in the page: a change is shown, agreed to, and written to ``achievements.toml``."""

import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
import sqlalchemy as sa

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.repositories import list_repositories, remember_repository
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.conftest import use_home
from achievement_pipeline_tests.web.conftest import Site, serve

pytestmark = pytest.mark.e2e

ENGINE, ZEPHYR = "github.com/acme/engine", "github.com/acme/zephyr"
TOML = f"""\
# mine
[me]
emails = ["ann@example.com", "old@example.com"]

[[repositories]]
location = "https://ann:s3cr3t-pass@{ENGINE}"  # the engine
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings."""
    use_home(tmp_path, monkeypatch)
    path = tmp_path / "mine.toml"
    path.write_text(TOML)
    monkeypatch.setenv("ACHIEVEMENTS_CONFIG", str(path))
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_never_shown")
    return path


@pytest.fixture
def mine(file: Path, engine: sa.Engine) -> Iterator[Site]:  # noqa: ARG001 - first the settings
    """The page of these settings."""
    for key in (ENGINE, ZEPHYR):
        remember_repository(engine, key, f"https://{key}", "default")
    with serve(Decisions(engine, load_settings())) as site:
        yield site


def _look(site: Site, fields: dict[str, str | list[str]]) -> str:
    return site.get(f"/settings/change?{urlencode(fields, doseq=True)}")


def _agree(site: Site, shown: str, **more: str) -> requests.Response:
    """Send the form of a change."""
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown)
    fields = [(name, unescape(value)) for name, value in hidden] + list(more.items())
    return site.browser.post(f"{site.address}/settings/change", fields, timeout=60, allow_redirects=False)


def test_they_are_shown_without_keys_and_passwords(mine: Site) -> None:
    page = mine.get("/settings")
    for shown in ("ann@example.com", ENGINE, ZEPHYR, "GITHUB_TOKEN", "off: set LINEAR_API_KEY"):
        assert shown in page
    assert len(re.findall(r'class="yes">set<', page)) == 1
    assert ("never_shown" in page, "s3cr3t" in page) == (False, False)


def test_name_and_addresses_change_after_they_were_seen(mine: Site, file: Path) -> None:
    shown = _look(mine, {"what": "me", "name": "Ann <A>", "email": ["ann@example.com"], "more": "new@example.com"})
    assert "<ins>+name = &#34;Ann &lt;A&gt;&#34;</ins>" in shown
    assert file.read_text() == TOML
    assert _agree(mine, shown).headers["location"] == "/settings?did=written"
    written = tomllib.loads(file.read_text())
    assert written["me"] == {"name": "Ann <A>", "emails": ["ann@example.com", "new@example.com"]}
    assert "# the engine" in file.read_text()
    page = mine.get("/settings?did=written")  # read again
    assert ("Ann &lt;A&gt;" in page, "old@example.com" in page) == (True, False)


def test_what_becomes_public_has_to_be_confirmed(mine: Site, file: Path) -> None:
    shown = _look(mine, {"what": "visibility", "repository": ENGINE, "visibility": "public"})
    assert "s3cr3t" not in shown
    refused = _agree(mine, shown)
    assert (refused.status_code, "tick that you want it" in refused.text) == (400, True)
    assert file.read_text() == TOML
    assert _agree(mine, shown, sure="1").status_code == 303
    assert tomllib.loads(file.read_text())["repositories"][0]["visibility"] == "public"
    assert _agree(mine, _look(mine, {"what": "visibility", "repository": ENGINE, "visibility": "private"})).ok
    assert tomllib.loads(file.read_text())["repositories"][0]["visibility"] == "private"


def test_a_known_repository_is_written_with_its_visibility(mine: Site, file: Path) -> None:
    _agree(mine, _look(mine, {"what": "visibility", "repository": ZEPHYR, "visibility": "public"}), sure="1")
    added = tomllib.loads(file.read_text())["repositories"][1]
    assert added == {"location": f"https://{ZEPHYR}", "visibility": "public"}


def test_the_first_repository_in_the_file_brings_those_that_are_known(mine: Site, file: Path, tmp_path: Path) -> None:
    file.write_text('[me]\nemails = ["ann@example.com"]\n')
    repository = GitRepository.create(tmp_path / "new")
    _agree(mine, _look(mine, {"what": "add", "location": str(tmp_path / "new")}))
    locations = [each["location"] for each in tomllib.loads(file.read_text())["repositories"]]
    assert locations == [f"https://{ENGINE}", f"https://{ZEPHYR}", str(repository.path)]


def test_a_change_of_a_file_that_changed_since_is_refused(mine: Site, file: Path) -> None:
    shown = _look(mine, {"what": "me", "name": "Ann"})
    file.write_text(TOML + "\n[collect]\nsince = 2020-01-01\n")
    refused = _agree(mine, shown)
    assert (refused.status_code, "Look at it again" in refused.text) == (400, True)
    assert "Ann" not in file.read_text()


def test_a_form_of_another_site_is_refused(mine: Site, file: Path) -> None:
    shown = _look(mine, {"what": "me", "name": "Ann"})
    assert _agree(mine, shown.replace('name="token" value="', 'name="token" value="x')).status_code == 403
    assert mine.browser.post(f"{mine.address}/settings", timeout=60).status_code == 405
    assert file.read_text() == TOML


def test_a_removed_repository_that_the_environment_names_comes_again(mine: Site, file: Path) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("GIT_REPO_PATH", f"https://{ZEPHYR}")
        file.write_text(TOML + "\n")  # the settings are read again
        assert "GIT_REPO_PATH names it" in _look(mine, {"what": "remove", "repository": ZEPHYR})


def test_a_removed_repository_is_forgotten_and_leaves_the_settings(mine: Site, file: Path, engine: sa.Engine) -> None:
    shown = _look(mine, {"what": "remove", "repository": ENGINE})
    assert _agree(mine, shown).status_code == 400
    assert _agree(mine, shown, sure="1").status_code == 303
    assert "repositories" not in tomllib.loads(file.read_text())
    assert [each.key for each in list_repositories(engine)] == [ZEPHYR]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"what": "steal"}, "is no change of the settings"),
        ({"what": "me", "more": "ann@work.example, Ann Other"}, "is no address"),
        ({"what": "add", "location": "src/engine"}, "is no absolute path"),
        ({"what": "add", "location": "/nowhere/at/all"}, "/nowhere/at/all"),
        ({"what": "visibility", "repository": "gone", "visibility": "public"}, "There is no repository gone"),
        ({"what": "visibility", "repository": ENGINE, "visibility": "all"}, "is no visibility"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(mine: Site, fields: dict[str, str], problem: str) -> None:
    answer = mine.browser.get(f"{mine.address}/settings/change?{urlencode(fields)}", timeout=60)
    assert (answer.status_code, problem in answer.text) == (400, True)


def test_settings_that_are_wrong_are_said_until_they_are_right(mine: Site, file: Path) -> None:
    file.write_text("[me]\nemails = 3\n")
    answer = mine.browser.get(f"{mine.address}/", timeout=60)
    assert (answer.status_code, "me.emails" in answer.text) == (400, True)
    file.write_text(TOML)
    assert ENGINE in mine.get("/settings")
