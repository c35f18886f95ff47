"""Settings: what is read, what wins, and that every wrong one is named."""

from pathlib import Path

import pytest

from achievement_pipeline.channels import PORTFOLIO
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.publishing.channel import Treatment
from achievement_pipeline.publishing.gate.policy import AutoApproval, Visibility
from achievement_pipeline.settings import Environment, load_settings
from achievement_pipeline_tests.conftest import make_config_home


@pytest.fixture(autouse=True)
def _empty_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Environment.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(make_config_home(tmp_path)))
    monkeypatch.chdir(tmp_path)


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


def test_relative_places_are_those_of_the_folder_that_they_were_written_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_REPO_PATH", "relative")
    monkeypatch.setenv("ACHIEVEMENTS_HOME", "data")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.toml").write_text('[[repositories]]\nlocation = "a"\n[publishing]\nfolder = "out"\n')
    monkeypatch.setenv("ACHIEVEMENTS_CONFIG", "elsewhere/mine.toml")
    settings = load_settings()
    assert settings.home == tmp_path / "data"
    assert [one.location for one in settings.repositories] == [str(tmp_path / "relative"), str(elsewhere / "a")]
    assert settings.published_path == elsewhere / "out"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "")
    settings = load_settings()
    assert settings.environment.database_url is None
    assert settings.rules.commits.min_lines == 50


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "achievements.toml").write_text("[rules.commits]\nmin_lines = 10\ncomplexity_max = 80\n")
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "7")
    rules = load_settings().rules
    assert (rules.commits.min_lines, rules.commits.complexity_max) == (7, 80)


def test_a_repository_stands_once_with_what_the_file_says_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "achievements.toml").write_text('[[repositories]]\nlocation = "/a"\nbranches = "all"\n')
    monkeypatch.setenv("GIT_REPO_PATH", "/b:/a")
    assert [(repository.location, repository.branches) for repository in load_settings().repositories] == [
        ("/b", "default"),
        ("/a", "all"),
    ]


def test_all_wrong_settings_are_named_at_once_and_no_value_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "achievements.toml").write_text("[rules.commits]\ncomplexity_max = 101\nunknown = 'hidden-1'\n")
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "many-hidden-2")
    monkeypatch.setenv("ENABLE_GIT_TRACKING", "perhaps")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    for named in (
        "MIN_LINES_FOR_ACHIEVEMENT",
        "ENABLE_GIT_TRACKING",
        "rules.commits.complexity_max",
        "rules.commits.unknown",
    ):
        assert named in message
    assert "hidden" not in message


def test_a_broken_file_is_named_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "achievements.toml").write_text("[rules\n")
    with pytest.raises(SettingsError, match=r"achievements\.toml: .*line 1"):
        load_settings()


def test_the_user_is_the_first_person(tmp_path: Path) -> None:
    (tmp_path / "achievements.toml").write_text(
        '[me]\nname = "Ada"\nemails = ["Ada@X.org", "a@y.org"]\n[[people]]\nemails = ["b@y.org", "b@z.org"]\n'
    )
    people = load_settings().people
    assert [person.emails[0] for person in people] == ["ada@x.org", "b@y.org"]


def test_sources_are_off_until_they_are_asked_for() -> None:
    settings = load_settings()
    assert not settings.github_is_on
    assert settings.environment.linear_api_key is None
    assert settings.environment.mlflow_tracking_uri is None


@pytest.mark.parametrize(
    ("file", "token", "is_on"),
    [("", "ghp_1", True), ("enabled = true", "", True), ("enabled = false", "ghp_1", False), ("", "", False)],
)
def test_github_is_on_by_its_token_or_by_setting(
    file: str, token: str, is_on: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "achievements.toml").write_text(f"[github]\n{file}\n")
    monkeypatch.setenv("GITHUB_TOKEN", token)
    assert load_settings().github_is_on == is_on


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


def test_privacy_knows_me_others_and_repositories_by_all_their_names(tmp_path: Path) -> None:
    (tmp_path / "achievements.toml").write_text(
        """
        [me]
        name = "Ann"
        emails = ["ann@example.com"]
        [[people]]
        name = "Bob"
        emails = ["bob@example.com"]
        [[repositories]]
        location = "git@github.com:ann/loom.git"
        visibility = "public"
        [[repositories]]
        location = "~/src/engine"
        [privacy]
        code_names = ["Blue Whale"]
        public = ["manual"]
        [privacy.channels.portfolio]
        private = "redact"
        auto_approve = { min_impact = 60 }
        """
    )
    privacy = load_settings().privacy
    assert privacy.me == {"Ann", "ann@example.com"}
    assert privacy.people == {"Bob", "bob@example.com"}
    assert privacy.visibility == {
        "git@github.com:ann/loom.git": Visibility.PUBLIC,
        "github.com/ann/loom": Visibility.PUBLIC,
    }
    assert privacy.policy.treatment(PORTFOLIO) is Treatment.REDACT
    assert privacy.policy.auto_approval(PORTFOLIO) == AutoApproval(min_impact=60)
