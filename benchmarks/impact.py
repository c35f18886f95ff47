"""Learn the impact model from hand-written release notes, and measure it on projects that it was not learnt from.

    python benchmarks/impact.py learn REPOSITORY...
    python benchmarks/impact.py measure REPOSITORY... [--without announced] [--json]
    python benchmarks/impact.py cross REPOSITORY... [--json]

The truth is in the release notes of maintainers: a piece of work is *noted* where an entry is linked to it, by number,
issue or words, or where the same work added entries; it is a *headline* where that was below features, additions,
highlights, major or breaking changes. Times in which notes do not name their work, or note nearly everything or nearly
nothing, are left out, and so are projects that consist of such times for the most part (``left_out`` in the JSON).

``cross`` measures each project by what is learnt from all others.
``learn`` writes ``weights.csv`` and ``calibration.csv`` of the package, the same bytes for the same clones.
``--cache`` keeps what was read of a clone, by its head.
"""

import argparse
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from impact_figures import of_all
from impact_units import Clone, labels_of, project_name, raw_commits, read_units

from achievement_pipeline.judging import impact
from achievement_pipeline.judging.announced.paths import are_notes
from achievement_pipeline.judging.categories.categorise import infer_types
from achievement_pipeline.judging.categories.peel import peel
from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.impact.model import add_signs, likelihood, model_of
from achievement_pipeline.judging.impact.signs import Work, find_signs
from achievement_pipeline.judging.lanes.commits import judge_commits, work_files
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.noise.files import noise_reasons
from achievement_pipeline.judging.rules import ImpactRules, Rules
from achievement_pipeline.sources.git import path_attributes

_DIRECT = frozenset(sign.rule for sign in known_signs() if sign.weight is not None)
LEAST_NOTED = 40
"""Noted work from which a project is measured."""
CHOOSING = (0.12, 0.82)
"""The share of the work that notes name where they choose. More is a list, less is a list of something else."""
NEAR = 101
"""Units, in order of time, of which that share is taken."""
LEAST_JUDGED = 0.5
"""The part of a project in which its notes choose and name their work."""
EDGES = (0.02, 0.98)
"""Quantiles in time of the noted work: the years outside have no notes yet, or none of this kind any more."""
OF_HEADLINES = 0.5
"""The part of headlines in the target; the rest is of what is noted."""
PENALTY = 100.0
"""Of the squares of the weights, of signs that are scaled alike."""
KNOTS = 24
STEPS = (
    ("5-19 lines of source", "20-79 lines of source", "80-299 lines of source", "300+ lines of source"),
    ("code grows", "code grows much"),
)
"""Steps of a size: a larger one never weighs less, so that no change scores less for having more."""
ROUNDS = 60
CATEGORIES = {"feature": 5, "performance": 4, "security": 4, "bugfix": 3, "refactoring": 2}


def read_project(location: str, cache: Path | None) -> pd.DataFrame:
    """Read the units of a clone: what maintainers noted, their signs, and what they are compared by."""
    stored = None
    if cache:
        cache.mkdir(parents=True, exist_ok=True)
        stored = cache / f"{project_name(location).replace('/', '+')}.parquet"
        if stored.exists():
            return pd.read_parquet(stored)
    clone = read_units(location)
    units = _units(clone) if len(clone.commits) else pd.DataFrame()
    if stored:
        units.to_parquet(stored)
    return units


