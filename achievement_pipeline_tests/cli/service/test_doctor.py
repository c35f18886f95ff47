"""What `doctor` finds."""

import json

import pytest

from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run

pytestmark = pytest.mark.e2e


def test_doctor_finds_everything_well(collected: Run, collected_project: GitRepository) -> None:
    answer = collected("doctor", "--json")

    findings = {finding["name"]: finding for finding in json.loads(answer.stdout)}
    assert findings["database"]["health"] == "good"
    assert "2 achievements" in findings["database"]["detail"]
    assert any(str(collected_project.path) in finding["detail"] for finding in findings.values())
