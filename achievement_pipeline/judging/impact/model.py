"""The impact model: the weights of signs, their calibration, and the ledger.

Each sign has a weight (``weights.csv``), learnt from public histories with hand-written release notes; a graded sign
adds its weight times its amount. The sum of weights ranks changes as maintainers do: half by what they announced,
half by what they put first. The score is the percentage of changes with that sum that were announced
(``calibration.csv``).
``benchmarks/impact.py`` trains and evaluates both tables; ``docs/internals/impact-model.md`` has results and projects.
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
from achievement_pipeline.judging.categories.categorise import clue_weights
from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.impact.signs import Signs
from achievement_pipeline.judging.rules import ImpactRules

Amounts = npt.NDArray[np.float64]

_BASE: Final = "base"
_FEWEST: Final = 20
"""Minimum number of changes in a repository for its quantiles to be meaningful."""
_NEAR: Final = 0.01
"""Sums closer to zero than this use the slope of the curve at zero."""


class Model(NamedTuple):
    """Weights of signs, and the calibration curve from a sum of weights to a probability."""

    weights: pd.Series[float]
    """Indexed by sign, in the order of `known_signs`."""
    sums: Amounts
    likely: Amounts
    """Probability of being announced at each of `sums`, 0 to 1. Both arrays increase."""


@functools.cache
def learnt_model() -> Model:
    """The built-in model."""
    signs = [sign.sign for sign in known_signs()]
    given = {sign.sign: sign.weight for sign in known_signs() if sign.weight is not None}
    learnt = _table("weights.csv").set_index("sign")["weight"].reindex(signs)
    weights = learnt.fillna(pd.Series(given, dtype="float64")).fillna(0)
    curve = _table("calibration.csv")
    return Model(weights, curve["sum"].to_numpy(), curve["likely"].to_numpy())


def model_of(rules: ImpactRules) -> Model:
    """Apply the user's settings to the model: replace weights, and turn off signs or ledger rules."""
    model = learnt_model()
    off = {sign.sign for sign in known_signs() if {sign.sign, sign.rule} & set(rules.off)}
    changed = {str(sign): rules.weights.get(str(sign), weight) for sign, weight in model.weights.items()}
    kept = {sign: 0.0 if sign in off else weight for sign, weight in changed.items()}
    return model._replace(weights=pd.Series(kept, dtype="float64"))


def add_signs(signs: Signs, model: Model) -> Amounts:
    """Return the sum of weights of each piece of work."""
    total = np.zeros(len(next(iter(signs.values()))))
    for sign, shown in signs.items():
        total += model.weights[sign] * shown
    return total


def likelihood(sums: Amounts, model: Model) -> Amounts:
    """Return the probability that a change with each sum is announced, 0 to 1."""
    found: Amounts = np.interp(sums, model.sums, model.likely)
    return found


def are_likely(
    signs: Signs, repositories: pd.Series[str], may_count: pd.Series[bool], rules: ImpactRules
) -> pd.Series[bool]:
    """Return which changes are likely to be announced: those with a positive sum in the top share of their repository.

    Projects announce between an eighth and four fifths of their changes, so the cut-off is taken per repository, among
    the changes that may be significant.
    """
    if may_count.sum() < _FEWEST:
        return pd.Series(data=False, index=repositories.index)
    sums = pd.Series(add_signs(signs, model_of(rules)), index=repositories.index)
    own = sums[may_count].groupby(repositories[may_count])
    cuts = own.quantile(1 - rules.likely_share)[own.size() >= _FEWEST]
    return may_count & (sums > 0) & (sums >= repositories.map(cuts).fillna(np.inf).astype("float64"))


def write_signs(signs: Signs) -> pd.Series[str]:
    """Encode the signs of each piece of work as text: ``is feature,like a feature=1.6``."""
    total = len(next(iter(signs.values())))
    texts, codes, positions = list[str](), [], []
    for sign in known_signs():
        shown = np.flatnonzero(signs[sign.sign])
        steps, step_of = np.unique(signs[sign.sign][shown], return_inverse=True)
        codes.append(step_of + len(texts))
        positions.append(shown)
        texts += [f"{sign.sign}={step:.1f}" if sign.likeness else sign.sign for step in steps]
    key = np.concatenate(positions)
    order = np.argsort(key, kind="stable")
    shown_texts = pa.array(texts, pa.large_string()).take(pa.array(np.concatenate(codes)[order]))
    joined = join_by_key(pd.Series(pd.array(shown_texts, dtype="str")), pd.Series(key[order]), ",")
    return joined.reindex(range(total), fill_value="").astype("str")


