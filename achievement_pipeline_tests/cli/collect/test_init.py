"""`achievements init`: found on this machine, shown before it is written, written once."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from achievement_pipeline.cli import achievements
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run


def answer(*answers: str, words: tuple[str, ...] = ("init", "--no-collect")) -> Result:
    """Run `achievements` with one answer a question."""
    return CliRunner().invoke(achievements, words, input="".join(f"{each}\n" for each in answers))


@pytest.fixture
def src(home: Path, tmp_path: Path) -> Path:  # noqa: ARG001 - its environment
    """A folder with two repositories of Ada's, one of them at GitHub, and one of Bob's."""
    folder = tmp_path / "src"
    engine = GitRepository.create(folder / "engine")
    engine.commit("feat: count", {"core.py": "a = 1\n"})
    engine.commit("feat: count more", {"core.py": "a = 2\n"}, author="Ada Lovelace <ada@work.example>")
    engine.git("remote", "add", "origin", "https://github.com/ada/engine.git")
    GitRepository.create(folder / "notes").commit("docs: note", {"note.md": "a\n"})
    GitRepository.create(folder / "bobs").commit("docs: note", {"note.md": "a\n"}, author="Bob <bob@example.org>")
    return folder


def written(src: Path) -> Path:
    return src.parent / "achievements.toml"


def test_without_questions_what_git_and_the_options_say_is_written(run: Run, src: Path) -> None:
    found = run("init", str(src), "--yes", "--no-collect", "--public", "engine")

    assert found.exit_code == 0, found.output
    config = load_settings().config
    assert (config.me.name, config.me.emails) == ("Ada Lovelace", ("ada@example.org",))
    assert {one.location: one.visibility for one in config.repositories} == {
        str(src / "engine"): "public",
        str(src / "notes"): None,
    }
    assert "--email ada@work.example" in found.stderr  # two people may have one name
    assert "1 repository without commits of yours left out" in found.stderr
    assert found.stdout == ""


def test_a_second_time_changes_nothing_and_comments_stay(run: Run, src: Path) -> None:
    written(src).write_text('# by hand\n[me]  # me\nname = "A. Lovelace"\n[rules]\nportfolio_min_impact = 60\n')
    run("init", str(src), "--yes", "--no-collect")
    once = written(src).read_text()

    again = run("init", str(src), "--yes", "--no-collect")

    assert "has all of this already" in again.stderr
    assert written(src).read_text() == once
    assert once.startswith('# by hand\n[me]  # me\nname = "A. Lovelace"\n')


def test_questions_are_answered_by_numbers_and_enter(src: Path) -> None:
    asked = answer(str(src), "1", "9", "1", "")

    assert asked.exit_code == 0, asked.output
    config = load_settings().config
    assert config.me.emails == ("ada@example.org", "ada@work.example")
    assert [one.visibility for one in config.repositories] == ["public", None]
    assert "Numbers from 1 to 1" in asked.output  # the 9
    assert 'emails = ["ada@example.org", "ada@work.example"]' in asked.output.partition("Write it?")[0]


@pytest.mark.parametrize("answers", [(), ("SRC",), ("SRC", "all"), ("SRC", "all", "none"), ("SRC", "all", "none", "n")])
def test_whoever_stops_finds_nothing_written(src: Path, answers: tuple[str, ...]) -> None:
    stopped = answer(*(each.replace("SRC", str(src)) for each in answers))
    assert stopped.exit_code == 1
    assert "Nothing was written" in stopped.output
    assert not written(src).exists()


def test_a_folder_without_repositories_is_asked_for_again(src: Path) -> None:
    (src.parent / "empty").mkdir()
    asked = answer(str(src.parent / "empty"), "'open", str(src), "none", "none", "y")
    assert asked.exit_code == 0, asked.output
    assert asked.output.count("Where are your repositories?") == 3
    assert load_settings().config.me.emails == ("ada@example.org",)


def test_where_git_knows_no_user_the_most_frequent_author_is_offered(
    run: Run, src: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert "Give --email" in run("init", str(src), "--yes", "--no-collect").stderr

    asked = answer(str(src), "Ada Lovelace", "", "none", "none", "y")

    assert asked.exit_code == 0, asked.output
    assert "'Ada Lovelace' is no address." in asked.output
    assert load_settings().config.me.name == "Ada Lovelace"
    assert load_settings().config.me.emails == ("ada@example.org",)


def test_without_work_of_the_user_the_authors_are_named(run: Run, src: Path) -> None:
    refused = run("init", str(src), "--yes", "--no-collect", "--email", "nobody@example.org")
    assert refused.exit_code == 1
    assert "Ada Lovelace <ada@example.org>  2 commits" in refused.stderr
    assert not written(src).exists()


def test_a_repository_with_a_typo_is_suggested(run: Run, src: Path) -> None:
    refused = run("init", str(src), "--yes", "--no-collect", "--public", "github.com/ada/engin")
    assert refused.exit_code == 2
    assert "Did you mean github.com/ada/engine?" in refused.stderr
    assert not written(src).exists()


def test_names_in_a_history_neither_reach_the_terminal_nor_the_structure_of_the_file(run: Run, src: Path) -> None:
    evil = GitRepository.create(src / 'evil"]\n[publishing]\nfolder = "x')
    evil.commit("a", {"a": "1\n"})
    evil.commit("b", {"a": "2\n"}, author='Ada Lovelace <x"]\x1b[2J@example.org>')

    found = run("init", str(src), "--yes", "--no-collect")

    assert found.exit_code == 0, found.output
    assert "\x1b" not in found.output
    assert str(evil.path) in [one.location for one in load_settings().config.repositories]
    assert load_settings().config.publishing.folder is None


def test_a_repository_cannot_start_a_program_while_its_authors_are_read(run: Run, src: Path, tmp_path: Path) -> None:
    engine = GitRepository(src / "engine")
    script = tmp_path / "program"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    script.chmod(0o755)
    for name in ("gpg.program", "core.fsmonitor", "core.pager", "core.sshCommand", "diff.external"):
        engine.git("config", name, str(script))
    engine.git("config", "log.showSignature", "true")

    assert run("init", str(src), "--yes", "--no-collect").exit_code == 0

    assert not (tmp_path / "started").exists()


def test_a_broken_repository_stops_no_other(run: Run, src: Path) -> None:
    (src / "engine/.git/HEAD").write_text("nonsense\n")
    found = run("init", str(src), "--yes", "--no-collect")
    assert found.exit_code == 0, found.output
    assert f"⚠️  {src / 'engine'}" in found.stderr
    assert [one.location for one in load_settings().config.repositories] == [str(src / "notes")]


@pytest.mark.e2e
@pytest.mark.usefixtures("database")
def test_it_collects_and_offers_a_document(src: Path) -> None:
    GitRepository(src / "notes").commit("feat: a feature", {"a.py": "".join(f"a{n} = {n}\n" for n in range(99))})

    asked = answer(str(src), "all", "none", "", "", words=("init",))

    assert asked.exit_code == 0, asked.output
    assert "A feature" in (src.parent / "brag.md").read_text()
    assert "Highest impact" in asked.stdout
