"""Pushing to a bare repository on disk, with others who push too."""

import stat
from pathlib import Path

import pytest

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.channel import Rendered
from achievement_pipeline.publishing.github_profile.block import BEGIN, END
from achievement_pipeline.publishing.github_profile.pushing import ProfileRepository
from achievement_pipeline.publishing.github_profile.settings import GitHubProfileSettings
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.publishing.views import fit

README = b"# Ann\r\n" + BEGIN.encode() + b"old" + END.encode() + b"no newline \xff"
BLOCK = Rendered("new\n", {"achievements/skills-light.svg": "<svg/>\n"})


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = Ann\nemail = ann@example.com\n[core]\nautocrlf = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    repository = GitRepository.create(tmp_path / "ann.git", bare=True)
    repository.commit("first", {"README.md": README, ".gitattributes": "* text=auto\n", "other.txt": "a\r\n"})
    return repository


def profile(repository: GitRepository) -> ProfileRepository:
    remote = Remote.parse(repository.url)
    assert remote
    return ProfileRepository(remote, GitHubProfileSettings())


def read(repository: GitRepository, name: str = "README.md", branch: str = "main") -> bytes:
    return repository.git("cat-file", "blob", f"{branch}:{name}")


def test_a_dry_run_shows_the_difference_and_changes_nothing(bare: GitRepository) -> None:
    before = bare.tip()
    change = profile(bare).show(fit(BLOCK))
    assert "+new" in change.diff
    assert "+++ b/achievements/skills-light.svg" in change.diff
    assert (change.commit, bare.tip()) == (None, before)


def test_one_commit_changes_the_block_and_no_other_byte(bare: GitRepository) -> None:
    change = profile(bare).push(lambda: fit(BLOCK))
    assert bare.tip() == change.commit
    assert read(bare) == README.replace(b"old", b"\r\nnew\r\n")
    assert read(bare, "achievements/skills-light.svg") == b"<svg/>"
    assert read(bare, "other.txt") == b"a\r"  # the builder takes the last newline off
    assert bare.git("rev-list", "--count", "main") == b"2"


def test_nothing_is_pushed_where_nothing_changed(bare: GitRepository) -> None:
    profile(bare).push(lambda: fit(BLOCK))
    before = bare.tip()
    change = profile(bare).push(lambda: fit(BLOCK))
    assert (change.diff, change.commit, bare.tip()) == ("", None, before)


def test_a_repository_without_a_commit_gets_its_first(tmp_path: Path, bare: GitRepository) -> None:  # noqa: ARG001
    empty = GitRepository.create(tmp_path / "empty.git", bare=True)
    profile(empty).push(lambda: fit(BLOCK))
    assert read(empty).startswith(BEGIN.encode())


def test_when_somebody_else_pushed_it_is_done_anew_on_theirs(bare: GitRepository, tmp_path: Path) -> None:
    """A hook of the server's lets another push win, once, while ours is on its way."""
    theirs = bare.commit("theirs", {"README.md": b"# Ann B.\n", "more.txt": "x"}, branch="theirs")
    hook = bare.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    raced = tmp_path / "raced"
    hook.write_text(
        f"#!/bin/sh\ntest -e {raced} && exit 0\ntouch {raced}\nprintf {theirs} > {bare.path}/refs/heads/main\nexit 0\n"
    )
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    profile(bare).push(lambda: fit(BLOCK))
    assert raced.exists()
    assert read(bare).startswith(b"# Ann B.\n\n" + BEGIN.encode())
    assert read(bare, "more.txt") == b"x"
    assert bare.git("rev-parse", "main~1").decode() == theirs


def test_a_branch_for_a_pull_request_is_pushed_once_and_replaced(bare: GitRepository) -> None:
    before = bare.tip()
    assert profile(bare).push(lambda: fit(BLOCK), to_branch=True).commit == bare.tip("achievements-update")
    assert profile(bare).push(lambda: fit(BLOCK), to_branch=True).commit is None
    newer = Rendered("newer\n", {})
    assert profile(bare).push(lambda: fit(newer), to_branch=True).commit == bare.tip("achievements-update")
    assert bare.tip() == before


def test_what_can_not_be_reached_is_named(tmp_path: Path) -> None:
    with pytest.raises(PublishingError, match="can't be read or written"):
        profile(GitRepository(tmp_path / "nowhere")).push(lambda: fit(BLOCK))
