"""What is judged ahead of a run is what the run would judge."""

from pathlib import Path

import pandas as pd
import pytest

from achievement_pipeline.app.collect.commit_judge import CommitJudge
from achievement_pipeline.app.collect.readings.histories import Wanted, first_reading
from achievement_pipeline.frames import LineUse
from achievement_pipeline.judging import score_commits
from achievement_pipeline.settings import ALL, load_settings
from achievement_pipeline.sources.git import open_repository
from achievement_pipeline_tests.builders import GitRepository


def test_a_first_reading_is_judged_as_by_a_run(tmp_path: Path) -> None:
    written = GitRepository.create(tmp_path / "engine")
    written.commit("feat: begin", {"engine.py": "import numpy\n\n\ndef start() -> None: ...\n"})
    repository, wanted, settings = (
        open_repository(str(written.path), cache=tmp_path),
        Wanted((ALL,), None),
        load_settings(),
    )
    with first_reading(repository, wanted, settings) as ahead:
        ahead.show(lambda _: lambda _done, _total: None)
        read = ahead.take((repository, wanted, None), pytest.fail)
        assert read
        judged, scored, shown = map(ahead.take_next, ("commit_activities", "commit_scores", "commit_skills"))
    judge = CommitJudge(
        settings, read.history.commits, read.history.files, read.contents.attributes, read.contents.contents
    )
    activities = judge.activities(read.facts, read.releases, LineUse.empty(), read.names.names)
    skills = judge.skills(activities, read.contents.dependencies)
    assert activities["significant"].all()
    assert activities["public_names"].tolist() == ['{"function": {"count": 1, "names": ["start"]}}']
    assert "Python" in skills["skill"].to_list()
    rules = settings.rules
    scores = score_commits(activities, rules.commits, rules.impact, rules.maintenance)
    for ours, theirs in ((judged, activities), (scored, scores), (shown, skills)):
        assert isinstance(ours, pd.DataFrame)
        pd.testing.assert_frame_equal(ours, theirs)
