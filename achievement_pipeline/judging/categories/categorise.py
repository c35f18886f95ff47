"""Categorise commits and pull requests, with the rule that decided.

The Conventional Commits type decides if it implies a category. Otherwise a few expressions match rare categories, and a
linear model decides the rest: each clue (`judging.categories.clues`) has a weight per type, and the type with the
highest sum wins. Weights are learnt from public histories whose authors wrote the type. ``docs/categories.md`` has the
accuracy on repositories outside the training set; ``benchmarks/categories.py`` trains and evaluates.
"""

from __future__ import annotations

import functools
from importlib.resources import files as resources
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from achievement_pipeline.columns.text import extract
from achievement_pipeline.judging.categories.category import Category as Category  # noqa: PLC0414 - for its users
from achievement_pipeline.judging.categories.clues import file_clues, word_clues
from achievement_pipeline.judging.categories.languages import are_in_other_languages, kinds_in_other_languages
from achievement_pipeline.judging.paths import matches

_OF_TYPE: Final = {
    "feat": Category.FEATURE,
    "feature": Category.FEATURE,
    "features": Category.FEATURE,
    "fix": Category.BUGFIX,
    "fixes": Category.BUGFIX,
    "bug": Category.BUGFIX,
    "bugfix": Category.BUGFIX,
    "hotfix": Category.BUGFIX,
    "perf": Category.PERFORMANCE,
    "performance": Category.PERFORMANCE,
    "refactor": Category.REFACTORING,
    "refactoring": Category.REFACTORING,
    "test": Category.TESTING,
    "tests": Category.TESTING,
    "testing": Category.TESTING,
    "docs": Category.DOCUMENTATION,
    "doc": Category.DOCUMENTATION,
    "ci": Category.INFRASTRUCTURE,
    "build": Category.INFRASTRUCTURE,
    "infra": Category.INFRASTRUCTURE,
    "ops": Category.INFRASTRUCTURE,
    "security": Category.SECURITY,
    "sec": Category.SECURITY,
    "deps": Category.DEPENDENCY,
    "dep": Category.DEPENDENCY,
    "style": Category.STYLE,
    "lint": Category.STYLE,
    "experiment": Category.EXPERIMENT,
    "poc": Category.EXPERIMENT,
    "wip": Category.EXPERIMENT,
}
"""``chore`` and ``revert`` are missing: they do not imply a category, so the words and files decide."""

_FORMATTERS: Final = (
    "prettier|black|ruff(?: format)?|isort|yapf|autopep8|gofmt|gofumpt|goimports|rustfmt|(?:cargo|go|dart) ?fmt|oxfmt"
    "|dprint|clang-format|ktlint|google-java-format|php-cs-fixer|stylua|shfmt"
)

_UP_TO_3_WORDS: Final = r"(?:[\w'-]+ ){0,3}"

