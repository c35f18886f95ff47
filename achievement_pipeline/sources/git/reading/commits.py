"""List commits with their authors, dates and messages. No diff is read here."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from achievement_pipeline.columns.text import contains
from achievement_pipeline.frames import DiffState
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.reading.tables import Blocks, decode_text, split_fields, to_frame

_PLACEHOLDERS: Final = (
    "%H", "%P",
    "%aN", "%aE", "%at", "%ad",
    "%cN", "%cE", "%ct", "%cd",
    "%B", "%(trailers:only,unfold)",
)  # fmt: skip
"""The fields of a commit, separated by NUL, the only byte that none of them can contain."""

_COAUTHOR: Final = compile_pattern(
    r"(?im)^((?>(?:(?!\n)[\W_])*)co-(?:authored|developed)-by[ \t]*+:[ \t]*+)([^<>\n]*+<[^<>\s]++>)(?=[ \t]*+$)"
)
_HAS_COAUTHOR: Final = "(?i)co-(?:authored|developed)-by"

_SCHEMA: Final = pa.schema(
    [
        ("repository", pa.large_string()),
        ("sha", pa.large_string()),
        ("parents", pa.large_string()),
        ("author_name", pa.large_string()),
        ("author_email", pa.large_string()),
        ("committer_name", pa.large_string()),
        ("committer_email", pa.large_string()),
        ("authored_at", pa.timestamp("us", "UTC")),
        ("authored_offset", pa.int16()),
        ("committed_at", pa.timestamp("us", "UTC")),
        ("committed_offset", pa.int16()),
        ("subject", pa.large_string()),
        ("body", pa.large_string()),
        ("trailers", pa.large_string()),
        ("diff", pa.large_string()),
    ]
)

_LAST_SECOND: Final = 253402300799
"""The end of the year 9999."""


def walk(git: IsolatedGit, key: str, tips: Iterable[str], without: Iterable[str] = ()) -> pd.DataFrame:
    """List the commits reachable from `tips` and not from `without`, in git's order, newest first.

    Returns:
        The columns of `RawCommits`, except `replaces`. `diff` is ``merge`` for merges and ``skipped`` for the others.

    Raises:
        GitCommandError: A reachable commit is missing or damaged.
    """
    log = ("log", "--stdin", "-z", "--encoding=UTF-8", "--date=raw", f"--format={'%x00'.join(_PLACEHOLDERS)}")
    stdin = revisions(tips, without)
    chunks = git.chunks(*log, stdin=stdin) if stdin else ()
    blocks = Blocks(_whole_records)
    batches = [_batch(key, block) for chunk in chunks if (block := blocks.add(chunk))]
    batches.append(_batch(key, blocks.rest()))
    commits = to_frame(batches, _SCHEMA)
    shared = contains(commits["body"], _HAS_COAUTHOR)
    if shared.any():
        commits.loc[shared, "body"] = _map_coauthors(git, commits.loc[shared, "body"])
    return commits


def _map_coauthors(git: IsolatedGit, bodies: "pd.Series[str]") -> "pd.Series[str]":
    """Apply the mailmap to co-authors, as git does for authors and committers."""
    people = sorted({match[2] for body in bodies for match in _COAUTHOR.finditer(body)})
    mapped = git.output("check-mailmap", "--stdin", stdin=people).decode(errors="surrogateescape").split("\n")
    known = dict(zip(people, mapped, strict=False))
    return bodies.map(lambda body: _COAUTHOR.sub(lambda match: match[1] + known.get(match[2], match[2]), body))


def revisions(tips: Iterable[str], without: Iterable[str] = ()) -> list[str]:
    """Return the input of ``git rev-list --stdin`` for the commits reachable from `tips` and not from `without`.

    It is empty if `tips` is: given only exclusions, git would list ``HEAD``.
    """
    wanted = list(tips)
    return wanted and [*wanted, *(f"^{sha}" for sha in without)]


def _whole_records(buffer: bytes) -> int:
    """Return the length of the complete records in a buffer. A record has one field per placeholder."""
    fields = buffer.count(b"\0")
    if fields < len(_PLACEHOLDERS):
        return 0
    end = len(buffer)
    for _ in range(fields % len(_PLACEHOLDERS) + 1):
        end = buffer.rindex(b"\0", 0, end)
    return end + 1


def _batch(key: str, block: bytes) -> pa.RecordBatch:
    fields = split_fields(block)
    columns = {
        name: fields.take(np.arange(index, len(fields), len(_PLACEHOLDERS))) for index, name in enumerate(_PLACEHOLDERS)
    }
    parents = decode_text(columns["%P"])
    subjects, bodies = _first_lines(_without_returns(columns["%B"]))
    return pa.record_batch(
        [
            pa.repeat(pa.scalar(key, pa.large_string()), len(parents)),
            decode_text(columns["%H"]),
            parents,
            decode_text(columns["%aN"]),
            decode_text(columns["%aE"]),
            decode_text(columns["%cN"]),
            decode_text(columns["%cE"]),
            _timestamps(columns["%at"]),
            _offsets(columns["%ad"]),
            _timestamps(columns["%ct"]),
            _offsets(columns["%cd"]),
            subjects,
            bodies,
            _without_returns(columns["%(trailers:only,unfold)"]),
            pc.if_else(pc.match_substring(parents, " "), _state(DiffState.MERGE), _state(DiffState.SKIPPED)),
        ],
        schema=_SCHEMA,
    )


def _state(state: DiffState) -> pa.Scalar:
    return pa.scalar(state.value, pa.large_string())


def _without_returns(values: pa.LargeBinaryArray) -> pa.Array:
    return pc.replace_substring(decode_text(values), "\r", "")


def _first_lines(messages: pa.LargeStringArray) -> tuple[pa.Array, pa.Array]:
    """Split messages into their first line and the rest, without the blank lines in between.

    Git's own subject (``%s``) is the whole first paragraph, which is everything in a message without a blank line.
    """
    lines = pc.split_pattern(pc.utf8_ltrim_whitespace(messages), "\n", max_splits=1)
    first = pc.utf8_rtrim_whitespace(pc.list_element(lines, 0))
    has_more = pc.greater(pc.list_value_length(lines), 1)
    rest = pc.list_flatten(pc.list_slice(lines.filter(has_more), 1, 2))
    bodies = pc.replace_with_mask(
        pa.repeat(pa.scalar("", pa.large_string()), len(messages)), has_more, pc.utf8_ltrim(rest, "\n")
    )
    return first, bodies


def _timestamps(seconds: pa.LargeBinaryArray) -> pa.Array:
    """Parse seconds since the epoch. A commit may hold none, or a number of any size: both are missing."""
    texts = decode_text(seconds)
    numbers = pc.if_else(pc.match_substring_regex(texts, r"^\d{1,12}$"), texts, None).cast(pa.int64())
    representable = pc.if_else(pc.less_equal(numbers, _LAST_SECOND), numbers, None)
    return pc.multiply(representable, 1_000_000).cast(pa.timestamp("us", "UTC"))


def _offsets(dates: pa.LargeBinaryArray) -> pa.Array:
    """Parse minutes east of UTC from dates like ``1700000000 +0545``. Invalid zones like ``+51800`` are missing."""
    zones = pc.extract_regex(decode_text(dates), r" (?P<sign>[+-])(?P<hours>0[0-9]|1[0-4])(?P<minutes>[0-5][0-9])$")
    hours, minutes = (pc.struct_field(zones, name).cast(pa.int16()) for name in ("hours", "minutes"))
    east = pc.add(pc.multiply(hours, pa.scalar(60, pa.int16())), minutes)
    return pc.if_else(pc.equal(pc.struct_field(zones, "sign"), "-"), pc.negate(east), east)
