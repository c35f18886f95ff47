"""The charts of the profile: SVG for light and for dark pages, each with its contents as text.

GitHub serves them as images, which styles, scripts and fonts of the page do not reach. So each has its own colours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.skill_levels import ShownSkill
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.portfolio.charts import TimeAxis, bars

_WIDTH = 520
_ROW = 26
_NAMES = 200
"""Pixels for the names of skills."""
_NUMBERS = 60
"""Pixels for the longest number beside a bar."""
_COLUMN = 100
"""Pixels: the highest column of the timeline."""
_ABOVE, _BELOW = 20, 24
"""Pixels for numbers above columns, and for labels below."""
_NUMBERED = 12
"""Maximum number of columns with numbers above them."""
_THEMES = {"light": ("#1f2328", "#0969da"), "dark": ("#f0f6fc", "#4493f8")}
"""Colours of text and bars: those of GitHub's own pages, with a contrast of more than 4.5 to 1."""


@dataclass(frozen=True)
class Chart:
    """A chart, for light and dark pages."""

    name: str
    description: str
    """Its contents as text."""
    by_theme: dict[str, str]
    """SVG, for ``light`` and ``dark`` pages."""


def draw_skills(skills: Sequence[ShownSkill]) -> Chart | None:
    """Draw skills as bars by number of pieces of work; None if there are no skills."""
    if not skills:
        return None
    most = max(skill.pieces for skill in skills)

    def rows(bar: str) -> Iterator[str]:
        for place, skill in enumerate(skills):
            middle = place * _ROW + _ROW / 2
            length = round((_WIDTH - _NAMES - _NUMBERS) * skill.pieces / most, 1)
            yield (
                f'<text x="{_NAMES - 8}" y="{middle:g}" text-anchor="end">{escape(facts.cut(skill.name, 28))}</text>'
                f'<rect x="{_NAMES}" y="{middle - 7:g}" width="{length:g}" height="14" rx="3" fill="{bar}"/>'
                f'<text x="{_NAMES + length + 8:g}" y="{middle:g}">{skill.pieces:,}</text>'
            )

    description = "Top skills by pieces of work: " + ", ".join(f"{each.name} {each.pieces}" for each in skills)
    return _chart("skills", description, len(skills) * _ROW, rows)


def draw_timeline(achievements: Sequence[PublicAchievement]) -> Chart | None:
    """Draw the number of pieces of work over time as columns; None if there are fewer than two columns."""
    moments = [each.completed_at for each in achievements if each.completed_at]
    axis = TimeAxis.over(moments)
    columns = bars(axis.labels, axis.count(moments))
    if len(columns) <= 1:
        return None
    ground = _ABOVE + _COLUMN

    def drawn(bar: str) -> Iterator[str]:
        for each in columns:
            height = round(each.height / 100 * _COLUMN, 1)
            left, width, centre = (round(share / 100 * _WIDTH, 1) for share in (each.left, each.width, each.centre))
            if each.count:
                yield (
                    f'<rect x="{left:g}" y="{ground - height:g}" width="{width:g}" height="{height:g}" rx="2"'
                    f' fill="{bar}"/>'
                )
                if len(columns) <= _NUMBERED:
                    yield f'<text x="{centre:g}" y="{ground - height - 9:g}" text-anchor="middle">{each.count:,}</text>'
            if each.labelled:
                yield f'<text x="{centre:g}" y="{ground + 13}" text-anchor="middle">{each.label}</text>'

    counts = ", ".join(f"{each.label} {each.count}" for each in columns)
    return _chart("timeline", f"Pieces of work by {axis.unit.value}: {counts}", ground + _BELOW, drawn)


def _chart(name: str, description: str, height: int, draw: Callable[[str], Iterator[str]]) -> Chart:
    label = escape(description.partition(":")[0])
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">'
    style = 'font-family="system-ui,sans-serif" font-size="13" dominant-baseline="central"'
    by_theme = {
        theme: f'{head}<g {style} fill="{ink}">{"".join(draw(bar))}</g></svg>\n'
        for theme, (ink, bar) in _THEMES.items()
    }
    return Chart(name, description, by_theme)
