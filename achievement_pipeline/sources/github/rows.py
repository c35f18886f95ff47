"""Rows and frames of pull requests, for both of GitHub's APIs."""

import json
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame
from pydantic import BaseModel, ValidationError

from achievement_pipeline.frames import RawPullRequestCommits, RawPullRequestFiles, RawPullRequests, RawReviews, typed
from achievement_pipeline.sources.records import Count, parse_records, type_rows

Row = dict[str, Any]

OVERLAP = timedelta(minutes=5)
"""Overlap of an incremental read with the stored changes: GitHub's replicas may return changes out of order."""

UNIQUE = {"commits": "sha", "files": "path", "reviews": "url"}
"""The column that identifies a row within a pull request, by frame."""

_SchemaT = TypeVar("_SchemaT", bound=pa.DataFrameModel)


PENDING: Final = {"detail": "pending"}
"""Of a pull request that is read again."""


class Part(NamedTuple):
    """A part of a pull request, as an API gives it."""

    model: type[BaseModel]
    """The model of one row, with a method ``row``."""
    by: str
    """The field that identifies a row in messages."""


class PullRequests(NamedTuple):
    """The merged pull requests of one repository, with warnings about what could not be read."""

    pull_requests: DataFrame[RawPullRequests]
    commits: DataFrame[RawPullRequestCommits]
    files: DataFrame[RawPullRequestFiles]
    reviews: DataFrame[RawReviews]
    warnings: tuple[str, ...] = ()
    public: bool = False
    """Whether GitHub reports the repository as public."""


