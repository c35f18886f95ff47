"""How much of the collected work is still in use: measured in the background, shown with the work."""

import dagster as dg
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.jobs import MEASURE_USE
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.defs.assets.conftest import lines
from achievement_pipeline_tests.defs.conftest import QUIET, Pipeline, evaluate_sensor

pytestmark = pytest.mark.e2e

IN_2020 = "1577836800 +0000"
IN_2023 = "1672531200 +0000"


def measure(pipeline: Pipeline) -> dg.ExecuteInProcessResult:
    """Run the job of the background."""
    job = build_defs(pipeline.settings).resolve_job_def(MEASURE_USE)
    return job.execute_in_process(QUIET, pipeline.instance, partition_key=pipeline.keys[0])


def test_an_achievement_says_how_much_of_it_is_still_in_use(pipeline: Pipeline, repository: GitRepository) -> None:
    whole = lines(100)
    repository.commit("feat(core): count things (#7)", {"core.py": whole}, authored=IN_2020)
    kept = "".join(whole.splitlines(keepends=True)[:82])
    repository.commit("trim", {"core.py": kept}, author="Bob <bob@example.org>", authored=IN_2023)
    pipeline.add(repository)
    pipeline.collect()
    [before] = pipeline.achievements()

    assert measure(pipeline).success

    [achievement] = pipeline.achievements()
    words = "82% of its 100 lines are still in use after three years; 1 other person changed files that it created"
    assert (before.in_use, achievement.in_use) == ("", words)
    assert achievement.impact_score == before.impact_score


def test_collecting_keeps_what_was_measured_and_measures_nothing(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("feat(core): count things (#7)", {"core.py": lines(100)}, authored=IN_2020)
    pipeline.add(repository)
    pipeline.collect()
    measure(pipeline)
    [before] = pipeline.achievements()
    repository.commit("one more", {"other.py": "a = 1\n"}, authored=IN_2023)

    result = pipeline.collect()

    assert not result.asset_materializations_for_node("measure_lines")
    [achievement] = pipeline.achievements()
    assert before.in_use == "100% of its 100 lines are in use"
    assert achievement.in_use == "100% of its 100 lines are still in use after three years"


def test_the_service_measures_what_was_collected_since(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("feat: one", {"one.py": lines(60)})
    key = pipeline.add(repository)
    assert evaluate_sensor(pipeline.instance, "lines_in_use")[0] == []
    pipeline.collect()

    [request], _ = evaluate_sensor(pipeline.instance, "lines_in_use")
    assert request.tags["dagster/partition"] == key
    measure(pipeline)

    assert evaluate_sensor(pipeline.instance, "lines_in_use")[0] == []


def test_what_cannot_be_read_stays_as_it_was_measured(pipeline: Pipeline, repository: GitRepository) -> None:
    repository.commit("feat: one", {"one.py": lines(60)})
    pipeline.add(repository)
    pipeline.collect()
    measure(pipeline)
    [before] = pipeline.achievements()
    repository.path.rename(repository.path.with_name("gone"))

    assert measure(pipeline).success

    assert pipeline.achievements() == [before]
