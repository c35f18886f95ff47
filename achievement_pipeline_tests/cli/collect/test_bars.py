"""The bars of `achievements collect`."""

import io
import os
import sys
from pathlib import Path

import dagster as dg
import pytest

from achievement_pipeline.cli.collect.bars import show_bars


@pytest.fixture
def context() -> dg.AssetExecutionContext:
    return dg.build_asset_context()


def test_bars_are_drawn_while_dagster_sends_standard_error_to_a_log(
    monkeypatch: pytest.MonkeyPatch, context: dg.AssetExecutionContext, tmp_path: Path
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    reading_end, terminal = os.openpty()
    os.set_blocking(reading_end, False)
    with (tmp_path / "log").open("wb") as log, os.fdopen(terminal, "w") as errors:
        monkeypatch.setattr(sys, "stderr", errors)
        with show_bars() as bars:
            os.dup2(log.fileno(), errors.fileno())
            with bars.of_run("github.com/ada/engine"):
                bars.start(context, "engine: contents")(3, 1_200)
        drawn = os.read(reading_end, 1 << 16).decode()
    os.close(reading_end)
    assert "Collecting from github.com/ada/engine" in drawn
    assert "engine: contents" in drawn


def test_nothing_is_drawn_where_standard_error_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, context: dg.AssetExecutionContext
) -> None:
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    with show_bars() as bars, bars.of_run("engine"):
        bars.start(context, "engine: contents")(1, 2)
    assert not errors.getvalue().strip()
