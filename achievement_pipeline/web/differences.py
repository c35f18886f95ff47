"""The changed lines behind an achievement, by file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.app.decide.differences import show_difference
from achievement_pipeline.system.terminal import escape_controls

_FILE = "diff --git "
_COMMIT = "commit "
_KINDS = {"+": "added", "-": "removed", "@": "place"}
_HEADERS = ("+++ ", "--- ", "index ")
_LINES_OPEN = 1_500
"""With more lines than this the files are closed at first."""


@dataclass
class Part:
    """A part of what `git show` prints: the message of a commit with its list of files, or the changes of a file."""

    title: str
    """Hash of the commit, or path of the file."""
    is_file: bool
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Each with its kind: ``added``, ``removed``, ``place``, or nothing."""

    def count(self, kind: str) -> int:
        """Return the number of lines of a kind."""
        return sum(each == kind for each, _ in self.lines)


def changes(decisions: Decisions, request: Request) -> Mapping[str, Any]:
    """What the commits of an achievement changed, as far as they are on this machine."""
    achievement = decisions.find(request.query_params.get("key", ""))
    parts = list(split_difference(show_difference(decisions.engine, decisions.settings, achievement)))
    are_open = sum(len(part.lines) for part in parts) <= _LINES_OPEN
    return {"achievement": achievement, "parts": parts, "are_open": are_open}


def split_difference(text: str) -> Iterator[Part]:
    """Split what `git show` prints into messages and files; control characters are escaped."""
    part: Part | None = None
    in_hunk = False
    for line in escape_controls(text).split("\n"):
        is_file, is_commit = line.startswith(_FILE), line.startswith(_COMMIT)
        if is_file or is_commit:
            if part:
                yield part
            part, in_hunk = Part(_path(line) if is_file else line.removeprefix(_COMMIT), is_file), False
            continue
        if part is None or (part.is_file and not in_hunk and line.startswith(_HEADERS)):
            continue
        in_hunk = in_hunk or line.startswith("@@")
        kind = _KINDS.get(line[:1], "") if part.is_file and in_hunk else ""
        part.lines.append((kind, line))
    if part:
        yield part


def _path(line: str) -> str:
    """Return the path in a line ``diff --git a/PATH b/PATH``; that after a renaming."""
    return line.rpartition(" b/")[2] or line.removeprefix(_FILE)