def impact_of(signs: pd.Series[str], rules: ImpactRules) -> pd.Series[float]:
    """Return the impact of each piece of work, 0 to 100, without its ledger.

    Args:
        signs: As written by `write_signs`.
        rules: The user's overrides.
    """
    model = model_of(rules)
    found = _read_signs(signs, model)
    weights = model.weights.to_numpy()[found.numbers] * found.amounts
    sums: Amounts = np.bincount(found.positions, weights, minlength=len(signs)).astype("float64")
    return pd.Series(100 * likelihood(sums, model), index=signs.index)


def explain_impact(
    signs: pd.Series[str], rules: ImpactRules, evidence_of: Mapping[str, pd.Series[str]] | None = None
) -> pd.DataFrame:
    """Return the ledger of impact, in hundredths of points.

    The calibration curve is not linear, so each rule gets points in proportion to its share of the sum. The result does
    not depend on the order of signs, positive weights never take points away, and the lines add up to the score
    exactly.

    Args:
        signs: Signs as written by `write_signs`, indexed by activity key.
        rules: The user's overrides.
        evidence_of: More precise evidence than the words of the signs, by rule and activity key; empty for none.

    Returns:
        ``score``, ``rule``, ``points`` (int64) and ``evidence``, indexed by activity key.
    """
    model = model_of(rules)
    found = _read_signs(signs, model)
    names = list(dict.fromkeys(sign.rule for sign in known_signs()))
    rule_of = np.array([names.index(sign.rule) for sign in known_signs()])
    cells = found.positions * len(names) + rule_of[found.numbers]
    weights = model.weights.to_numpy()[found.numbers] * found.amounts
    summed: Amounts = np.bincount(cells, weights, minlength=len(signs) * len(names)).astype("float64")
    by_rule = summed.reshape(-1, len(names))
    base, points = _points(by_rule, model)
    words = _words(found)
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
    for rule, own in (evidence_of or {}).items():
        better = own.reindex(lines.index).fillna("").to_numpy()
        chosen = (lines["rule"] == rule).to_numpy() & (better != "")
        lines["evidence"] = np.where(chosen, better, lines["evidence"])
    start = "starting point for any change"
    bases = pd.DataFrame({"score": "impact", "rule": _BASE, "points": base, "evidence": start}, index=signs.index)
    return pd.concat([bases, lines]).astype({"rule": "str", "evidence": "str"})


class _Found(NamedTuple):
    """Known signs, one entry per occurrence, ordered by position, then as in `known_signs`."""

    positions: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    amounts: Amounts
    """Of graded signs; 1 for all others."""


def _read_signs(signs: pd.Series[str], model: Model) -> _Found:
    lists = pc.split_pattern(pa.array(signs.to_numpy(dtype="object"), pa.string()), ",")
    shown = pc.list_flatten(lists).dictionary_encode()
    parts = pc.extract_regex(shown.dictionary, r"^(?P<sign>[^=]*)(?:=(?P<amount>-?\d+\.\d+))?$")
    numbers = pc.index_in(pc.struct_field(parts, "sign"), value_set=pa.array(model.weights.index, pa.string()))
    amounts = pc.struct_field(parts, "amount")
    amounts = np.asarray(pc.cast(pc.if_else(pc.equal(amounts, ""), "1", amounts), pa.float64()))
    of_shown = np.asarray(shown.indices)
    found = np.asarray(numbers.fill_null(-1))[of_shown]
    known = found >= 0
    positions = np.asarray(pc.list_parent_indices(lists))[known].astype("int64")
    of_known, amounts = found[known].astype("int64"), amounts[of_shown][known]
    order = np.lexsort((of_known, positions))
    # group the signs of one rule
    rules = [sign.rule for sign in known_signs()]
    rank = np.array([rules.index(rule) for rule in rules])
    order = order[np.lexsort((rank[of_known[order]], positions[order]))]
    return _Found(positions[order], of_known[order], amounts[order])


def _words(found: _Found) -> pd.Series[str]:
    """Return the words of each sign; of the graded ones only the strongest of a change, with its probability."""
    words = pd.Series([sign.words for sign in known_signs()], dtype="str").iloc[found.numbers].reset_index(drop=True)
    graded = np.array([bool(sign.likeness) for sign in known_signs()])[found.numbers]
    amounts = pd.Series(found.amounts[graded], index=np.flatnonzero(graded))
    strongest = amounts[amounts.groupby(found.positions[graded]).idxmax()]
    percent = (np.exp(strongest) / len(clue_weights().types) * 100).round().astype("int64").astype("str")
    return words.where(~graded, (words + " (" + percent + " %)").fillna("")).astype("str")


def _points(by_rule: Amounts, model: Model) -> tuple[int, npt.NDArray[np.int64]]:
    """Return the points of a change without signs, and the points that each rule adds to each change, in hundredths."""
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
