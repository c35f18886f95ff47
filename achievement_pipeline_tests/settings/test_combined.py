"""What the environment and the file are together."""

from pathlib import Path

import pytest

from achievement_pipeline.channels import PORTFOLIO
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.publishing.channel import Treatment
from achievement_pipeline.publishing.gate.policy import AutoApproval, Visibility
from achievement_pipeline.settings import load_settings


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


def test_templates_of_the_user_come_from_the_folder_that_the_settings_name(tmp_path: Path) -> None:
    assert load_settings().own_templates() == {}
    (tmp_path / "achievements.toml").write_text('[publishing]\ntemplates = "mine"\n')
    with pytest.raises(SettingsError, match=r"publishing\.templates"):
        load_settings().own_templates()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "brag.md.j2").write_text("Hello")
    (tmp_path / "mine" / "notes.txt").write_text("no template")
    assert load_settings().own_templates() == {"brag.md.j2": "Hello"}
