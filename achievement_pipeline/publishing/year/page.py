"""The page of the year in review: figures, charts and the greatest work, put into its template."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

import jinja2
from markupsafe import Markup

from achievement_pipeline.publishing.channel import About
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.skill_levels import shown_skills
from achievement_pipeline.publishing.documents.period import preceding
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.github_profile.charts import Chart, draw_skills, draw_timeline

_PACKAGE = "achievement_pipeline.publishing.year"
_GREATEST = 5
_SKILLS = 8


@dataclass(frozen=True)
class _Figure:
    """A number of the year, and that of the year before."""

    label: str
    now: int
    before: int


def write_year(achievements: Sequence[PublicAchievement], about: About) -> str:
    """Write the year in review.

    Args:
        achievements: Those of the period.
        about: Person and period; `About.earlier` is compared.
    """
    best = facts.best_first(achievements)
    before = preceding(about.period, None)
    compared = [each for each in about.earlier if before and each.completed_at in before]
    skills, known = shown_skills(best), {skill.name for skill in shown_skills(about.earlier)}
    page = _template().render(
        person=about.profile.name,
        url=about.profile.url,
        period=about.period.name,
        before=before.name if before and compared else "",
        style=Markup(_style()),  # noqa: S704 - ours
        figures=[*_figures(best, compared)],
        timeline=_drawn(draw_timeline(best)),
        skills=_drawn(draw_skills(skills[:_SKILLS])),
        gained=[skill.name for skill in skills if skill.name not in known][:_SKILLS] if about.earlier else [],
        greatest=best[:_GREATEST],
    )
    return f"{page.strip()}\n"


_MEASURES: dict[str, Callable[[Sequence[PublicAchievement]], int]] = {
    "pieces of work": len,
    "announced in release notes": lambda done: sum(each.announced is not None for each in done),
    "releases": lambda done: len({(each.repository, each.first_release) for each in done if each.first_release}),
    "repositories": lambda done: len({each.repository for each in done if each.repository}),
}


def _figures(done: Sequence[PublicAchievement], before: Sequence[PublicAchievement]) -> Iterator[_Figure]:
    for label, measure in _MEASURES.items():
        if now := measure(done):
            yield _Figure(label, now, measure(before))


def _drawn(chart: Chart | None) -> Markup:
    return Markup(chart.by_theme["light"] if chart else "")  # noqa: S704 - escaped where it is drawn


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(_PACKAGE, ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    words = (facts.headline, facts.outcome, facts.place, facts.plain, facts.release, facts.summary)
    environment.filters |= {each.__name__: each for each in words}
    return environment.get_template("page.html.j2")


@functools.cache
def _style() -> str:
    return files(_PACKAGE).joinpath("page.css").read_text(encoding="utf-8").strip()