def _units(clone: Clone) -> pd.DataFrame:
    attributes = path_attributes(clone.repository, clone.files["path"].unique())
    noise = noise_reasons(clone.files, attributes)
    commits = raw_commits(clone.commits)
    judged: pd.DataFrame = judge_commits(commits, clone.files, noise, Rules()).head(len(commits))
    work = work_files(positions_of(clone.files, commits), clone.files, noise)
    has_work = np.isin(np.arange(len(commits)), work["position"][~are_notes(work["path"])])
    titles = peel(commits["subject"], commits["body"])["description"]
    signs = find_signs(
        Work(
            titles,
            commits["body"],
            judged["category"],
            infer_types(titles),
            judged["breaking"],
            clone.commits["branch_commits"],
            work,
        )
    )
    units = pd.DataFrame(
        {
            "project": clone.name,
            "head": clone.head,
            "sha": commits["sha"],
            "number": clone.commits["number"],
            "title": titles,
            "author": commits["author_name"],
            "person": judged["person"],
            "at": commits["committed_at"],
            "category": judged["category"],
            "lines": judged["insertions"] + judged["deletions"],
            "counts": judged["significant"],
            "net_lines": judged["effective_insertions"] + judged["effective_deletions"],
            **labels_of(clone),
            **signs,
        }
    )
    # what only writes the notes, or what tools write, is no work of its own
    return units[has_work].reset_index(drop=True)