@dataclass
class Rows:
    """Rows of pull requests by frame, with the numbers of those that could not be read."""

    pull_requests: list[Row] = field(default_factory=list)
    commits: list[Row] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    reviews: list[Row] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)
    """Numbers of changed pull requests that could not be read. Their stored rows are kept."""
    partly_read: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By frame, the numbers of pull requests with unreadable rows. Their other stored rows are kept too."""

    def add_pull_request(
        self, row: Row, parts: Mapping[str, Part], raw: Mapping[str, list[Any] | None], warnings: list[str]
    ) -> None:
        """Add a pull request with its parts. If not all of them could be read, its details stay pending.

        Args:
            row: The row of the pull request.
            parts: Its parts, by frame.
            raw: The JSON objects of each part, or None if the API returned null.
            warnings: A warning is appended for each invalid row.
        """
        key = {name: row[name] for name in ("repository", "number")}
        whole = [self._add_part(name, part, key, raw[name], warnings) for name, part in parts.items()]
        self.pull_requests.append(row if all(whole) else row | PENDING)

    def _add_part(self, name: str, part: Part, key: Row, raw: list[Any] | None, warnings: list[str]) -> bool:
        """Add the rows of one part of a pull request, and return whether all of them could be read."""
        what = f"{name.removesuffix('s').capitalize()} of {key['repository']}#{key['number']},"
        records = parse_records(part.model, raw or [], what, by=part.by, warnings=warnings)
        rows: Iterable[Row] = ({**key, **record.row()} for record in records)  # type: ignore[attr-defined]
        # overlapping pages return a row twice: the last one wins
        getattr(self, name).extend({row[UNIQUE[name]]: row for row in rows}.values())
        is_whole = raw is not None and len(records) == len(raw)
        if not is_whole:
            self.partly_read[name].add(key["number"])
        return is_whole

    @property
    def numbers(self) -> set[int]:
        """Numbers of the pull requests that were read."""
        return {row["number"] for row in self.pull_requests}


def replace_rows(
    schema: type[_SchemaT], stored: pd.DataFrame | None, numbers: Collection[int], rows: list[Row]
) -> DataFrame[_SchemaT]:
    """Replace the stored rows of the numbered pull requests by new ones."""
    frames = [type_rows(schema, rows)]
    if stored is not None:
        frames.append(stored[~stored["number"].isin(list(numbers))])
    merged = pd.concat([frame for frame in frames if not frame.empty] or frames[:1])
    return typed(schema, merged.sort_values("number", kind="stable").reset_index(drop=True))


def merge_rows(stored: PullRequests | None, rows: Rows) -> PullRequests:
    """Replace the stored rows of the pull requests that were read. The rows of unread ones are kept."""
    return PullRequests(
        _merge_headers(stored and stored.pull_requests, rows),
        _merge_part(RawPullRequestCommits, stored and stored.commits, rows, "commits"),
        _merge_part(RawPullRequestFiles, stored and stored.files, rows, "files"),
        _merge_part(RawReviews, stored and stored.reviews, rows, "reviews"),
    )


def _with_hidden(row: Row, stored: Mapping[Hashable, Any]) -> Row:
    """Return a row with what is stored in place of fields that the token may not see."""
    lists = {name: stored.get(name, "[]") for name in ("labels", "closes") if row[name] is None}
    # the milestone may be that of an issue that it closes
    milestone = {"milestone": row["milestone"] or stored.get("milestone")} if row["closes"] is None else {}
    return row | lists | milestone


def _merge_headers(stored: DataFrame[RawPullRequests] | None, rows: Rows) -> DataFrame[RawPullRequests]:
    known = {} if stored is None else stored.set_index("number")[["labels", "closes", "milestone"]].to_dict("index")
    filled = [_with_hidden(row, known.get(row["number"], {})) for row in rows.pull_requests]
    merged = replace_rows(RawPullRequests, stored, rows.numbers, filled)
    merged.loc[merged["number"].isin(list(rows.unread)), "detail"] = "pending"
    return merged


def _merge_part(schema: type[_SchemaT], stored: pd.DataFrame | None, rows: Rows, part: str) -> DataFrame[_SchemaT]:
    """Replace the rows of one frame. For partly read pull requests, keep the stored rows that were not returned."""
    key = UNIQUE[part]
    new: list[Row] = getattr(rows, part)
    partly = rows.partly_read[part]
    if stored is not None and partly:
        seen = {(row["number"], row[key]) for row in new}
        records = stored[stored["number"].isin(list(partly))].to_dict("records")
        kept = [{str(column): value for column, value in record.items()} for record in records]
        new = new + [row for row in kept if (row["number"], row[key]) not in seen]
    if part == "commits":
        new = _numbered(new)
    return replace_rows(schema, stored, rows.numbers, new)


def _numbered(commits: list[Row]) -> list[Row]:
    """Number the commits within their pull request, in the given order."""
    counts: dict[int, int] = defaultdict(int)
    numbered = []
    for row in commits:
        numbered.append(row | {"position": counts[row["number"]]})
        counts[row["number"]] += 1
    return numbered


def no_pull_requests() -> PullRequests:
    """Return the frames of a repository without pull requests."""
    return merge_rows(None, Rows())


def watermark(stored: PullRequests) -> str:
    """Return the time back to which changes must be read, in GitHub's format, which sorts by time."""
    newest = stored.pull_requests["updated_at"].max() - OVERLAP
    return str(newest.strftime("%Y-%m-%dT%H:%M:%SZ"))


def named_number(node: Any) -> int | None:  # noqa: ANN401 - JSON
    """Return the number of a pull request, whatever else it is; None where it has none that a column holds."""
    try:
        return _Numbered.model_validate(node).number
    except ValidationError:
        return None


class _Numbered(BaseModel):
    number: Count


def full_login(login: str, kind: str) -> str:
    """Return a login as in REST and git: GraphQL omits the ``[bot]`` suffix of bots."""
    return f"{login}[bot]" if kind == "Bot" and not login.endswith("[bot]") else login


def subject(message: str) -> str:
    """Return the first paragraph of a commit message on one line, like git's ``%s``."""
    return " ".join(line.strip() for line in message.strip().partition("\n\n")[0].splitlines())


def body(message: str) -> str:
    """Return a commit message without its first paragraph."""
    return message.strip().partition("\n\n")[2].strip()


def placeholder(repository: str, number: int) -> Row:
    """Return the row of a pull request of which only the number is known so far."""
    unknown = dict.fromkeys(("created_at", "merged_at", "updated_at"), datetime.fromtimestamp(0, UTC))
    empty = dict.fromkeys(("title", "body", "base", "branch"), "")
    lists = dict.fromkeys(("labels", "closes"), "[]")
    names = {"repository": repository, "number": number, "url": f"https://{repository}/pull/{number}"}
    return names | unknown | empty | lists | {"detail": "pending"}


def to_json(names: Iterable[str]) -> str:
    """Return names as a JSON list, sorted."""
    return json.dumps(sorted(names))
