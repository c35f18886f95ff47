"""Column lineage for the Dagster UI: the columns that each column is computed from."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import dagster as dg

from achievement_pipeline.lanes import LANES, Lane

Columns = Mapping[str, Iterable[tuple[str, str]]]
"""Pairs of asset and column, by the column that is computed from them."""

_COMPOSED_OF: Mapping[str, Mapping[str, Sequence[str]]] = {
    "key": {"activities": ["key", "names", "links"]},
    "title": {"activities": ["title"]},
    "category": {"activities": ["category", "category_rule"]},
    "description": {"activities": ["description"]},
    "source_type": {"activities": ["kind"]},
    "source_id": {"activities": ["source_id"]},
    "source_url": {"activities": ["url"]},
    "repository": {"activities": ["repository"]},
    "author": {"activities": ["person"], "scores": ["impact"]},
    "coauthors": {"activities": ["person", "coauthors"]},
    "started_at": {"activities": ["started_at"]},
    "completed_at": {"activities": ["completed_at"]},
    "impact_score": {"scores": ["impact"]},
    "complexity_score": {"scores": ["complexity"]},
    "score_ledger": {"scores": ["ledger"]},
    "score_version": {"scores": ["version"]},
    "skills_demonstrated": {"skills": ["skill", "weight"]},
    "skills": {"skills": ["skill", "kind", "weight", "evidence"]},
    "tags": {"activities": ["kind", "coauthors", "type", "scope", "breaking"]},
    "evidence": {"activities": ["key", "kind", "title", "url", "person", "completed_at", "names", "links"]},
    "assisted_by": {"activities": ["assisted_by"]},
    "announced": {"activities": ["announced"]},
    "first_release": {"activities": ["first_release"]},
    "portfolio_ready": {"scores": ["impact"]},
    "retracted_reason": {"activities": ["retracted_by", "reasons"]},
}
"""The columns of each lane's frames, named as in `Lane`, by the column of the achievements."""


def column_lineage(columns: Columns) -> dict[str, Any]:
    """Return the metadata that shows the lineage of columns."""
    dependencies = {
        column: [dg.TableColumnDep(dg.AssetKey(asset), name) for asset, name in sources]
        for column, sources in columns.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(dependencies)}


def lineage_of_scores(activities: str, computed_from: Mapping[str, Sequence[str]]) -> Columns:
    """Return the lineage of a lane's scores.

    Args:
        activities: The asset that they are computed from.
        computed_from: Its columns, by the score that they give.
    """
    ledger = dict.fromkeys(name for names in computed_from.values() for name in names)
    columns = {"key": ["key"], "repository": ["repository"], **computed_from, "ledger": list(ledger)}
    return {column: [(activities, name) for name in names] for column, names in columns.items()}


def lineage_of_achievements() -> Columns:
    """Return the lineage of the achievements: from the assets of all lanes, as far as they have the columns."""
    return {
        column: [
            (getattr(lane, role), name)
            for lane in LANES
            for role, names in roles.items()
            for name in names
            if name in _columns_of(lane, getattr(lane, role))
        ]
        for column, roles in _COMPOSED_OF.items()
    }


def _columns_of(lane: Lane, asset: str) -> set[str]:
    """Return the columns of an asset, from the metadata of its definition."""
    definition: dg.AssetsDefinition = getattr(import_module(lane.assets_module), asset)
    schema: dg.TableSchema = definition.metadata_by_key[dg.AssetKey(asset)]["dagster/column_schema"]
    return {column.name for column in schema.columns}
