"""The second reading of a repository: what is worth it, each once."""

from pathlib import Path

import pytest

from achievement_pipeline.app.collect.readings.contents import Contents, examined_by, read_contents
from achievement_pipeline.frames import DiffState
from achievement_pipeline.judging.rules import BotRules, CommitRules, PullRequestRules, Rules
from achievement_pipeline.sources.git import History, Repository, open_repository, read_history
from achievement_pipeline_tests.builders import Files, GitRepository

MANIFEST: Files = {"pyproject.toml": '[project]\ndependencies = ["flask"]\n'}
STATEMENTS = "".join(f"statement number {number}\n" for number in range(60))


class Reader:
    """Reads what a repository has now, and notes how many changes it read."""

    def __init__(self, path: Path) -> None:
        self.written = GitRepository.create(path)
        self.read: list[tuple[int, int]] = []
        self.warnings: list[str] = []

    def contents(
        self, stored: Contents | None = None, *, decided: bool = False, rules: Rules | None = None
    ) -> Contents:
        """Read anew, on top of what is stored; ``decided``: all commits but the newest were decided on."""
        self.read.clear()
        repository, history = self.history()
        commits = history.commits[history.commits["diff"] == DiffState.READ]
        known = commits["sha"][commits["sha"] != self.written.tip()] if decided else None
        return read_contents(
            repository,
            history,
            rules or Rules(),
            lambda *told: self.read.append(told),
            self.warnings.append,
            stored=stored,
            decided=known,
        )

    def history(self) -> tuple[Repository, History]:
        """Return what is there now."""
        repository = open_repository(self.written.path, cache=self.written.path)
        return repository, read_history(repository)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """A reader of an empty repository."""
    return Reader(tmp_path / "repository")


def verdicts(contents: Contents) -> list[tuple[str, str]]:
    """Return the paths that were read, and what is said of each."""
    found = contents.contents.fillna({"noise": "work"})
    return list(zip(found["path"], found["noise"], strict=True))


def test_what_is_worth_it_is_read_of_commits_that_count(reader: Reader) -> None:
    reader.written.commit("feat: begin", {**MANIFEST, "a.txt": "x = 1\n"})
    reader.written.commit("note", {"pyproject.toml": '[project]\ndependencies = ["django"]\n'})

    contents = reader.contents()

    assert verdicts(contents) == [("pyproject.toml", "work")]
    assert list(contents.dependencies["package"]) == ["flask"]
    assert reader.read == [(1, 1)]


def test_the_files_of_a_commit_are_judged_by_each_other(reader: Reader) -> None:
    reader.written.commit("feat: begin", {"a.go": STATEMENTS})
    reader.written.commit("refactor: split", {"a.go": "rest\n", "b.go": STATEMENTS})
    reader.written.commit("feat: write", {"c.go": STATEMENTS.replace("number", "with")})

    assert sorted(verdicts(reader.contents())) == [
        ("a.go", "work"),
        ("a.go", "work"),
        ("b.go", "copied"),
        ("c.go", "work"),
    ]


def test_what_was_read_is_kept_and_not_read_again(reader: Reader) -> None:
    reader.written.commit("feat: begin", MANIFEST)
    stored = reader.contents()
    reader.written.commit("feat: go on", {"lib/package.json": '{"dependencies": {"vue": "1"}}'})

    contents = reader.contents(stored)

    assert sorted(verdicts(contents)) == [("lib/package.json", "work"), ("pyproject.toml", "work")]
    assert sorted(contents.dependencies["package"]) == ["flask", "vue"]
    assert reader.read == [(1, 1)]


def test_commits_on_which_it_was_decided_are_not_looked_at_again(reader: Reader) -> None:
    reader.written.commit("feat: begin", MANIFEST)
    reader.written.commit("feat: go on", {"lib/package.json": "{}"})

    assert verdicts(reader.contents(decided=True)) == [("lib/package.json", "work")]


def test_what_was_read_of_commits_that_are_gone_goes_with_them(reader: Reader) -> None:
    first = reader.written.commit("feat: begin", {"a.txt": "x = 1\n"})
    reader.written.commit("feat: go on", MANIFEST)
    stored = reader.contents()
    reader.written.git("update-ref", "refs/heads/main", first)

    contents = reader.contents(stored)

    assert verdicts(contents) == []
    assert contents.dependencies.empty


def test_what_attributes_call_generated_is_not_read(reader: Reader) -> None:
    reader.written.commit("feat: begin", {**MANIFEST, ".gitattributes": "pyproject.toml linguist-generated\n"})

    contents = reader.contents()

    assert verdicts(contents) == []
    assert list(contents.attributes["path"]) == ["pyproject.toml"]


def test_contents_that_are_lost_leave_the_others(reader: Reader) -> None:
    reader.written.commit("feat: begin", {**MANIFEST, "lib/package.json": "{}"})
    lost = reader.written.git("rev-parse", "HEAD:pyproject.toml").decode()
    repository, history = reader.history()
    (reader.written.path / ".git/objects" / lost[:2] / lost[2:]).unlink()

    contents = read_contents(repository, history, Rules(), lambda *_: None, reader.warnings.append)

    assert verdicts(contents) == [("lib/package.json", "work")]


def test_a_repository_without_commits_has_nothing_to_read(reader: Reader) -> None:
    assert all(frame.empty for frame in reader.contents())


def test_rules_that_let_other_commits_count_have_contents_read() -> None:
    assert examined_by(Rules(commits=CommitRules(min_lines=5))) != examined_by(Rules())
    assert examined_by(Rules(bots=BotRules(names=("ci",)))) != examined_by(Rules())


def test_weights_read_nothing_again() -> None:
    assert examined_by(Rules(pull_requests=PullRequestRules(complexity_base=10))) == examined_by(Rules())


def test_more_commits_that_count_are_read_and_the_others_stay(reader: Reader) -> None:
    reader.written.commit("feat: begin", MANIFEST)
    reader.written.commit("note", {"lib/package.json": "{}"})
    stored = reader.contents()

    contents = reader.contents(stored, rules=Rules(commits=CommitRules(min_lines=0)))

    assert sorted(verdicts(contents)) == [("lib/package.json", "work"), ("pyproject.toml", "work")]
