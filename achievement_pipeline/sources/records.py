"""Convert the JSON of an API to typed records and validated frames.

An invalid record (an unexpected null, an unknown value) is skipped with a warning, and never stops a read.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from achievement_pipeline.frames import checked
from achievement_pipeline.http import brief
from achievement_pipeline.parsing.untrusted import find_value

_SchemaT = TypeVar("_SchemaT", bound=pa.DataFrameModel)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("it is no moment of the years 1 to 9999 in UTC") from None


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("it is no number")  # noqa: TRY004 - pydantic wants this one
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment that a column holds."""
_Whole = Annotated[int, BeforeValidator(_no_flag)]
Count = Annotated[_Whole, Field(ge=0, lt=2**31)]
"""A number that a column holds: of things, or of one thing among its kind."""
Number = Annotated[_Whole, Field(ge=-(2**63), lt=2**63)]
"""Any other whole number that a column holds."""


class Record(BaseModel):
    """An object of an API whose fields are in camel case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


_RecordT = TypeVar("_RecordT", bound=BaseModel)


def parse_records(
    model: type[_RecordT], raw: Iterable[Any], what: str, *, by: str = "id", warnings: list[str]
) -> list[_RecordT]:
    """Parse JSON objects, skipping each invalid one with a warning that names it.

    Args:
        model: The model to validate against.
        raw: The parsed JSON.
        what: The kind of object, for messages: "Linear issue".
        by: The property that identifies an object in messages. Dots lead into nested objects.
        warnings: Warnings are appended here. They quote no other values, because a description may contain anything.
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
            name = brief(_name(item, by) or "without a name")
            warnings.append(f"{what} {name} was skipped, because the API returned invalid data: {problems}")
    return records


def find_unread(raw: Iterable[Any], read: Collection[str], by: str, stored: Iterable[str]) -> set[str]:
    """Return the names of stored records that the API still returned but that could not be parsed.

    Args:
        raw: The parsed JSON.
        read: Names of the records that were parsed.
        by: The property that names a record. Dots lead into nested objects.
        stored: Names of the stored records. An object without a name may be any of those that were not returned.
    """
    names = {_name(item, by) for item in raw}
    return {name for name in stored if name not in read and (name in names or None in names)}


def _name(item: Any, path: str) -> str | int | None:  # noqa: ANN401 - JSON
    name = find_value(item, path)
    return name if isinstance(name, str | int) else None


def type_rows(schema: type[pa.DataFrameModel], rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Build a frame with the columns and dtypes of a schema, without validating it. Absent values are missing."""
    if not rows:
        return schema.empty()
    columns = schema.to_schema().columns
    frame = pd.DataFrame.from_records(rows, columns=list(columns))
    return frame.astype({column: described.dtype.type for column, described in columns.items()})


def to_frame(schema: type[_SchemaT], rows: Sequence[dict[str, Any]]) -> DataFrame[_SchemaT]:
    """Build and validate the frame of a schema."""
    return checked(schema, type_rows(schema, rows))
