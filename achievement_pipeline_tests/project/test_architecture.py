"""``docs/architecture.md`` says what is so."""

from pathlib import Path
from pkgutil import resolve_name

import pytest

from achievement_pipeline.lanes import LANES, Lane
from achievement_pipeline.parsing.patterns import compile_pattern

_ROOT = Path(__file__).parents[2]
_TEXT = (_ROOT / "docs/architecture.md").read_text(encoding="utf-8")
_NAMES = sorted(set(compile_pattern(r"`(achievement_pipeline(?:\.\w+)+)`").findall(_TEXT)))
_PATHS = sorted(set(compile_pattern(r"`([a-z_]+(?:/[a-z_]+)*(?:\.py|(?=`)))`").findall(_TEXT)))


@pytest.mark.parametrize("name", _NAMES)
def test_every_function_that_it_names_is_there(name: str) -> None:
    assert callable(resolve_name(name))


@pytest.mark.parametrize("path", [path for path in _PATHS if path.endswith(".py") and "<" not in path])
def test_every_module_that_it_names_is_there(path: str) -> None:
    folders = (_ROOT, _ROOT / "achievement_pipeline", _ROOT / "achievement_pipeline_tests")
    assert any((folder / path).exists() for folder in folders)


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.name)
def test_every_lane_is_made_as_the_recipe_says(lane: Lane) -> None:
    package = _ROOT / "achievement_pipeline"
    judges = {"git": "commits", "github": "pull_requests"}
    assert (package / f"sources/{lane.name}").exists() or (package / f"sources/{lane.name}.py").exists()
    assert (package / f"judging/lanes/{judges.get(lane.name, lane.name)}.py").exists()
    assert (package / f"defs/assets/{lane.name}.py").exists()
    assert lane.assets_module == f"achievement_pipeline.defs.assets.{lane.name}"
