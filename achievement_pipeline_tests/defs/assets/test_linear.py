"""Linear as a whole: from a server on loopback to achievements in a real Postgres."""

import pytest

from achievement_pipeline.lanes import LINEAR
from achievement_pipeline_tests.defs.assets.conftest import run
from achievement_pipeline_tests.defs.conftest import Pipeline
from achievement_pipeline_tests.servers.linear import LinearServer

pytestmark = pytest.mark.e2e


def test_a_completed_issue_and_its_project_become_achievements(pipeline: Pipeline, linear: LinearServer) -> None:
    project = linear.workspace.add_project("Faster")
    issue = linear.workspace.add_issue("Index it", priority=1, estimate=5.0, project=project)

    assert run(pipeline, LINEAR.job).success

    achievements = {achievement.key: achievement for achievement in pipeline.achievements()}
    assert achievements.keys() == {f"linear:{issue}", f"linear:{project}"}
    scored = achievements[f"linear:{issue}"]
    assert (scored.title, scored.author, scored.impact_score, scored.complexity_score) == (
        "Index it",
        "ada@example.org",
        90.0,
        80.0,
    )
    assert achievements[f"linear:{project}"].impact_score == 72.0


def test_a_reopened_issue_is_retracted_and_comes_back(pipeline: Pipeline, linear: LinearServer) -> None:
    issue = linear.workspace.add_issue()
    run(pipeline, LINEAR.job)
    linear.workspace.reopen(issue)
    run(pipeline, LINEAR.job)
    assert pipeline.achievements() == []
    linear.workspace.complete(issue)
    run(pipeline, LINEAR.job)
    assert [achievement.key for achievement in pipeline.achievements()] == [f"linear:{issue}"]
