"""A change of the settings is shown whole before it is agreed to."""

from pathlib import Path

from achievement_pipeline.app.settings_change import SettingsChange


def test_every_line_that_differs_is_shown_whatever_it_begins_with() -> None:
    before = 'note = """\n-- old\n"""\n'
    after = 'note = """\n++ new\n@@\n"""\n'
    shown = list(SettingsChange(Path("achievements.toml"), before, after).difference())
    assert shown == [' note = """', "--- old", "+++ new", "+@@", ' """']
