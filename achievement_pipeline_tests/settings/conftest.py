"""No settings of the machine are seen, and the test's folder is the user's configuration folder."""

from pathlib import Path

import pytest

from achievement_pipeline.settings import Environment
from achievement_pipeline_tests.conftest import make_config_home


@pytest.fixture(autouse=True)
def _empty_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Environment.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(make_config_home(tmp_path)))
    monkeypatch.chdir(tmp_path)
