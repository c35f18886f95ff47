"""The page of the year in review: figures, charts and the greatest work, put into its template."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from achievement_pipeline.publishing.channel import About
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.comparison import (
    Measure,
    announced,
    compare,
    repositories,
)
from achievement_pipeline.publishing.documents.parts.pages import page_template, page_text
from achievement_pipeline.publishing.documents.parts.skill_levels import shown_skills
from achievement_pipeline.publishing.documents.period import preceding
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.github_profile.charts import Chart, draw_skills, draw_timeline

_PACKAGE = "achievement_pipeline.publishing.year"
_GREATEST = 5
_SKILLS = 8


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
    page = page_template(
        _PACKAGE
    ).render(
        person=about.profile.name,
        url=about.profile.url,
        period=about.period.name,
        before=before.name if before and compared else "",
        style=Markup(page_text(_PACKAGE, "page.css")),  # noqa: S704 - ours
        figures=[figure for figure in compare(_MEASURES, best, compared) if figure.now],
        timeline=_drawn(draw_timeline(best)),
        skills=_drawn(draw_skills(skills[:_SKILLS])),
        gained=[skill.name for skill in skills if skill.name not in known][:_SKILLS] if about.earlier else [],
        greatest=facts.examples(best, _GREATEST),
    )
    return f"{page.strip()}\n"


_MEASURES: dict[str, Measure] = {
    "pieces of work": len,
    "announced in release notes": announced,
    "releases": lambda done: len({(each.repository, each.first_release) for each in done if each.first_release}),
    "repositories": repositories,
}


def _drawn(chart: Chart | None) -> Markup:
    return Markup(chart.by_theme["light"] if chart else "")  # noqa: S704 - escaped where it is drawn
