"""Settings: what is read, what wins, and that every wrong one is named."""

from pathlib import Path

import pytest

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import load_settings


def test_all_wrong_settings_are_named_at_once_and_no_value_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "achievements.toml").write_text("[rules.commits]\ncomplexity_max = 101\nunknown = 'hidden-1'\n")
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "many-hidden-2")
    monkeypatch.setenv("ENABLE_GIT_TRACKING", "perhaps")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    for named in (
        "MIN_LINES_FOR_ACHIEVEMENT",
        "ENABLE_GIT_TRACKING",
        "rules.commits.complexity_max",
        "rules.commits.unknown",
    ):
        assert named in message
    assert "hidden" not in message
