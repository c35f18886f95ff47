"""The spool: what the post-commit hook leaves there is read once, and nothing in it can stop the reader."""

import datetime as dt
import json
import logging
import os
from pathlib import Path

import pytest

from achievement_pipeline.sources.git.watching.spool import read_commits, remove_commits


def _spool(folder: Path, name: str, content: object, at: float = 1_700_000_000) -> Path:
    file = folder / f"{name}.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    os.utime(file, (at, at))
    return file


def test_a_folder_that_is_not_there_is_an_empty_spool(tmp_path: Path) -> None:
    assert read_commits(tmp_path / "spool") == []


def test_the_oldest_commit_comes_first(tmp_path: Path) -> None:
    _spool(tmp_path, "1", {"repository_path": "/new", "sha": "b"}, at=1_700_000_001.5)
    _spool(tmp_path, "2", {"repository_path": "/old", "sha": "a"})

    old, new = read_commits(tmp_path)

    assert (old.repository_path, old.sha) == ("/old", "a")
    assert (new.repository_path, new.at) == ("/new", dt.datetime.fromtimestamp(1_700_000_001.5, dt.UTC))


def test_what_was_heeded_is_gone_and_what_came_since_stays(tmp_path: Path) -> None:
    _spool(tmp_path, "1", {"repository_path": "/one", "sha": "a"})
    heeded = read_commits(tmp_path)
    _spool(tmp_path, "2", {"repository_path": "/one", "sha": "b"})

    remove_commits(heeded)
    remove_commits(heeded)

    assert [commit.sha for commit in read_commits(tmp_path)] == ["b"]


def test_a_file_that_is_still_written_is_left_alone(tmp_path: Path) -> None:
    unfinished = tmp_path / "a.17.json"
    unfinished.write_text('{"repository_path": "/on')
    assert read_commits(tmp_path) == []
    assert unfinished.exists()


@pytest.mark.parametrize(
    "content", ["", "null", "[]", '{"sha": "a"}', '{"repository_path": "one", "sha": "a"}', {"repository_path": "/one"}]
)
def test_an_invalid_spool_file_is_removed_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: object
) -> None:
    broken = _spool(tmp_path, "broken", content)
    _spool(tmp_path, "good", {"repository_path": "/one", "sha": "a"})

    with caplog.at_level(logging.WARNING):
        assert [commit.sha for commit in read_commits(tmp_path)] == ["a"]

    assert not broken.exists()
    assert str(broken) in caplog.text


def test_a_path_may_hold_any_byte(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_bytes(b'{"repository_path": "/a\tb\nc \xff", "sha": "a"}')
    [commit] = read_commits(tmp_path)
    assert os.fsencode(commit.repository_path) == b"/a\tb\nc \xff"
