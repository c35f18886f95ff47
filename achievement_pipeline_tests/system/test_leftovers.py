"""What a killed process leaves is removed by the next one; what a living one works on is left alone."""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from achievement_pipeline.system.leftovers import temporary_folder, unfinished, write_whole

_SOURCES = Path(__file__).parents[2]
_WORK = """
import sys, time
from pathlib import Path
from achievement_pipeline.system import leftovers

what, path = sys.argv[1:]
with leftovers.temporary_folder(path) if what == "folder" else leftovers.unfinished(Path(path)) as it:
    (it / "half" if what == "folder" else it).write_text("half")
    print(it, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def _started(what: str, path: str) -> "tuple[subprocess.Popen[str], Path]":
    process = subprocess.Popen(
        [sys.executable, "-c", _WORK, what, path], stdout=subprocess.PIPE, cwd=_SOURCES, text=True
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_a_killed_process_leaves_no_folder_behind_for_long() -> None:
    process, half = _started("folder", "achievements-test-")
    with process:
        with temporary_folder("achievements-test-") as mine:
            assert (half / "half").exists()
            process.kill()
            process.wait()
        assert half.exists()
        with temporary_folder("achievements-test-") as mine:
            assert not half.exists()
            assert mine.is_dir()
    assert not mine.exists()


def test_a_killed_process_leaves_no_file_behind_for_long(tmp_path: Path) -> None:
    path = tmp_path / "frame.parquet"
    path.write_text("old")
    process, half = _started("file", str(path))
    with process:
        write_whole(path, b"new")
        assert half.exists()
        process.kill()
        process.wait()
    assert path.read_text() == "new"
    write_whole(path, b"newer")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "newer"


def test_what_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "frame.parquet"
    path.write_text("old")
    with pytest.raises(ValueError, match="no"), unfinished(path) as new:  # noqa: PT012 - the block is the behaviour
        new.write_text("half")
        raise ValueError("no")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {path.name: "old"}


def test_what_is_somebody_elses_or_a_link_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "achievements-test-link").symlink_to(tmp_path / "elsewhere")
    with temporary_folder("achievements-test-"):
        assert (tmp_path / "achievements-test-link").is_symlink()
        assert (tmp_path / "elsewhere").is_dir()


def test_many_at_once_do_not_take_each_other_for_leftovers(tmp_path: Path) -> None:
    def work(number: int) -> None:
        with temporary_folder("achievements-test-") as folder:
            (folder / "mine").write_text(str(number))
            assert (folder / "mine").read_text() == str(number)
        write_whole(tmp_path / "shared", str(number).encode())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(200)))
    assert list(tmp_path.iterdir()) == [tmp_path / "shared"]
