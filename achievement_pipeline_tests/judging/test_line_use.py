"""How much of a piece of work is still in use, in numbers and in words."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from achievement_pipeline.frames import LineUse
from achievement_pipeline.judging.line_use import find_use, use_lines, use_words
from achievement_pipeline.judging.rules import BotRules, Person
from achievement_pipeline.sources.git import open_repository, read_history, read_lines_in_use
from achievement_pipeline.sources.git.lines.line_use import no_lines
from achievement_pipeline_tests.builders import GitRepository

_DAY = 86_400
_FIRST = 1_577_836_800


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository.create(tmp_path / "repository")


def in_use(repository: GitRepository, merged_by: list[int], noise: str | None = None) -> list[dict[str, int]]:
    """Return the use of all commits, newest first."""
    opened = open_repository(repository.path, cache=repository.path)
    history = read_history(opened)
    noises = pd.Series(noise, index=history.files.index, dtype="str")
    bob = Person(name="Bob", emails=["bob@example.org", "bob@work.example"])
    use = read_lines_in_use(opened, history, no_lines()).use
    found = find_use(history.commits, history.files, noises, use, np.array(merged_by), [bob], BotRules())
    return [json.loads(text) if text else {} for text in found]


def at(day: int) -> str:
    return f"{_FIRST + day * _DAY} +0000"


def test_a_merge_sums_the_commits_that_it_contains(repository: GitRepository) -> None:
    root = repository.commit(files={"old.py": "1\n"}, authored=at(0))
    one = repository.commit(files={"one.py": "1\n2\n"}, branch="side", parents=[root], authored=at(1))
    two = repository.commit(files={"two.py": "1\n2\n3\n"}, branch="side", parents=[one], authored=at(2))
    repository.commit(parents=[root, two], authored=at(3), files={"one.py": "1\n2\n", "two.py": "1\n2\n3\n"})
    repository.commit(files={"two.py": "1\n"}, authored=at(800))

    cut, merge, second, first, _ = in_use(repository, [-1, -1, 1, 1, -1])

    assert merge == {"lines": 5, "alive": 3, "after_1y": 5, "after_2y": 5, "years": 2, "others": 0}
    assert (second["lines"], second["alive"], first["alive"]) == (3, 1, 2)
    assert cut == {}


def test_a_span_that_is_not_over_is_unknown(repository: GitRepository) -> None:
    repository.commit(files={"one.py": "1\n2\n"}, authored=at(0))
    repository.commit(files={"one.py": "1\n"}, authored=at(400))

    [_, use] = in_use(repository, [-1, -1])

    assert use == {"lines": 2, "alive": 1, "after_1y": 2, "after_2y": None, "years": 1, "others": 0}


def test_other_people_are_counted_once_and_machines_never(repository: GitRepository) -> None:
    repository.commit(files={"one.py": "1\n"}, authored=at(0))
    authors = ["bob@example.org", "bob@work.example", "eve@example.org", "ada@example.org", "x[bot]@example.org"]
    for number, address in enumerate(authors):
        name = "x[bot]" if "bot" in address else "somebody"
        repository.commit(files={"one.py": f"1\n{number}\n"}, author=f"{name} <{address}>", authored=at(number + 1))

    assert in_use(repository, [-1] * 6)[-1]["others"] == 2


def test_lines_of_files_that_are_no_work_do_not_count(repository: GitRepository) -> None:
    repository.commit(files={"uv.lock": "1\n"}, authored=at(0))

    assert in_use(repository, [-1], noise="lock") == [{}]


def test_nothing_was_measured_yet(repository: GitRepository) -> None:
    repository.commit(files={"one.py": "1\n"})
    history = read_history(open_repository(repository.path, cache=repository.path))
    noise = pd.Series(None, index=history.files.index, dtype="str")

    found = find_use(history.commits, history.files, noise, LineUse.empty(), np.array([-1]), [], BotRules())

    assert found.tolist() == [""]


@pytest.mark.parametrize(
    ("use", "words"),
    [
        ({"lines": 9, "alive": 9, "years": 3, "others": 0}, ""),
        ({"lines": 10, "alive": 10, "years": 0, "others": 0}, "100% of its 10 lines are in use"),
        (
            {"lines": 1000, "alive": 999, "years": 1, "others": 0},
            "99% of its 1,000 lines are still in use after one year",
        ),
        (
            {"lines": 1000, "alive": 1, "years": 2, "others": 0},
            "1% of its 1,000 lines are still in use after two years",
        ),
        (
            {"lines": 50, "alive": 0, "years": 12, "others": 3},
            "0% of its 50 lines are still in use after 12 years; 3 other people changed files that it created",
        ),
    ],
)
def test_words(use: dict[str, int], words: str) -> None:
    text = json.dumps(use | {"after_1y": None, "after_2y": None})

    assert use_words(pd.Series(["", text], dtype="str")).tolist() == ["", words]


def test_ledger_lines_have_no_points() -> None:
    text = json.dumps({"lines": 20, "alive": 10, "after_1y": None, "after_2y": None, "years": 0, "others": 0})

    shown = use_lines(pd.Series({"a": "", "b": text}, dtype="str"))

    assert shown.to_dict("index") == {
        "b": {"score": "impact", "rule": "in use", "points": 0, "evidence": "50% of its 20 lines are in use"}
    }
