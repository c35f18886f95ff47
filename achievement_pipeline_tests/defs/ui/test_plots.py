"""The plots of the Dagster UI."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import leather
import pandas as pd

from achievement_pipeline.defs.ui import plots
from achievement_pipeline.frames import Scores, Skills

_SVG = "{http://www.w3.org/2000/svg}"


def _words(drawn: str | None) -> Iterator[str]:
    """Yield the texts of a picture."""
    assert drawn is not None
    return (text.text or "" for text in ET.fromstring(drawn).iter(f"{_SVG}text"))


def _columns(drawn: str | None) -> list[float]:
    """Return the heights of the columns of a picture."""
    assert drawn is not None
    rectangles = ET.fromstring(drawn).iter(f"{_SVG}rect")
    return [float(each.get("height", "")) for each in rectangles if each.get("fill") != leather.theme.background_color]


def test_scores_are_two_histograms_with_100_points_in_the_last_column() -> None:
    scores = pd.DataFrame({"impact": [30.0, 35.0, 100.0], "complexity": [0.0, 95.0, 95.0]})

    heights = _columns(plots.score_distribution(scores))

    impact, complexity = heights[:10], heights[10:]
    assert [place for place, height in enumerate(impact) if height] == [3, 9]
    assert impact[3] == 2 * impact[9]
    assert [place for place, height in enumerate(complexity) if height] == [0, 9]


def test_of_skills_the_commonest_are_shown() -> None:
    names = [skill for number in range(9) for skill in [f"skill {number}"] * (10 - number)]
    skills = pd.DataFrame({"key": [str(place) for place in range(len(names))], "skill": names})
    completed_at = pd.Series(pd.Timestamp("2024-05-01", tz="UTC"), index=skills["key"])

    words = set(_words(plots.skills_over_time(skills, completed_at)))

    assert {name for name in words if name.startswith("skill")} == {f"skill {number}" for number in range(7)}


def test_names_are_shown_as_they_are_written() -> None:
    assert "C++ & <more>" in set(_words(plots.counts({"skill": {"C++ & <more>": 3}, "category": {}})))


def test_nothing_is_drawn_of_nothing() -> None:
    assert plots.score_distribution(Scores.empty()) is None
    assert plots.skills_over_time(Skills.empty(), pd.Series(dtype="datetime64[us, UTC]")) is None
    assert plots.counts({"skill": {}}) is None
