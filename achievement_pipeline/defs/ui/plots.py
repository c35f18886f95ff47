"""Plots for the Dagster UI, as SVG; None if there is nothing to show."""

from collections.abc import Mapping, Sequence

import leather
import pandas as pd

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999")
"""Colours for colour-blind readers: Okabe and Ito, https://jfly.uni-koeln.de/color/."""
_FIRST_YEAR = 1971
_BARS_SHOWN = 12
_POINTS_A_COLUMN = 10
_WIDTH, _HEIGHT = 1000, 350


def score_distribution(scores: pd.DataFrame) -> str | None:
    """Plot histograms of impact and complexity, in points."""
    if scores.empty:
        return None
    edges = range(0, 100, _POINTS_A_COLUMN)
    charts = []
    for name in ("impact", "complexity"):
        # 100 points go into the last column
        columns = (scores[name] // _POINTS_A_COLUMN * _POINTS_A_COLUMN).clip(upper=edges[-1])
        heights = columns.value_counts().reindex(edges, fill_value=0)
        chart = leather.Chart(f"Distribution of scores: {name}")
        chart.add_columns([(str(edge), int(height)) for edge, height in heights.items()], fill_color=_COLOURS[0])
        chart.add_x_axis(name="points")
        chart.add_y_axis(name="activities")
        charts.append(chart)
    return _drawn(charts)


def skills_over_time(skills: pd.DataFrame, completed_at: pd.Series) -> str | None:
    """Plot the number of activities per year for the most frequent skills.

    Args:
        skills: A `Skills` frame.
        completed_at: Completion time by activity key.
    """
    if skills.empty:
        return None
    years = skills["key"].map(completed_at).dt.year.astype("Int64")
    years = years.where(years.between(_FIRST_YEAR, pd.Timestamp.now("UTC").year))  # ignore implausible dates
    counts = pd.crosstab(years, skills["skill"])
    if counts.empty:
        return None
    chart = leather.Chart("Skills over time, activities by year")
    for colour, skill in zip(_COLOURS, counts.sum().nlargest(len(_COLOURS)).index, strict=False):
        line = [(int(year), int(count)) for year, count in counts[skill].items()]
        chart.add_line(line, name=skill, stroke_color=colour)
    return _drawn([chart])


def counts(by: Mapping[str, Mapping[str, int]]) -> str | None:
    """Plot the number of achievements by name, one panel per kind of name.

    Args:
        by: Counts by name, most frequent first, by panel title.
    """
    charts = []
    for title, named in by.items():
        if named:
            chart = leather.Chart(f"Achievements by {title}")
            chart.add_bars([(count, name) for name, count in named.items()][:_BARS_SHOWN], fill_color=_COLOURS[0])
            charts.append(chart)
    return _drawn(charts) if charts else None


def _drawn(charts: Sequence[leather.Chart]) -> str:
    grid = leather.Grid()
    grid.add_many(charts)
    return str(grid.to_svg(width=_WIDTH, height=_HEIGHT))
