"""What the assets of all sources share."""

import pytest

from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.lanes import GITHUB, LINEAR, MLFLOW
from achievement_pipeline_tests.defs.assets.conftest import run, why
from achievement_pipeline_tests.defs.conftest import Pipeline
from achievement_pipeline_tests.servers.github import KEY

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("job", "setting"),
    [(GITHUB.job, "GITHUB_TOKEN"), (LINEAR.job, "LINEAR_API_KEY"), (MLFLOW.job, "MLFLOW_TRACKING_URI")],
)
def test_a_source_that_is_off_fails_and_names_its_setting(pipeline: Pipeline, job: str, setting: str) -> None:
    pipeline.instance.add_dynamic_partitions(PARTITIONS_NAME, [KEY])
    result = run(pipeline, job, **({"partition_key": KEY} if job == GITHUB.job else {}))
    assert not result.success
    assert setting in why(result)
