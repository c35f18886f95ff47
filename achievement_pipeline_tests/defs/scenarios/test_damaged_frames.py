"""Whatever file of the data folder is damaged, its repository is collected, and the same comes out."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cluster import stored
from achievement_pipeline_tests.defs.conftest import Pipeline

pytestmark = pytest.mark.e2e


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _flip(content: bytes, chance: random.Random) -> bytes:
    position = chance.randrange(len(content))
    return content[:position] + bytes([content[position] ^ chance.randrange(1, 256)]) + content[position + 1 :]


def _empty(_content: bytes, _chance: random.Random) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [_cut, _flip, _empty])
def test_damaged_frames_never_fail_a_repository(
    pipeline: Pipeline, tmp_path: Path, damage: Callable[[bytes, random.Random], bytes]
) -> None:
    for number in range(2):
        repository = GitRepository.create(tmp_path / f"repository-{number}")
        repository.commit(f"feat: part {number}", {"part.py": f"value = {number}\n" * 60})
        pipeline.add(repository)
    assert pipeline.collect().success
    before, chance = stored(pipeline.engine), random.Random(0)
    for file in Path(pipeline.settings.frames_location).rglob("*.parquet"):
        file.write_bytes(damage(file.read_bytes(), chance))

    # judged work that is gone is no work that is gone
    assert pipeline.materialize("achievements").success
    assert stored(pipeline.engine) == before

    assert pipeline.collect().success
    assert stored(pipeline.engine) == before
