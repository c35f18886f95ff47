"""Decide whether an activity is significant, with reason codes. ``docs/scores.md`` lists the codes.

An activity is significant if it has a reason for it and none against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from achievement_pipeline.columns.text import extract
from achievement_pipeline.frames import DiffState
from achievement_pipeline.judging.categories.categorise import Category
from achievement_pipeline.judging.categories.peel import canonical_types
from achievement_pipeline.judging.impact.signs import Signs
from achievement_pipeline.judging.paths import matches
from achievement_pipeline.judging.rules import CommitRules
from achievement_pipeline.parsing.patterns import escape

_UNREAD = [DiffState.SKIPPED.value, DiffState.PENDING.value, DiffState.FAILED.value]


def judge_significance(  # noqa: PLR0913 - one argument per input
    types: pd.Series[str],
    descriptions: pd.Series[str],
    effective_lines: pd.Series[int],
    exclusions: pd.DataFrame,
    rules: CommitRules,
    *,
    also: Sequence[pd.Series[str]] = (),
    likely: pd.Series[bool] | None = None,
) -> pd.DataFrame:
    """Decide which commits or pull requests are significant.

    Args:
        types: Conventional Commits types, missing where a message has none.
        descriptions: Subjects without type and scope.
        effective_lines: Lines inserted and deleted in files that are work.
        exclusions: One boolean column per reason against, named by its code.
        rules: Types, keywords and the number of lines that make a commit significant.
        also: Codes of further reasons for, empty where they do not apply.
        likely: Whether a change is likely to be announced. Used only if there is no other reason for.

    Returns:
        ``significant`` (bool) and ``reasons`` (comma-separated codes): the reasons against if there are any, else the
        reasons for, else ``small``.
    """
    reasons_for = join_codes(
        [
            ("type:" + types.fillna("")).where(types.isin(canonical_types(rules.types)), ""),
            code_where(f"lines>{rules.min_lines}", effective_lines > rules.min_lines),
            _keywords(descriptions, rules.keywords),
            *also,
        ]
    )
    if likely is not None:
        reasons_for = reasons_for.where(reasons_for != "", code_where("likely", likely))
    return weigh(reasons_for, exclusions)


def weigh(reasons_for: pd.Series[str], exclusions: pd.DataFrame) -> pd.DataFrame:
    """Decide by reasons for (comma-separated codes) and against (one boolean column per code).

    Returns:
        ``significant`` and ``reasons``, as in `judge_significance`.
    """
    held = exclusions.loc[:, exclusions.any()]
    nothing = pd.Series("", index=exclusions.index, dtype="str")
    reasons_against = join_codes([nothing, *(code_where(str(code), holds) for code, holds in held.items())])
    reasons = reasons_against.where(reasons_against != "", reasons_for)
    return pd.DataFrame(
        {
            "significant": (reasons_against == "") & (reasons_for != ""),
            "reasons": reasons.where(reasons != "", "small"),
        }
    )


def are_mechanical(categories: pd.DataFrame, signs: Signs) -> pd.Series[bool]:
    """Return which changes are mechanical: formatting, or dependency updates that do not touch source.

    Args:
        categories: ``category`` and ``rule``, from `achievement_pipeline.judging.categories.categorise.categorise`.
        signs: From `achievement_pipeline.judging.impact.signs.find_signs`.
    """
    style = categories["category"] == Category.STYLE
    updates = (categories["category"] == Category.DEPENDENCY) & ~signs["touches source"]
    return style | updates


def code_where(code: str, holds: pd.Series[bool]) -> pd.Series[str]:
    """Return the code where the condition holds, else an empty text."""
    return pd.Series(code, index=holds.index, dtype="str").where(holds, "")


def have_reason(reasons: pd.Series[str], code: str) -> pd.Series[bool]:
    """Return which comma-separated reasons contain a code."""
    return ("," + reasons + ",").str.contains(f",{code},", regex=False)


def join_codes(columns: Sequence[pd.Series[str]]) -> pd.Series[str]:
    """Join the codes of each row with commas, skipping empty ones."""
    joined = columns[0]
    for column in (column for column in columns[1:] if (column != "").any()):
        both = (joined != "") & (column != "")
        joined = (joined + column).where(~both, joined + "," + column)
    return joined


def are_unread(diffs: pd.Series[str]) -> pd.Series[bool]:
    """Return which commits have unknown changes, because their diff was skipped, is pending or failed."""
    return diffs.isin(_UNREAD)


def _keywords(descriptions: pd.Series[str], keywords: Iterable[str]) -> pd.Series[str]:
    """Return the code of the first keyword in each subject, empty if there is none."""
    forms = {keyword: _inflections(keyword.lower()) for keyword in keywords}
    if not forms:
        return pd.Series("", index=descriptions.index)
    keyword_of = {form: keyword for keyword, inflected in forms.items() for form in inflected}
    longest_first = sorted(map(escape, keyword_of), key=len, reverse=True)
    anywhere = rf"\b(?P<form>{'|'.join(longest_first)})\b"
    lower = descriptions.str.lower()
    candidates = lower[matches(lower, "|".join(map(escape, keyword_of)))]
    found = extract(candidates, anywhere).map(keyword_of)
    return ("keyword:" + found).reindex(descriptions.index).fillna("").astype("str")


def _inflections(verb: str) -> set[str]:
    """Return the regular forms of a verb: deploy, deploys, deployed, deploying; optimize, optimizing."""
    stem = verb.removesuffix("e")
    irregular = {"build": {"built"}}.get(verb, set())
    return {verb, f"{verb}s", f"{stem}ed", f"{stem}ing"} | irregular