_RULES: Final = {
    Category.SECURITY: (
        r"\b(?:cve-\d{4}-\d+|ghsa(?:-\w{4}){3}|security|vulnerabilit(?:y|ies)|xss|csrf|ssrf|xxe|rce"
        r"|sql injection|path traversal|directory traversal|prototype pollution|redos)\b"
    ),
    Category.DEPENDENCY: (
        r"^(?:bump|upgrade|update|downgrade|pin|unpin|renovate)s?\b.*\b(?:dependenc(?:y|ies)|deps|lock ?files?"
        r"|(?:from \S*\d\S* )?to (?:version )?v?\d+(?:\.\d+)*)\b"
    ),
    Category.PERFORMANCE: (
        rf"\b(?:(?:improv|increas|boost|better|enhanc|restor|optimi[sz])\w* {_UP_TO_3_WORDS}"
        r"(?:performance|perf|throughput|speed|efficiency)|perf(?:ormance)?|faster|quicker|fast[ -]?path|hot path"
        r"|speed(?:s|ed|ing)?[ -]?up|speedups?|(?:micro-?)?optimi[sz](?:e|es|ed|ing|ations?)|more efficient(?:ly)?"
        rf"|efficiently|efficiency|(?:reduc|lower|decreas|minimi[sz]|eliminat)\w* {_UP_TO_3_WORDS}"
        r"(?:latency|allocations?|allocating|allocs|memory|overhead|copies|copying|cpu|cost|contention|lock(?:ing)?)"
        rf"|(?:less|save) {_UP_TO_3_WORDS}memory|memory (?:usage|consumption|footprint|overhead)|pre-?alloc\w*"
        r"|avoid(?:s|ing)? (?:allocat\w+|copying|cloning|re-?(?:walk|comput|calculat|build|pars|load|read|creat|allocat"
        r"|compil)\w*|(?:unnecessary|unneeded|needless|extra|repeated|redundant|duplicate|excess(?:ive)?|multiple) "
        r"(?:[\w'-]+ ){0,2}(?:allocations?|cop(?:y|ies|ying)|clones?|calls?|work|lookups?|comput\w+|queries|reads?"
        r"|process(?:es)?|memory))|skip\w* recomput\w+|zero[ -]copy|memoi[sz]\w+|quadratic|simd|lazily"
        rf"|lazy[ -](?:load|init|import|eval)\w*|cach(?:e|es|ed|ing) {_UP_TO_3_WORDS}(?:results?|lookups?|compiled))\b"
    ),
    Category.STYLE: (
        r"^(?:re)?format(?:s|ted|ting)?(?: (?:all|the|code|files?|source))*$"
        rf"|^(?:re)?format(?:s|ted|ting)? (?:\S+ )*(?:with|using) (?:{_FORMATTERS})\b|^(?:{_FORMATTERS})(?: 20\d\d)?$"
        rf"|^(?:run|apply|fix) (?:{_FORMATTERS}|formatting|indentation|code ?style)\b"
        r"|\b(?:code ?style|(?:trailing|remove|fix) white ?space|indentation)\b"
    ),
    Category.EXPERIMENT: r"^(?:wip|poc|spike|prototype|experiment)\b|\bproof[ -]of[ -]concept\b",
    Category.PROJECT: (
        r"^(?:initial|first) commit\b|^(?:initiali[sz]e|set ?up|scaffold|bootstrap|kick ?off) (?:the |a )?(?:new )?"
        r"(?:project|repo|repository|monorepo)\b"
    ),
}
"""Expressions for titles, in order. These categories are too rare to be learnt, except performance: the words here are
sure signs, and the model finds it in other titles too."""

_NOT_OF_PRODUCT: Final = (
    r"(?i)\b(?:tests?|testing|specs?|benchmarks?|benches|ci|docs?|documentation|metrics?|profil\w+)\b"
)
"""Titles about the speed of something else than the product, or about measuring it."""

_SHOWN_BY_FILES: Final = (Category.DOCUMENTATION, Category.TESTING, Category.INFRASTRUCTURE)
"""The only categories that files alone can show, for messages in languages without known words."""

_WORD_SHOWN: Final = 20

_CLUES_NAMED: Final = 3
"""Number of clues named in a rule, strongest first."""

_NO_FILES: Final = pd.DataFrame(
    {
        "position": pd.Series(dtype="int64"),
        "path": pd.Series(dtype="str"),
        "status": pd.Series(dtype="str"),
        "insertions": pd.Series(dtype="Int32"),
        "deletions": pd.Series(dtype="Int32"),
    }
)


class Weights(NamedTuple):
    """The linear model: one weight per clue and Conventional Commits type."""

    types: tuple[str, ...]
    clues: pa.Array
    """Names of clues, in the order of the rows of `table`."""
    table: npt.NDArray[np.float32]
    """One row per clue, one column per type."""
    biases: npt.NDArray[np.float32]
    """Intercept of each type."""


