"""The border between the JSON of an API and our frames: typed records in, validated frames out.

A record that is not as promised (a null, an unknown value) costs itself and a warning, never the reading.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from achievement_pipeline.frames import checked

_SchemaT = TypeVar("_SchemaT", bound=pa.DataFrameModel)


class Record(BaseModel):
    """One object of an API, with the fields that are used here; names there are camel case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


_RecordT = TypeVar("_RecordT", bound=BaseModel)


def parse_records(
    model: type[_RecordT], raw: Iterable[Any], what: str, *, by: str = "id", warnings: list[str]
) -> list[_RecordT]:
    """Parse what an API sent, leaving out each object that is not as promised, with a warning that names it.

    Args:
        model: What is promised.
        raw: Parsed JSON.
        what: The kind of object for people: "Linear issue".
        by: The property that names one object for people; dots lead into objects.
        warnings: Takes the warnings. They quote no other values: a description may hold anything.
    """
    records = []
    for item in raw:
        try:
            records.append(model.model_validate(item))
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}".removeprefix(": ")
                for problem in error.errors(include_input=False, include_url=False, include_context=False)
            )
            name = _find(item, by) or "without a name"
            warnings.append(f"{what} {name} is left out, its API promises something else: {problems}")
    return records


def find_unread(raw: Iterable[Any], read: Collection[str], by: str, stored: Iterable[str]) -> set[str]:
    """Return which stored records an API still has and could not be read: unread is not gone.

    Args:
        raw: What the API sent.
        read: Names of the records that were read.
        by: The property that names a record; dots lead into objects.
        stored: Names of the records that were read before. Where an object without a name was sent, it may be any of
            those that were not sent.
    """
    names = {_find(item, by) for item in raw}
    return {name for name in stored if name not in read and (name in names or None in names)}


def _find(item: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    for name in path.split("."):
        item = item.get(name) if isinstance(item, dict) else None
    return item


def type_rows(schema: type[pa.DataFrameModel], rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Build a frame with the columns and dtypes of a schema from rows, which may be none; what they lack is missing."""
    columns = schema.to_schema().columns
    frame = pd.DataFrame.from_records(rows, columns=list(columns))
    return frame.astype({column: described.dtype.type for column, described in columns.items()})


def to_frame(schema: type[_SchemaT], rows: Sequence[dict[str, Any]]) -> DataFrame[_SchemaT]:
    """Build the frame of a schema from rows, which may be none."""
    return checked(schema, type_rows(schema, rows))
