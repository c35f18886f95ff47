"""A private folder is closed to other users, except root's, which the database server passes through."""

import os
import stat
from pathlib import Path

import pytest

from achievement_pipeline.system.private_files import apply_usual_umask, make_private_folder, private_by_default

_MODE = 0o711 if os.geteuid() == 0 else 0o700


def test_a_new_folder_has_its_mode_whatever_the_umask_is(tmp_path: Path) -> None:
    with private_by_default():
        make_private_folder(tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == _MODE


@pytest.mark.parametrize("was", [0o777, 0o755, 0o750])
def test_an_open_folder_is_closed_with_all_that_is_in_it(tmp_path: Path, was: int) -> None:
    inner = tmp_path / "home/frames"
    inner.mkdir(parents=True)
    (inner / "a.parquet").touch()
    for path in (inner.parent, inner):
        path.chmod(was)
    (inner / "a.parquet").chmod(0o664)
    make_private_folder(tmp_path / "home")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (inner.parent, inner, inner / "a.parquet")]
    assert modes == [_MODE, 0o700, 0o600]


def test_a_block_within_a_block_remembers_the_usual_umask(tmp_path: Path) -> None:
    exported = tmp_path / "brag.md"
    usual = os.umask(0o022)
    try:
        with private_by_default(), private_by_default():
            exported.touch()
            apply_usual_umask(exported)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(usual)
    assert stat.S_IMODE(exported.stat().st_mode) == 0o644