@functools.cache
def clue_weights() -> Weights:
    """Load the built-in weights from ``clue_weights.csv``."""
    with resources(__package__).joinpath("clue_weights.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, index_col="clue", keep_default_na=False)
    values = table.to_numpy(dtype="float32")
    clues = pa.array(table.index[1:].to_list(), pa.string())
    return Weights(tuple(table.columns), clues, values[1:], values[0])


def categorise(types: pd.Series[str], titles: pd.Series[str], files: pd.DataFrame | None = None) -> pd.DataFrame:
    """Categorise commits or pull requests, and name the rule that decided.

    Args:
        types: Conventional Commits types, missing where a title has none.
        titles: Titles without type and scope.
        files: Changed files: ``position`` (row in ``types``), ``path``, ``status``, ``insertions``, ``deletions``. None
            if unknown: then only the title is used.

    Returns:
        ``category`` and ``rule`` with the index of ``types``. Examples of rules: ``type:fix``, ``word:security``,
        ``learnt:word:support + files:new code`` (the strongest clues). Also one column per type (float64), as
        `infer_types` returns them, whatever decided.
    """
    verdicts = pd.DataFrame({"type": types, "title": titles}).reset_index(drop=True)
    inferred = infer_types(verdicts["title"], files)
    verdicts["category"] = verdicts["type"].map(_OF_TYPE)
    verdicts["rule"] = ("type:" + verdicts["type"]).where(verdicts["category"].notna())
    for category, expression in _RULES.items():
        titles = _undecided(verdicts)
        titles = titles[matches(titles, f"(?i){expression}")]
        if category is Category.PERFORMANCE:
            titles = titles[~matches(titles, _NOT_OF_PRODUCT)]
        if titles.empty:
            continue
        words = extract(titles, f"(?i)(?P<words>{expression})")
        verdicts.loc[words.index, "category"] = category.value
        verdicts.loc[words.index, "rule"] = "word:" + words.str.lower()
    words = kinds_in_other_languages(_undecided(verdicts)).dropna()
    if not words.empty:
        titles = verdicts["title"][words.index]
        verdicts.loc[words.index, "category"] = words
        verdicts.loc[words.index, "rule"] = "word:" + titles.str.slice(0, _WORD_SHOWN).str.lower()
    left = _undecided(verdicts).index
    verdicts.loc[left, "category"] = inferred["type"][left].map(_OF_TYPE)
    verdicts.loc[left, "rule"] = "learnt:" + inferred["clues"][left]
    foreign = left[are_in_other_languages(verdicts["title"][left]).to_numpy()]
    if len(foreign):
        by_files = infer_types(pd.Series("", index=foreign, dtype="str"), _of_rows(files, foreign, len(verdicts)))
        known = by_files["type"].map(_OF_TYPE)
        verdicts.loc[foreign, "category"] = known.where(known.isin(_SHOWN_BY_FILES), Category.OTHER.value)
        verdicts.loc[foreign, "rule"] = "learnt:" + by_files["clues"]
    decided = verdicts[["category", "rule"]].astype("str")
    return decided.join(inferred[list(clue_weights().types)]).set_axis(types.index)


def certainties(rules: pd.Series[str]) -> pd.Series[int]:
    """Return how certain each rule is: 2 if a person set the type or label, 1 for a word, 0 if learnt."""
    sources = rules.str.partition(":")[0]
    return sources.map({"type": 2, "label": 2, "word": 1}).fillna(0).astype("int64")


def are_learnt(rules: pd.Series[str]) -> pd.Series[bool]:
    """Return which categories come from the linear model alone."""
    return rules.str.startswith("learnt:")


def infer_types(titles: pd.Series[str], files: pd.DataFrame | None = None) -> pd.DataFrame:
    """Infer the most likely Conventional Commits type with the linear model.

    Args:
        titles: As in `categorise`.
        files: As in `categorise`.

    Returns:
        ``type``, and ``clues`` with the strongest clues for it, with the index of ``titles``. Also one column per type
        (float64): the natural logarithm of its probability by the title alone, relative to chance: 0 where it is as
        likely as any other, about 2 at most.
    """
    weights = clue_weights()
    clues = _known_clues(titles, _NO_FILES if files is None else files, weights)
    of_title = ~np.asarray(pc.match_substring_regex(weights.clues, "^(?:files|lines|removed):"))[clues.numbers]
    sums = _add_up(clues, weights, len(titles))
    of_titles = _add_up(clues.within(of_title), weights, len(titles))
    winners = sums.argmax(axis=1)
    # a clue supports a type by its weight above the mean over all types
    own = weights.table[clues.numbers, winners[clues.positions]]
    support = (own - weights.table.mean(axis=1)[clues.numbers]) * clues.amounts
    named = {
        "type": np.asarray(weights.types, dtype=object)[winners],
        "clues": _strongest(clues, support, weights.clues, len(titles)),
    }
    of_titles -= of_titles.max(axis=1, keepdims=True)
    logarithms = of_titles - np.log(np.exp(of_titles).sum(axis=1, keepdims=True) / len(weights.types))
    return pd.DataFrame(named, index=titles.index, dtype="str").join(
        pd.DataFrame(logarithms, index=titles.index, columns=list(weights.types))
    )


class _Known(NamedTuple):
    """Clues that have a weight, one entry per occurrence, ordered by position."""

    positions: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    """Row numbers in `Weights.table`."""
    amounts: npt.NDArray[np.float32]

    def within(self, rows: npt.NDArray[np.bool_]) -> _Known:
        return _Known(self.positions[rows], self.numbers[rows], self.amounts[rows])


def _add_up(clues: _Known, weights: Weights, total: int) -> npt.NDArray[np.float64]:
    """Return the sum of weights of each title: one row per title, one column per type."""
    of_types = [
        np.bincount(clues.positions, weights=of_type[clues.numbers] * clues.amounts, minlength=total)
        for of_type in weights.table.T
    ]
    return (np.column_stack(of_types) + weights.biases).astype("float64")


def _known_clues(titles: pd.Series[str], files: pd.DataFrame, weights: Weights) -> _Known:
    found = []
    for prefix, positions, words in word_clues(titles):
        own = pc.starts_with(weights.clues, prefix)
        known = pc.utf8_slice_codeunits(weights.clues.filter(own), len(prefix))
        numbers = pc.index_in(words, value_set=known)
        is_known = np.asarray(numbers.is_valid())
        of_prefix = np.flatnonzero(np.asarray(own))
        found.append(
            (positions[is_known], of_prefix[np.asarray(numbers.drop_null())], np.ones(is_known.sum(), "float32"))
        )
    rows = {clue: row for row, clue in enumerate(weights.clues.to_pylist())}
    for clue, holds in file_clues(files, len(titles)):
        if clue in rows:
            positions = np.flatnonzero(holds)
            found.append((positions, np.full(len(positions), rows[clue]), holds[positions].astype("float32")))
    positions, numbers, amounts = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(positions, kind="stable")
    return _Known(positions[order], numbers[order].astype("int64"), amounts[order])


def _strongest(clues: _Known, support: npt.NDArray[np.float32], names: pa.Array, total: int) -> npt.NDArray[np.object_]:
    """Name the strongest clues of each title, strongest first; ``nothing`` if none supports the type.

    For example, three clues for title 0 and one for title 1, with `total` 3::

        position   0          0        0          1
        clue       word:add   word:a   files:ci   word:fix
        support    0.9        -0.1     0.4        0.7

        ["word:add + files:ci", "word:fix", "nothing"]

    Each round takes the strongest remaining clue of every title, at most `_CLUES_NAMED` times. This avoids sorting the
    clues of a large history.
    """
    texts = np.asarray(names.to_pylist(), dtype=object)
    found = np.full(total, "", dtype=object)
    left = np.flatnonzero(support > 0)
    for _ in range(_CLUES_NAMED):
        if not len(left):
            break
        positions, strength = clues.positions[left], support[left]
        begins = np.flatnonzero(np.diff(positions, prepend=-1))
        strongest = np.maximum.reduceat(strength, begins)
        lengths = np.diff(begins, append=len(left))
        is_strongest = strength == np.repeat(strongest, lengths)
        candidates = np.flatnonzero(is_strongest)
        firsts = candidates[np.unique(positions[candidates], return_index=True)[1]]
        here, named = positions[firsts], texts[clues.numbers[left[firsts]]]
        found[here] = np.where(found[here] == "", "", found[here] + " + ") + named
        left = np.delete(left, firsts)
    return np.where(found == "", "nothing", found)


def _undecided(verdicts: pd.DataFrame) -> pd.Series[str]:
    """Return the titles of what has no category yet."""
    return verdicts["title"][verdicts["category"].isna()]


def _of_rows(files: pd.DataFrame | None, rows: pd.Index[int], total: int) -> pd.DataFrame | None:
    """Return the files of some rows, with positions relative to those rows."""
    if files is None:
        return None
    position_of = np.full(total, -1)
    position_of[rows] = np.arange(len(rows))
    positions = position_of[files["position"].to_numpy()]
    within: pd.DataFrame = files[positions >= 0]
    return within.assign(position=positions[positions >= 0])
