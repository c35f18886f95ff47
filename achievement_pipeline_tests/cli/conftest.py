"""The command line on a database of the test's own, with nothing of this machine's settings."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from achievement_pipeline import cli
from achievement_pipeline.settings import Environment

Run = Callable[..., Result]

SETTINGS = """
[me]
name = "Ann"
emails = ["ann@example.com"]
[[repositories]]
location = "https://github.com/acme/engine"
visibility = "public"
"""


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `achievements` with arguments and, where given, lines of standard input."""
    for field in Environment.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "achievements.toml").write_text(SETTINGS)

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli._achievements, arguments, input="".join(f"{key}\n" for key in typed))

    return run
