"""The frames of an asset, by its annotations: ``DataFrame[CommitActivities]``.

Dagster does not resolve generic annotations. It gets one type per schema, in which the I/O manager finds the schema.
"""

import functools
from collections.abc import Callable
from typing import Any, cast, get_args, get_origin, get_type_hints

import dagster as dg
import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

Schema = type[pa.DataFrameModel]


def annotated_frames(function: Callable[..., Any]) -> dict[str, Schema]:
    """Return the schemas of a function's frames by parameter; that of its result is ``return``."""
    schemas = {name: _schema_of(annotation) for name, annotation in get_type_hints(function).items()}
    return {name: schema for name, schema in schemas.items() if schema is not None}


@functools.cache
def frame_type(schema: Schema) -> dg.DagsterType:
    """Return the Dagster type of the frames of a schema."""
    return dg.DagsterType(
        lambda _, value: isinstance(value, pd.DataFrame),
        name=schema.__name__,
        description=schema.__doc__,
        typing_type=cast("Any", DataFrame)[schema],
    )


def schema_of(dagster_type: dg.DagsterType) -> Schema | None:
    """Return the schema of a Dagster type; None if it is not that of a frame."""
    return _schema_of(dagster_type.typing_type)


def _schema_of(annotation: object) -> Schema | None:
    return get_args(annotation)[0] if get_origin(annotation) is DataFrame else None
