"""The plots that the Dagster UI shows with an asset."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SKILLS_SHOWN = 8
_BARS_SHOWN = 12


def score_distribution(scores: pd.DataFrame) -> "Figure":
    """Draw how many activities score how much: a histogram of impact and complexity, both in points."""
    figure = _figure(left=0.08, right=0.98)
    axes = figure.subplots()
    axes.hist([scores["impact"], scores["complexity"]], bins=range(0, 101, 5), label=["impact", "complexity"])
    axes.set(xlabel="points", ylabel="activities", title="Distribution of scores")
    axes.legend()
    return figure


def skills_over_time(skills: pd.DataFrame, completed_at: pd.Series) -> "Figure":
    """Draw how often the commonest skills were shown, by year.

    Args:
        skills: `Skills`.
        completed_at: When each activity was done, by its key.
    """
    figure = _figure(left=0.08, right=0.68)
    axes = figure.subplots()
    axes.set(xlabel="year", ylabel="activities", title="Skills over time")
    if skills.empty:
        return figure
    commonest = skills["skill"].value_counts().index[:_SKILLS_SHOWN]
    years = skills["key"].map(completed_at).dt.year
    shown = pd.crosstab(years, skills["skill"]).reindex(columns=commonest)
    for skill, counts in shown.items():
        axes.plot(counts.index, counts, marker="o", markersize=3, label=skill)
    axes.locator_params(axis="x", integer=True)
    figure.legend(loc="upper left", bbox_to_anchor=(0.69, 0.9))
    return figure


def counts(by: Mapping[str, Mapping[str, int]]) -> "Figure":
    """Draw how many achievements there are of each name, a panel for each kind of name.

    Args:
        by: Counts by name, the most frequent first, by what the names are.
    """
    figure = _figure(left=0.15, right=0.98, wspace=0.85)
    panels = figure.subplots(ncols=len(by), squeeze=False)[0]
    for axes, (title, named) in zip(panels, by.items(), strict=True):
        names = list(named)[:_BARS_SHOWN][::-1]
        axes.barh(names, [named[name] for name in names])
        axes.set(title=title, xlabel="achievements")
    return figure


def _figure(**margins: float) -> "Figure":
    """Return an empty figure, its margins in parts of its size: to find ones that fit, it would be drawn twice."""
    # no pyplot: it keeps figures alive and wants a display; imported late, for it takes a second and few runs plot
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 3.5))
    figure.subplots_adjust(bottom=0.15, top=0.9, **margins)
    return figure
