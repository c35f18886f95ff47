"""Rows that break a law of their frame stay out."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.store.tables import Achievement
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.defs.assets.conftest import READ, lines
from achievement_pipeline_tests.defs.conftest import Pipeline

pytestmark = pytest.mark.e2e


def test_rows_that_break_a_law_stay_out_of_postgres(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("feat: one", {"one.py": lines(10)})
    key = pipeline.add(repository)
    pipeline.materialize(*READ, "commit_activities", "commit_scores")
    frames = ParquetIOManager(base_path=pipeline.settings.frames_location)
    scores = frames.read("commit_scores", key)
    assert scores is not None
    scores.assign(impact=scores["impact"] + 1).to_parquet(Path(frames.base_path) / "commit_scores" / f"{key}.parquet")

    result = pipeline.materialize("commit_skills", "achievements")

    failed = [check.check_name for check in result.get_asset_check_evaluations() if not check.passed]
    assert failed == ["ledger_sums_to_score"]
    assert not result.success
    with pipeline.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Achievement.table)) == 0
