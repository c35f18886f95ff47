"""Figures of a ranking against what maintainers noted: per project, and their means."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

SHARE = 0.6
"""The upper part of a project, in which noted work should be."""
PERSON_UNITS = 15
"""Units from which a person is measured."""
HEADLINES = 10
"""Headlines from which a project is measured by them."""
SMALL = 10
"""Lines up to which a headline is small."""
BINS = 10

PER_PROJECT = (
    "auc_told", "auc_headline", "p20", "p50", "ap", "person_auc_told", "person_p5", "recall60_told",
    "recall60_headline", "small_headline60", "ece_project",
)  # fmt: skip


def auc(truth: np.ndarray, scores: np.ndarray) -> float:
    """The chance that a true one ranks above one that is not; ties count half. Not a number where all are alike."""
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = pd.Series(scores).rank().to_numpy()
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def calibration_error(truth: np.ndarray, likely: np.ndarray) -> float:
    """How far likelihoods are from shares of the truth, on average over bins that hold alike many."""
    order = np.argsort(likely, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return float(sum(len(part) * abs(truth[part].mean() - likely[part].mean()) for part in parts) / len(truth))


def of_project(units: pd.DataFrame, scores: np.ndarray, likely: np.ndarray) -> dict[str, float]:
    """Measure a ranking of one project's units: ``noted``, ``headline``, ``lines``, ``person``."""
    noted, headline = (units[name].to_numpy(dtype=bool) for name in ("noted", "headline"))
    order = np.argsort(-scores, kind="stable")
    upper = np.zeros(len(units), dtype=bool)
    upper[order[: round(SHARE * len(units))]] = True
    ranked = noted[order]
    small = headline & (units["lines"] <= SMALL).to_numpy()
    people = of_people(units, scores)
    measured = headline.sum() >= HEADLINES
    nothing = float("nan")
    return {
        "auc_told": auc(noted, scores),
        "auc_headline": auc(headline, scores) if measured else nothing,
        "p20": float(ranked[:20].mean()),
        "p50": float(ranked[:50].mean()),
        "ap": float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked].mean()),
        "person_auc_told": float(people["auc"].mean()),
        "person_p5": float(people["p5"].mean()),
        "recall60_told": float(upper[noted].mean()),
        "recall60_headline": float(upper[headline].mean()) if measured else nothing,
        "small_headline60": float(upper[small].mean()) if small.any() else nothing,
        "ece_project": calibration_error(noted, likely),
    }


def of_people(units: pd.DataFrame, scores: np.ndarray) -> pd.DataFrame:
    """Measure a ranking within each person of many units."""
    rows = []
    for _, own in units.assign(score=scores).groupby("person"):
        if len(own) >= PERSON_UNITS:
            noted, ranks = own["noted"].to_numpy(dtype=bool), own["score"].to_numpy()
            first = noted[np.argsort(-ranks, kind="stable")[:5]]
            rows.append((auc(noted, ranks), first.mean()))
    return pd.DataFrame(rows, columns=["auc", "p5"], dtype="float64")


def of_all(
    projects: Mapping[str, pd.DataFrame], scores: Mapping[str, np.ndarray], likely: Mapping[str, np.ndarray]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Measure a ranking in each project, and on average; of people and small headlines, over all of them."""
    each = {name: of_project(units, scores[name], likely[name]) for name, units in projects.items()}
    mean = {key: float(pd.Series([figures[key] for figures in each.values()]).mean()) for key in PER_PROJECT}
    people = pd.concat([of_people(units, scores[name]) for name, units in projects.items()])
    mean |= {"person_auc_told": float(people["auc"].mean()), "person_p5": float(people["p5"].mean())}
    noted = np.concatenate([units["noted"].to_numpy(dtype=bool) for units in projects.values()])
    mean["ece_pooled"] = calibration_error(noted, np.concatenate([likely[name] for name in projects]))
    return mean, each
