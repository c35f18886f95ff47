"""`achievements collect` is killed at random moments, has no space, or a clock that stands or goes back.

Collected again it gives what an undisturbed one gives.
"""

import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cluster import stored
from achievement_pipeline_tests.collecting import COLLECT, command, commit_part, kill_after, run
from achievement_pipeline_tests.conftest import use_home

pytestmark = [pytest.mark.e2e, pytest.mark.soak, pytest.mark.timeout(7200)]

_KILLS = int(os.environ.get("SOAK_KILLS", "30"))
_CLOCK = """
import sys, time
begin, step = time.time(), float(sys.argv.pop(1))
real = time.monotonic
zero = real()
time.time = lambda: begin + step * (real() - zero)  # 0: it stands; -60: it goes back, a minute a second
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of a user of this test's own, which root's database server can reach."""
    folder = Path(tempfile.mkdtemp(prefix="achievements-"))
    folder.chmod(0o755)
    yield use_home(folder, monkeypatch)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def repositories(tmp_path: Path) -> list[GitRepository]:
    """One on this machine and one given by URL, each with some commits."""
    made = [GitRepository.create(tmp_path / name) for name in ("here", "there")]
    for number in range(5):
        for repository in made:
            commit_part(repository, number)
    return made


def _command(repositories: list[GitRepository], program: str = COLLECT, *arguments: str) -> list[str]:
    here, there = repositories
    return command((here.path, there.url), program, *arguments)


def _undisturbed(
    repositories: list[GitRepository], folder: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, object]]:
    """Collect everything into another database, once, with another data folder."""
    with monkeypatch.context() as other:
        other.setenv("ACHIEVEMENTS_HOME", str(folder))
        other.setenv("DATABASE_URL", url)
        engine = create_engine(url)
        ended = run(_command(repositories))
        assert ended.returncode == 0, ended.stderr
        found = stored(engine)
        engine.dispose()
    return found


def test_killed_at_random_moments(  # noqa: PLR0913, PLR0917
    home: Path,
    repositories: list[GitRepository],
    tmp_path: Path,
    spare_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(13)
    begin = time.monotonic()
    assert run(_command(repositories)).returncode == 0
    usual = time.monotonic() - begin
    killed = 0
    for number in range(_KILLS):
        for repository in repositories:
            commit_part(repository, 100 + number)
        moment = chance.uniform(0, usual)
        killed += kill_after(_command(repositories), moment)
        again = run(_command(repositories))
        assert again.returncode == 0, f"after a kill at {moment:.1f} of {usual:.1f} s: {again.stdout}{again.stderr}"
    record_property("figures", f"{killed} of {_KILLS} killed before they ended; a whole collect takes {usual:.0f} s")
    with open_database(None, home) as engine:
        survived = stored(engine)
    assert len(survived) == 2 * (5 + _KILLS)
    assert survived == _undisturbed(repositories, tmp_path / "undisturbed", spare_database_url, monkeypatch)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a disk that is full")
def test_a_disk_that_is_full(  # noqa: PLR0913, PLR0917
    home: Path,
    repositories: list[GitRepository],
    tmp_path: Path,
    database_url: str,
    spare_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DAGSTER_DATABASE_URL", "")
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", home], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    failures = 0
    try:
        for kibibytes in (64, 128, 192, 256, 512, 1024, 65536):
            subprocess.run(["mount", "-o", f"remount,size={kibibytes}k", home], check=True)
            ended = run(_command(repositories))
            assert "Traceback" not in ended.stderr, ended.stderr
            if ended.returncode:
                failures += 1
                assert "pace" in ended.stderr + ended.stdout, ended.stderr
        assert ended.returncode == 0, ended.stderr
    finally:
        subprocess.run(["umount", home], check=True)
    record_property("figures", f"{failures} of 7 sizes were too small, each said so")
    engine = create_engine(database_url)
    assert stored(engine) == _undisturbed(repositories, tmp_path / "undisturbed", spare_database_url, monkeypatch)
    engine.dispose()


@pytest.mark.parametrize("step", ["0", "-60"])
def test_a_clock_that_stands_or_goes_back(  # noqa: PLR0913, PLR0917
    home: Path,
    repositories: list[GitRepository],
    tmp_path: Path,
    spare_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    assert run(_command(repositories)).returncode == 0
    for number in range(2):
        for repository in repositories:
            commit_part(repository, 200 + number)
        ended = run(_command(repositories, _CLOCK + COLLECT, step))
        assert ended.returncode == 0, ended.stderr
    with open_database(None, home) as engine:
        survived = stored(engine)
    assert survived == _undisturbed(repositories, tmp_path / "undisturbed", spare_database_url, monkeypatch)
