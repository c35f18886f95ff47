"""Listing commits: who, when and what was said. No diff is read here."""

from collections.abc import Iterable
from io import BytesIO
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from achievement_pipeline.columns.text import contains
from achievement_pipeline.frames import DiffState
from achievement_pipeline.patterns import compile_pattern
from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.tables import Blocks, decode_text, split_fields, to_frame

_PLACEHOLDERS: Final = (
    "%H", "%P",
    "%aN", "%aE", "%at", "%ad",
    "%cN", "%cE", "%ct", "%cd",
    "%B", "%(trailers:only,unfold)",
)  # fmt: skip
"""What is asked of each commit. NUL stands between them: the only byte that none of them can hold."""

_COAUTHOR: Final = compile_pattern(
    r"(?im)^((?:(?!\n)[\W_])*+co-(?:authored|developed)-by[ \t]*+:[ \t]*+)([^<>\n]*+<[^<>\s]++>)(?=[ \t]*+$)"
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
    """List what is reachable from `tips` and not from `without`, newest first as git orders it.

    Merges are marked as such; the changes of all other commits as not asked for.

    Returns:
        The columns of `RawCommits`.

    Raises:
        GitCommandError: A commit on the way is missing or damaged.
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
    """Put co-authors through the mailmap, as git itself does with authors and committers."""
    people = sorted({match[2] for body in bodies for match in _COAUTHOR.finditer(body)})
    mapped = git.output("check-mailmap", "--stdin", stdin=people).decode(errors="surrogateescape").split("\n")
    known = dict(zip(people, mapped, strict=False))
    return bodies.map(lambda body: _COAUTHOR.sub(lambda match: match[1] + known.get(match[2], match[2]), body))


def revisions(tips: Iterable[str], without: Iterable[str] = ()) -> list[str]:
    """What git reads to list the commits reachable from `tips` and not from `without`; nothing where that is none.

    Where git is told nothing, it lists ``HEAD``.
    """
    wanted = list(tips)
    return wanted and [*wanted, *(f"^{sha}" for sha in without)]


def true_parents(git: IsolatedGit, shas: Iterable[str]) -> dict[str, str]:
    """The parents of commits as their objects name them, where a shallow clone hides them from the listing.

    Raises:
        GitCommandError: One of them is missing or damaged.
    """
    stream = BytesIO(git.output("cat-file", "--batch", stdin=shas))
    parents = {}
    while header := stream.readline():
        sha, _, size = header.decode().split()
        lines = stream.read(int(size) + 1).partition(b"\n\n")[0].decode("latin-1").split("\n")
        parents[sha] = " ".join(line.removeprefix("parent ") for line in lines if line.startswith("parent "))
    return parents


def existing_objects(git: IsolatedGit, names: Iterable[str]) -> set[str]:
    """Return those of some object names that are commits or tags here."""
    answers = git.output("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=names).decode().splitlines()
    return {name for answer in answers for name, kind in [answer.split()] if kind in {"commit", "tag"}}


def _whole_records(buffer: bytes) -> int:
    """The length of the whole records in a buffer: a record has as many fields as there are placeholders."""
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
        name: fields.take(np.arange(place, len(fields), len(_PLACEHOLDERS))) for place, name in enumerate(_PLACEHOLDERS)
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
            _moments(columns["%at"]),
            _offsets(columns["%ad"]),
            _moments(columns["%ct"]),
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
    """Cut messages behind their first line, and leave out the blank lines between it and what follows.

    git's own subject is the whole first paragraph: of a message without a blank line, all of it.
    """
    lines = pc.split_pattern(pc.utf8_ltrim_whitespace(messages), "\n", max_splits=1)
    first = pc.utf8_rtrim_whitespace(pc.list_element(lines, 0))
    has_more = pc.greater(pc.list_value_length(lines), 1)
    rest = pc.list_flatten(pc.list_slice(lines.filter(has_more), 1, 2))
    bodies = pc.replace_with_mask(
        pa.repeat(pa.scalar("", pa.large_string()), len(messages)), has_more, pc.utf8_ltrim(rest, "\n")
    )
    return first, bodies


def _moments(seconds: pa.LargeBinaryArray) -> pa.Array:
    """Moments from seconds since 1970 as the commit has them: nothing, or a number of any size."""
    texts = decode_text(seconds)
    numbers = pc.if_else(pc.match_substring_regex(texts, r"^\d{1,12}$"), texts, None).cast(pa.int64())
    representable = pc.if_else(pc.less_equal(numbers, _LAST_SECOND), numbers, None)
    return pc.multiply(representable, 1_000_000).cast(pa.timestamp("us", "UTC"))


def _offsets(dates: pa.LargeBinaryArray) -> pa.Array:
    """Minutes east of UTC from dates like ``1700000000 +0545``; missing for zones like ``+51800``, which do occur."""
    zones = pc.extract_regex(decode_text(dates), r" (?P<sign>[+-])(?P<hours>0[0-9]|1[0-4])(?P<minutes>[0-5][0-9])$")
    hours, minutes = (pc.struct_field(zones, name).cast(pa.int16()) for name in ("hours", "minutes"))
    east = pc.add(pc.multiply(hours, pa.scalar(60, pa.int16())), minutes)
    return pc.if_else(pc.equal(pc.struct_field(zones, "sign"), "-"), pc.negate(east), east)
