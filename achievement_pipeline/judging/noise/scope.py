"""What counts for the user: commits and paths that they ignore, and the parts of a repository that are theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from achievement_pipeline.judging.paths import matches
from achievement_pipeline.parsing.patterns import compile_pattern, escape

_WILDCARD = compile_pattern(r"\*\*/|\*\*|\*|\?")
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_EXCEPT = "!"


@dataclass(frozen=True)
class Scope:
    """The user's choice, as patterns of paths and object names. It is never read from a repository.

    A pattern is a path from the top of the repository, or without a slash a name at any depth; it stands for a file, or
    for all that is below a folder. ``*`` and ``?`` stay within a name, ``**`` does not.
    """

    ignored_commits: Sequence[str] = ()
    """Object names, or the beginnings of them."""
    ignored_paths: Sequence[str] = ()
    """Of every repository."""
    paths: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Patterns by the key of a repository. Only what matches one counts there, and nothing that matches one with a
    ``!`` in front."""

    def leaves_out(self, files: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which changed files do not count.

        Args:
            files: With the columns ``repository`` and ``path``.
        """
        out = _match(files["path"], self.ignored_paths)
        for repository, patterns in self.paths.items():
            own = (files["repository"] == repository).to_numpy()
            excepted = [pattern.removeprefix(_EXCEPT) for pattern in patterns if pattern.startswith(_EXCEPT)]
            wanted = [pattern for pattern in patterns if not pattern.startswith(_EXCEPT)]
            counts = _match(files["path"], wanted) if wanted else np.ones(len(files), dtype=bool)
            out |= own & (~counts | _match(files["path"], excepted))
        return out

    def ignores(self, shas: pd.Series[str]) -> pd.Series[bool]:
        """Return which commits do not count."""
        return shas.str.startswith(tuple(self.ignored_commits))


EVERYTHING = Scope()


def path_expression(pattern: str) -> str:
    """Return the RE2 expression of a pattern."""
    is_folder, body = pattern.endswith("/"), pattern.strip("/")
    start = "^" if "/" in pattern.rstrip("/") else "(?:^|/)"
    words, position = "", 0
    for found in _WILDCARD.finditer(body):
        words += escape(body[position : found.start()]) + _MEANING[found[0]]
        position = found.end()
    return f"{start}{words}{escape(body[position:])}{'/' if is_folder else '(?:/|$)'}"


def _match(paths: pd.Series[str], patterns: Iterable[str]) -> npt.NDArray[np.bool_]:
    expression = "|".join(map(path_expression, patterns))
    return matches(paths, expression) if expression else np.zeros(len(paths), dtype=bool)
