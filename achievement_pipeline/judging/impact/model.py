"""The impact model: what signs weigh, how likely their sum is to be announced, and the ledger that says so.

Signs have weights (``weights.csv``), learnt from public histories with hand-written release notes; their sum orders
changes as maintainers do, half by what they announced at all and half by what they put first. The number shown is how
many of a hundred changes with such a sum were announced (``calibration.csv``). ``benchmarks/impact.py`` learns both
tables and measures them; ``docs/impact.md`` has the figures and the projects.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files as resources
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from achievement_pipeline.columns.text import join_by_key
from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.impact.signs import Flags
from achievement_pipeline.judging.rules import ImpactRules

Amounts = npt.NDArray[np.float64]

_BASE: Final = "base"
_FEWEST: Final = 20
"""Changes of a repository from which its upper part means something."""
_NEAR: Final = 0.01
"""A sum so near to none that its slope is that of the curve itself."""


class Model(NamedTuple):
    """What signs weigh, and how likely a sum of weights is to be announced."""

    weights: pd.Series[float]
    """By sign, in the order of `known_signs`."""
    sums: Amounts
    likely: Amounts
    """At each of the sums, which grow: between 0 and 1, growing too."""


@functools.cache
def learnt_model() -> Model:
    """The model that the package brings."""
    signs = [sign.sign for sign in known_signs()]
    weights = _table("weights.csv").set_index("sign")["weight"].reindex(signs).fillna(0)
    curve = _table("calibration.csv")
    return Model(weights, curve["sum"].to_numpy(), curve["likely"].to_numpy())


def model_of(rules: ImpactRules) -> Model:
    """The model as the user's settings change it: other weights, and signs or whole lines of the ledger turned off."""
    model = learnt_model()
    off = {sign.sign for sign in known_signs() if {sign.sign, sign.rule} & set(rules.off)}
    changed = {str(sign): rules.weights.get(str(sign), weight) for sign, weight in model.weights.items()}
    kept = {sign: 0.0 if sign in off else weight for sign, weight in changed.items()}
    return model._replace(weights=pd.Series(kept, dtype="float64"))


def add_signs(signs: Mapping[str, Flags], model: Model) -> Amounts:
    """Add up what the signs of each piece of work weigh."""
    total = np.zeros(len(next(iter(signs.values()))))
    for sign, shown in signs.items():
        total += model.weights[sign] * shown
    return total


def likelihood(sums: Amounts, model: Model) -> Amounts:
    """How likely each sum is to be announced, 0 to 1."""
    found: Amounts = np.interp(sums, model.sums, model.likely)
    return found


def are_likely(
    signs: Mapping[str, Flags], repositories: pd.Series[str], may_count: pd.Series[bool], rules: ImpactRules
) -> pd.Series[bool]:
    """Tell which changes are likely to be announced: the upper part of their repository, as far as signs speak for it.

    How much of its work a project announces is its own custom, from an eighth to four fifths; so the cut is made within
    each, among what may count at all.
    """
    sums = pd.Series(add_signs(signs, model_of(rules)), index=repositories.index)
    own = sums[may_count].groupby(repositories[may_count])
    cuts = own.quantile(1 - rules.likely_share)[own.size() >= _FEWEST]
    return may_count & (sums > 0) & (sums >= repositories.map(cuts).fillna(np.inf).astype("float64"))


def write_signs(signs: Mapping[str, Flags]) -> pd.Series[str]:
    """Write the signs of each piece of work into one column, separated by commas."""
    names = [sign.sign for sign in known_signs()]
    positions, numbers = np.nonzero(np.column_stack([signs[name] for name in names]))
    total = len(next(iter(signs.values())))
    texts = pd.Series(np.array(names, dtype=object)[numbers], dtype="str")
    return join_by_key(texts, pd.Series(positions), ",").reindex(range(total), fill_value="").astype("str")


def explain_impact(signs: pd.Series[str], rules: ImpactRules) -> pd.DataFrame:
    """Return the ledger of impact: what each kind of sign adds, in hundredths of points.

    The curve is no straight line, so a weight is worth as many points as its share of the sum: no order of the signs
    matters, a sign that speaks for a change never takes points away, and the lines add up to the number exactly.

    Args:
        signs: Of each activity, as `write_signs` writes them; the index is its key.
        rules: What the user changed.

    Returns:
        ``score``, ``rule``, ``points``, ``evidence``; the index is the key of the activity.
    """
    model = model_of(rules)
    found = _read_signs(signs, model)
    names = list(dict.fromkeys(sign.rule for sign in known_signs()))
    rule_of = np.array([names.index(sign.rule) for sign in known_signs()])
    cells = found.positions * len(names) + rule_of[found.numbers]
    weights = model.weights.to_numpy()[found.numbers]
    summed: Amounts = np.bincount(cells, weights, minlength=len(signs) * len(names)).astype("float64")
    by_rule = summed.reshape(-1, len(names))
    base, points = _points(by_rule, model)
    words = pd.Series([sign.words for sign in known_signs()], dtype="str").iloc[found.numbers].reset_index(drop=True)
    shown = (words != "") & (weights != 0)
    evidence = join_by_key(words[shown], pd.Series(cells)[shown], "; ")
    positions, rules_shown = np.nonzero(points)
    lines = pd.DataFrame(
        {
            "score": "impact",
            "rule": np.array(names, dtype=object)[rules_shown],
            "points": points[positions, rules_shown],
            "evidence": evidence.reindex(positions * len(names) + rules_shown).fillna("").array,
        },
        index=signs.index[positions],
    )
    start = f"of changes without any sign, maintainers announce {base / 100:.0f} in a hundred"
    bases = pd.DataFrame({"score": "impact", "rule": _BASE, "points": base, "evidence": start}, index=signs.index)
    return pd.concat([bases, lines]).astype({"rule": "str", "evidence": "str"})


class _Found(NamedTuple):
    """Signs, one entry an occurrence, by place and then in the order of `known_signs`."""

    positions: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]


def _read_signs(signs: pd.Series[str], model: Model) -> _Found:
    lists = pc.split_pattern(pa.array(signs, pa.string()), ",")
    numbers = pc.index_in(pc.list_flatten(lists), value_set=pa.array(model.weights.index, pa.string()))
    known = np.asarray(pc.is_valid(numbers))
    positions = np.asarray(pc.list_parent_indices(lists))[known].astype("int64")
    of_known = np.asarray(numbers.drop_null()).astype("int64")
    order = np.lexsort((of_known, positions))
    # lines of one rule stand together
    rules = [sign.rule for sign in known_signs()]
    rank = np.array([rules.index(rule) for rule in rules])
    order = order[np.lexsort((rank[of_known[order]], positions[order]))]
    return _Found(positions[order], of_known[order])


def _points(by_rule: Amounts, model: Model) -> tuple[int, npt.NDArray[np.int64]]:
    """Return the points of a change without signs, and what each rule adds for each change, in hundredths."""
    start = likelihood(np.zeros(1), model)[0]
    sums = by_rule.sum(axis=1)
    base, totals = round(start * 10_000), (likelihood(sums, model) * 10_000).round().astype("int64")
    ends = np.where(np.abs(sums) < _NEAR, np.where(sums < 0, -_NEAR, _NEAR), sums)
    slopes = (likelihood(ends, model) - start) / ends
    points = (by_rule * slopes[:, np.newaxis] * 10_000).round().astype("int64")
    largest = np.abs(by_rule).argmax(axis=1)
    points[np.arange(len(points)), largest] += totals - base - points.sum(axis=1)
    return base, points


def _table(name: str) -> pd.DataFrame:
    with resources(__package__).joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file)
