"""A process that runs for weeks goes by the settings as their file is now."""

from pathlib import Path

import pytest

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import load_settings
from achievement_pipeline.settings.watching import WatchedSettings


def test_a_changed_file_is_read_again_and_a_wrong_one_changes_nothing() -> None:
    file = Path("achievements.toml")
    watched = WatchedSettings(load_settings())
    assert not watched.reload()
    file.write_text("[me]\nname = 'Ada'\n")
    assert watched.reload()
    file.write_text("[me]\nnick = 'Ada'\n")
    for _ in range(2):
        with pytest.raises(SettingsError):
            watched.reload()
    file.write_text("# mine\n[me]\nname = 'Ada'\n")
    assert not watched.reload()
    assert watched.settings.me.name == "Ada"
