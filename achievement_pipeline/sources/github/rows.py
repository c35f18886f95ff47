"""What GitHub's answers become, whichever API gave them: rows, and the frames of a repository."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline.frames import RawPullRequestCommits, RawPullRequestFiles, RawPullRequests, RawReviews, typed
from achievement_pipeline.sources.records import type_rows

Row = dict[str, Any]

OVERLAP = timedelta(minutes=5)
"""How far behind the newest stored change reading goes on: GitHub's replicas may show changes out of order."""

_SchemaT = TypeVar("_SchemaT", bound=pa.DataFrameModel)


class PullRequests(NamedTuple):
    """The merged pull requests of one repository, and what could not be read of them."""

    pull_requests: DataFrame[RawPullRequests]
    commits: DataFrame[RawPullRequestCommits]
    files: DataFrame[RawPullRequestFiles]
    reviews: DataFrame[RawReviews]
    warnings: tuple[str, ...] = ()
    public: bool = False
    """Whether everybody can see the repository, as GitHub says."""


@dataclass
class Rows:
    """Rows of some pull requests, frame by frame."""

    pull_requests: list[Row] = field(default_factory=list)
    commits: list[Row] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    reviews: list[Row] = field(default_factory=list)


def replace_rows(
    schema: type[_SchemaT], stored: pd.DataFrame | None, numbers: Collection[int], rows: list[Row]
) -> DataFrame[_SchemaT]:
    """Replace the stored rows of the numbered pull requests by new ones."""
    frames = [type_rows(schema, rows)]
    if stored is not None:
        frames.append(stored[~stored["number"].isin(list(numbers))])
    merged = pd.concat([frame for frame in frames if not frame.empty] or frames[:1])
    return typed(schema, merged.sort_values("number", kind="stable").reset_index(drop=True))


def merge_rows(stored: PullRequests | None, numbers: Collection[int], rows: Rows) -> PullRequests:
    """Replace the stored rows of the numbered pull requests by new ones, in all frames."""
    return PullRequests(
        replace_rows(RawPullRequests, stored and stored.pull_requests, numbers, rows.pull_requests),
        replace_rows(RawPullRequestCommits, stored and stored.commits, numbers, rows.commits),
        replace_rows(RawPullRequestFiles, stored and stored.files, numbers, rows.files),
        replace_rows(RawReviews, stored and stored.reviews, numbers, rows.reviews),
    )


def no_pull_requests() -> PullRequests:
    """Return the frames of a repository without any."""
    return merge_rows(None, (), Rows())


def watermark(stored: PullRequests) -> str:
    """Return the moment back to which changes must be read, as GitHub writes it: such texts sort by time."""
    newest = stored.pull_requests["updated_at"].max() - OVERLAP
    return str(newest.strftime("%Y-%m-%dT%H:%M:%SZ"))


def full_login(login: str, kind: str) -> str:
    """Return a login as REST and git show it: GraphQL leaves the ``[bot]`` of a bot away."""
    return f"{login}[bot]" if kind == "Bot" and not login.endswith("[bot]") else login


def subject(message: str) -> str:
    """Return the first paragraph of a commit's message on one line, as git shows it."""
    return " ".join(line.strip() for line in message.strip().partition("\n\n")[0].splitlines())


def body(message: str) -> str:
    """Return the rest of a commit's message."""
    return message.strip().partition("\n\n")[2].strip()


def to_json(names: Iterable[str]) -> str:
    """Return names as a JSON list, sorted."""
    return json.dumps(sorted(names))
