"""Metadata of dataframes for the Dagster UI: columns, row count, preview and plots."""

import base64
from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg
import pandas as pd
import pandera.pandas as pa

_PREVIEW_ROWS = 10
_LONGEST_CELL = 80


def column_schema(schema: type[pa.DataFrameModel]) -> dict[str, Any]:
    """Return the definition metadata that shows the columns of a dataframe with their descriptions."""
    columns = [
        dg.TableColumn(
            name=name,
            type=str(column.dtype),
            description=column.description,
            constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=column.unique),
        )
        for name, column in schema.to_schema().columns.items()
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def describe(frame: pd.DataFrame, preview: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any metadata
    """Return the metadata of a materialization: row count, a preview of some columns, and more."""
    first = frame[preview].head(_PREVIEW_ROWS).astype(object)
    return {
        "dagster/row_count": len(frame),
        "preview": table(preview, first.where(first.notna(), "").to_numpy()),
        **more,
    }


def table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> dg.MetadataValue:
    """Return a table. Long texts are truncated."""
    records = [dg.TableRecord(dict(zip(columns, map(_cell, row), strict=True))) for row in rows]
    return dg.MetadataValue.table(records) if records else dg.MetadataValue.text("no rows")


def _cell(value: object) -> str | int | float | bool:
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def plot(drawn: str | None) -> dg.MetadataValue:
    """Return a plot as metadata.

    Args:
        drawn: SVG; None if there is nothing to show.
    """
    return picture(drawn, "plot") if drawn else dg.MetadataValue.text("nothing to draw yet")


def picture(drawn: str, words: str) -> dg.MetadataValue:
    """Return an image as metadata.

    Args:
        drawn: SVG.
        words: Alternative text.
    """
    return dg.MetadataValue.md(f"![{words}](data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()})")
