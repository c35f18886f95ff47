"""The data folder: nobody else reads it, and what is damaged in it is said in words with a remedy."""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from achievement_pipeline.store.embedded import embedded_server
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.running import wait_until

pytestmark = pytest.mark.e2e


@pytest.fixture
def reachable(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:  # noqa: ARG001 - first its environment
    """A data folder that root's database server can reach, made by an older version for everybody to read."""
    top = Path(tempfile.mkdtemp(prefix="achievements-"))
    top.chmod(0o755)
    folder = top / "home"
    (folder / "frames").mkdir(parents=True)
    (folder / "frames/old.parquet").touch(mode=0o644)
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o777 if each.is_dir() else 0o666)
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(folder))
    yield folder
    shutil.rmtree(top)


def test_nobody_else_reads_it_whatever_the_umask_is(run: Run, reachable: Path, repository: GitRepository) -> None:
    written = reachable.parent / "brag.md"
    usual = os.umask(0)
    try:
        assert run("collect", "--repo", str(repository.path), "--repo", repository.url).exit_code in {0, 3}
        assert run("export", "csv", "--output", str(written)).exit_code == 0
    finally:
        os.umask(usual)
    server = embedded_server(reachable).home
    assert server == reachable / "postgres"
    wait_until(lambda: not (server / "socket").exists())  # it has ended
    open_to_others = [
        f"{path} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in (reachable, *reachable.rglob("*"))
        if not path.is_symlink() and path.stat().st_mode & (0o066 if path.is_dir() else 0o077)
    ]
    assert open_to_others == []
    assert stat.S_IMODE(written.stat().st_mode) == 0o666  # what the user asked for is as the user's umask says


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(50)])
@pytest.mark.parametrize(
    ("file", "command"),
    [("history/runs.db", "status"), ("history/runs/index.db", "backfill"), ("schedules/schedules.db", "status")],
)
def test_damaged_records_of_dagster_are_said_with_a_remedy(
    run: Run, home: Path, file: str, command: str, content: bytes
) -> None:
    damaged = home / "dagster" / file
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(content)
    (home / "dagster/dagster.yaml").write_text("storage:\n  cus")  # cut by a power loss

    answer = run(command)

    assert answer.exit_code == 1
    assert "Move that folder away" in answer.output, answer.output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a disk that is full")
def test_a_full_disk_is_said_with_a_remedy(run: Run, home: Path) -> None:
    (home / "dagster").mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", home / "dagster"], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        answer = run("status")
    finally:
        subprocess.run(["umount", "--lazy", home / "dagster"], check=True)  # its files may still be open here
    assert answer.exit_code == 1
    assert "Free some space" in answer.output
