"""Asset checks: conditions that a frame must meet before a later step may use it.

They follow from the schema of the frame and are evaluated where the frame is made, so nothing is loaded twice. All of
them block: a frame that fails one is stored for inspection, and no later step runs, so no bad row reaches Postgres.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import dagster as dg
import pandas as pd
import pandera.pandas as pa

from achievement_pipeline.frames import Achievements, Scores, validated

Problems: TypeAlias = pd.DataFrame
"""The rows that fail, or any frame that describes the problem; empty if the check passed."""

Check: TypeAlias = Callable[[pd.DataFrame], Problems]

_SHOWN_PROBLEMS = 10


def frame_checks(schema: type[pa.DataFrameModel]) -> dict[str, Check]:
    """Return the checks of a frame by name."""
    checks: dict[str, Check] = {"schema": _break_schema(schema)}
    if keys := _unique_columns(schema):
        checks["unique_keys"] = _repeat(keys)
    if issubclass(schema, Scores):
        checks |= {
            "scores_in_range": _leave_range("impact", "complexity"),
            "ledger_sums_to_score": _disagree_with_ledger("ledger", impact="impact", complexity="complexity"),
        }
    if issubclass(schema, Achievements):
        checks |= {
            "scores_in_range": _leave_range("impact_score", "complexity_score"),
            "ledger_sums_to_score": _disagree_with_ledger(
                "score_ledger", impact="impact_score", complexity="complexity_score"
            ),
            "has_evidence": _lack_evidence,
        }
    return checks


def check_specs(asset: str, checks: Iterable[str]) -> list[dg.AssetCheckSpec]:
    """Declare the checks of an asset."""
    return [dg.AssetCheckSpec(name, asset=asset, blocking=True, description=_DESCRIPTIONS[name]) for name in checks]


def evaluate(asset: str, checks: Mapping[str, Check], frame: pd.DataFrame) -> list[dg.AssetCheckResult]:
    """Evaluate all checks of an asset on its frame."""
    return [_result(asset, name, check(frame)) for name, check in checks.items()]


_DESCRIPTIONS = {
    "schema": "Columns, dtypes, missing values and ranges are those of frames.py",
    "unique_keys": "Every key is unique",
    "scores_in_range": "Impact and complexity lie between 0 and 100",
    "ledger_sums_to_score": "The points of the ledger lines sum to the score exactly",
    "has_evidence": "Every achievement names at least one activity",
}


def _result(asset: str, name: str, problems: Problems) -> dg.AssetCheckResult:
    metadata: dict[str, dg.MetadataValue] = {"problems": dg.MetadataValue.int(len(problems))}
    if len(problems):
        metadata["first_problems"] = dg.MetadataValue.text(problems.head(_SHOWN_PROBLEMS).to_string())
    return dg.AssetCheckResult(passed=not len(problems), asset_key=asset, check_name=name, metadata=metadata)


def _break_schema(schema: type[pa.DataFrameModel]) -> Check:
    def problems(frame: pd.DataFrame) -> Problems:
        try:
            validated(schema, frame)
        except pa.errors.SchemaErrors as errors:
            return pd.DataFrame(errors.failure_cases)
        return pd.DataFrame()

    return problems


def _unique_columns(schema: type[pa.DataFrameModel]) -> list[str]:
    whole = schema.to_schema()
    return whole.unique or [name for name, column in whole.columns.items() if column.unique]


def _repeat(keys: list[str]) -> Check:
    def problems(frame: pd.DataFrame) -> Problems:
        repeated: Problems = frame.loc[frame.duplicated(keys), keys]
        return repeated

    return problems


def _leave_range(*scores: str) -> Check:
    def problems(frame: pd.DataFrame) -> Problems:
        inside = pd.concat([frame[score].between(0, 100) for score in scores], axis="columns").all(axis="columns")
        return frame.loc[~inside, ["key", *scores]]

    return problems


def _disagree_with_ledger(ledger: str, **scores: str) -> Check:
    def problems(frame: pd.DataFrame) -> Problems:
        totals = pd.DataFrame([_sum_ledger(text) for text in frame[ledger]], index=frame.index, columns=list(scores))
        wrong = pd.concat([totals[name] != frame[column] for name, column in scores.items()], axis="columns")
        return frame.loc[wrong.any(axis="columns"), ["key", *scores.values(), ledger]]

    return problems


def _sum_ledger(text: str) -> dict[str, float]:
    totals: dict[str, float] = {}
    for line in json.loads(text):
        totals[line["score"]] = round(totals.get(line["score"], 0.0) + line["points"], 2)
    return totals


def _lack_evidence(frame: pd.DataFrame) -> Problems:
    return frame.loc[frame["evidence"].isin(["", "[]"]), ["key", "title"]]