def choose(units: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the units that can be judged by the notes; and why the project is left out of measurements, if it is.

    Only the notes decide. The units are those between the first and the last noted one, at times in which notes name
    the work that they announce, and choose: they note neither nearly all of it nor nearly nothing. Some such times are
    enough to learn from. A project is measured if it consists of them for the most part.
    """
    if units.empty or not units["noted"].any():
        return units, "nothing is noted"
    first, last = units.loc[units["noted"], "at"].quantile(list(EDGES))
    within = units[units["at"].between(first, last)]
    judged = within[within["judged"]]
    near = judged["noted"].astype("float64").rolling(NEAR, center=True, min_periods=min(len(judged), NEAR // 2)).mean()
    kept = judged[near.bfill().ffill().between(*CHOOSING)].reset_index(drop=True)
    if kept["noted"].sum() < LEAST_NOTED:
        return kept, f"fewer than {LEAST_NOTED} pieces of work are noted where notes choose"
    if len(kept) < LEAST_JUDGED * len(within):
        named, share = len(judged) / len(within), len(kept) / len(within)
        return kept, f"notes name the work they announce at {named:.0%} of it, and choose too at {share:.0%}"
    return kept, ""


def read_projects(locations: Sequence[str], cache: Path | None) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """Read the units of projects by which they can be judged, and why some are left out of measurements."""
    projects, left_out = dict[str, pd.DataFrame](), dict[str, str]()
    for location in sorted(locations, key=project_name):
        name = project_name(location)
        units, reason = choose(read_project(location, cache))
        if reason:
            print(f"{name}: left out, {reason}", file=sys.stderr)
            left_out[name] = reason
        else:
            share, headlines = units["noted"].mean(), units["headline"].sum()
            print(f"{name}: {len(units)} units, {share:.0%} noted, {headlines} headlines", file=sys.stderr)
        if len(units) and units["noted"].sum() >= LEAST_NOTED:
            projects[name] = units
    return projects, left_out


def learn(projects: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Learn the weights of signs, and the probability of being noted at their sums.

    Each project has a start of its own, so that no sign represents a project that notes much; projects weigh by the
    square root of their size, here and in the calibration. The target is half noted, half headline, from projects that
    have headlines.
    """
    names = [sign.sign for sign in known_signs() if sign.weight is None]
    units = pd.concat([units for units in projects.values() if units["headline"].sum() >= 10], ignore_index=True)
    shown = units[names].to_numpy(dtype="float64")
    spread = shown.std(axis=0)
    scaled = (shown - shown.mean(axis=0)) / np.where(spread > 0, spread, 1)
    project = pd.factorize(units["project"])[0]  # sorted: projects follow one another
    importance = (1000 / np.bincount(project))[project] ** 0.5
    target = ((1 - OF_HEADLINES) * units["noted"] + OF_HEADLINES * units["headline"]).to_numpy()
    weights = (_regress(scaled, target, importance, project) / np.where(spread > 0, spread, 1)).round(3)
    for steps in STEPS:
        numbers = [names.index(step) for step in steps]
        weights[numbers] = np.maximum.accumulate(weights[numbers])
    table = pd.DataFrame({"sign": names, "weight": weights})
    everything = pd.concat(projects.values(), ignore_index=True)
    sums = everything[names].to_numpy(dtype="float64") @ weights
    importance = (everything.groupby("project")["noted"].transform("size") ** -0.5).to_numpy()
    return table, _calibrate(sums, everything["noted"].to_numpy(dtype="float64"), importance)


def _regress(signs: np.ndarray, target: np.ndarray, importance: np.ndarray, project: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method, each project with an intercept of its own."""
    weights, starts = np.zeros(signs.shape[1]), np.zeros(project.max() + 1)
    first = np.searchsorted(project, np.arange(len(starts)))
    penalty = PENALTY * np.eye(len(weights))
    for _ in range(ROUNDS):
        likely = 1 / (1 + np.exp(-(signs @ weights + starts[project])))
        curvature, slope = importance * likely * (1 - likely), importance * (target - likely)
        curved = signs * curvature[:, np.newaxis]
        of_project, crossed = np.bincount(project, curvature), np.add.reduceat(curved, first)
        hessian = curved.T @ signs + penalty - (crossed.T / of_project) @ crossed
        ahead = np.bincount(project, slope)
        step = np.linalg.solve(hessian, signs.T @ slope - penalty @ weights - crossed.T @ (ahead / of_project))
        weights, starts = weights + step, starts + (ahead - crossed @ step) / of_project
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _calibrate(sums: np.ndarray, noted: np.ndarray, importance: np.ndarray) -> pd.DataFrame:
    """Return the noted share at sums of weights: monotone, and growing everywhere by a little."""
    order = np.argsort(sums, kind="stable")
    ends = np.searchsorted(np.cumsum(importance[order]), np.linspace(0, importance.sum(), KNOTS + 1)[1:-1])
    rows = [
        (
            np.average(sums[part], weights=importance[part]),
            np.average(noted[part], weights=importance[part]),
            importance[part].sum(),
        )
        for part in np.split(order, ends)
        if len(part)
    ]
    blocks: list[list[float]] = []
    for _, share, weight in rows:  # pool adjacent violators
        blocks.append([share, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            share_, weight_, count = blocks.pop()
            last = blocks[-1]
            blocks[-1] = [
                (last[0] * last[1] + share_ * weight_) / (last[1] + weight_),
                last[1] + weight_,
                last[2] + count,
            ]
    shares = np.repeat([block[0] for block in blocks], [int(block[2]) for block in blocks])
    knots = np.array([row[0] for row in rows])
    shares = shares + np.arange(len(shares)) * 1e-4
    # beyond the ends the curve goes on towards never and always
    knots = np.concatenate([[knots[0] - 3], knots, [knots[-1] + 3]])
    shares = np.concatenate([[shares[0] / 3], shares, [1 - (1 - shares[-1]) / 3]])
    return pd.DataFrame({"sum": knots.round(3), "likely": shares.round(4)}).drop_duplicates("sum")


def measure(projects: Mapping[str, pd.DataFrame], without: Collection[str] = ()) -> dict[str, Any]:
    """Measure the shipped model beside what it has to beat, without some rules of direct evidence."""
    model = model_of(ImpactRules(off=tuple(rule for rule in without if rule in _DIRECT)))
    names = [sign.sign for sign in known_signs()]
    sums = {
        name: add_signs({sign: units[sign].to_numpy() for sign in names}, model) for name, units in projects.items()
    }
    return _figures(projects, sums, {name: likelihood(values, model) for name, values in sums.items()})


def cross(projects: Mapping[str, pd.DataFrame], measured: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Measure projects by models that are each learnt from all others."""
    sums, likely = {}, {}
    for name, units in measured.items():
        table, curve = learn({other: own for other, own in projects.items() if other != name})
        sums[name] = units[table["sign"].to_list()].to_numpy(dtype="float64") @ table["weight"].to_numpy()
        likely[name] = np.interp(sums[name], curve["sum"], curve["likely"])
    return _figures(measured, sums, likely)


def _figures(
    projects: Mapping[str, pd.DataFrame], sums: Mapping[str, np.ndarray], likely: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    mean, each = of_all(projects, sums, likely)
    first = {name: units.iloc[np.argsort(-sums[name], kind="stable")[:20]] for name, units in projects.items()}
    for name, units in first.items():
        each[name] |= {
            "units": len(projects[name]),
            "share_told": float(projects[name]["noted"].mean()),
            "share_counting": float(projects[name]["counts"].mean()),
            "noise20": _noise(units),
            "bots20": _bots(units),
        }
    mean |= {
        key: float(np.mean([each[name][key] for name in projects]))
        for key in ("noise20", "bots20", "share_told", "share_counting")
    }
    baselines = {}
    for baseline in ("lines", "net_lines", "category_lines", "random"):
        ranks = {name: _baseline(baseline, units) for name, units in projects.items()}
        baselines[baseline] = of_all(projects, ranks, ranks)[0]
    return {"mean": mean, "median": pd.DataFrame(each).T.median().to_dict(), "baselines": baselines, "projects": each}


def _plain(figures: object) -> object:
    """The figures with null for what was not measured: JSON has no other word for it."""
    if isinstance(figures, dict):
        return {key: _plain(value) for key, value in figures.items()}
    return None if isinstance(figures, float) and np.isnan(figures) else figures


def _noise(first: pd.DataFrame) -> float:
    return float(((first["net_lines"] == 0) | first["category"].isin(["style", "dependency"])).mean())


def _bots(first: pd.DataFrame) -> float:
    return float(first["author"].str.contains(r"(?i:(?:^|[\W_])bot\b|\[bot\])|[a-z]Bot\b").mean())


def _baseline(name: str, units: pd.DataFrame) -> np.ndarray:
    """A ranking by something simple, as parts of 1."""
    if name == "random":
        return np.random.default_rng(1).random(len(units))
    if name == "category_lines":
        kinds = units["category"].map(CATEGORIES).fillna(1)
        return (kinds + units["net_lines"].rank(pct=True) * 0.99).rank(pct=True).to_numpy()
    return units[name].rank(pct=True).to_numpy()


def main() -> None:
    """Learn, or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=["learn", "measure", "cross"])
    parser.add_argument("repositories", nargs="+", help="clones with hand-written release notes")
    parser.add_argument("--without", default="", help="direct evidence to leave out: announced")
    parser.add_argument("--json", action="store_true", help="all figures, as JSON")
    parser.add_argument("--cache", type=Path, help="folder that keeps what was read")
    options = parser.parse_args()
    projects, left_out = read_projects(options.repositories, options.cache)
    measured = {name: units for name, units in projects.items() if name not in left_out}
    if not measured:
        sys.exit("None of these projects has notes that choose.")
    if options.do == "learn":
        weights, curve = learn(projects)
        folder = Path(impact.__file__).parent
        weights.to_csv(folder / "weights.csv", index=False, float_format="%g", lineterminator="\n")
        curve.to_csv(folder / "calibration.csv", index=False, float_format="%g", lineterminator="\n")
        return
    figures = cross(projects, measured) if options.do == "cross" else measure(measured, options.without.split(","))
    figures["left_out"] = left_out
    if options.json:
        print(json.dumps(_plain(figures), indent=2))
        return
    rows = {"model": figures["mean"], "median": figures["median"], **figures["baselines"]}
    print(pd.DataFrame(rows).T.round(3).to_markdown())
    print()
    print(pd.DataFrame(figures["projects"]).T.round(3).to_markdown())


if __name__ == "__main__":
    main()
