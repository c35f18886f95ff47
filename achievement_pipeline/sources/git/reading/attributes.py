"""Read a repository's ``.gitattributes`` and ``.git-blame-ignore-revs``.

Both are read from the tree of the default branch, as GitHub does, never from a work tree.
"""

from collections.abc import Iterable
from typing import Final

import pandas as pd
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import PathAttributes, typed
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.reading.blobs import blobs
from achievement_pipeline.sources.git.repositories import Repository

_FLAGS: Final = {
    "linguist-generated": "generated",
    "linguist-vendored": "vendored",
    "linguist-documentation": "documentation",
    "linguist-detectable": "detectable",
}
"""Boolean attributes, and the names of their columns."""

_ATTRIBUTES: Final = (*_FLAGS, "linguist-language", "filter")

_FIELDS: Final = 3 * len(_ATTRIBUTES)
"""Fields per path: for each attribute, the path, the attribute and its value."""

_VALUES: Final = {"unspecified": None, "unset": False, "false": False}
"""Any other value is true, as in github-linguist."""

_NOT_NAMES: Final = frozenset({"unspecified", "unset", "set", ""})

_IGNORED: Final = ".git-blame-ignore-revs"
_LONGEST_LIST: Final = 1 << 20
_OBJECT_NAME: Final = compile_pattern(r"(?m)^[ \t]*([0-9a-f]{40}(?:[0-9a-f]{24})?)\b")
"""One object name per line, which a comment may follow."""


def path_attributes(repository: Repository, paths: Iterable[str]) -> DataFrame[PathAttributes]:
    """Read the ``.gitattributes`` of `paths`, which need not exist any more. Paths without attributes are left out.

    Raises:
        GitCommandError: The tree of ``HEAD`` is missing or damaged.
    """
    fields: list[str] = []
    with repository.isolated_git() as git:
        if repository.main and _stage_attributes(git, repository.main):
            command = ("check-attr", "--cached", "-z", "--stdin", *_ATTRIBUTES)
            fields = git.output(*command, stdin=set(paths), end="\0").decode().split("\0")[:-1]
    values = {name: fields[position::_FIELDS] for position, name in zip(range(2, _FIELDS, 3), _ATTRIBUTES, strict=True)}
    stated = {
        **{name: _flags(_VALUES.get(value, True) for value in values[of]) for of, name in _FLAGS.items()},
        "pointer": _flags(True if value == "lfs" else None for value in values["filter"]),
        "language": pd.array([_name(value) for value in values["linguist-language"]], "str"),
    }
    frame = pd.DataFrame({"repository": repository.key, "path": pd.array(fields[::_FIELDS], "str"), **stated})
    return typed(PathAttributes, frame.dropna(subset=list(stated), how="all").reset_index(drop=True))


def ignored_commits(repository: Repository) -> list[str]:
    """Return the object names listed in the repository's ``.git-blame-ignore-revs``."""
    if repository.main is None:
        return []
    with repository.isolated_git() as git:
        listed = git.output("ls-tree", "-z", "--full-tree", repository.main, _IGNORED).decode(errors="surrogateescape")
        contents = [content for _, content in blobs(git, {_blob(entry) for entry in listed.split("\0") if entry})]
    return _OBJECT_NAME.findall(contents[0][:_LONGEST_LIST].decode("latin-1")) if contents else []


def _flags(values: Iterable[bool | None]) -> "pd.arrays.BooleanArray":
    return pd.array(list(values), "boolean")


def _name(value: str) -> str | None:
    """Return the language that an attribute names, with spaces for dashes."""
    return None if value in _NOT_NAMES else value.replace("-", " ")


def _stage_attributes(git: IsolatedGit, head: str) -> bool:
    """Add the tree's ``.gitattributes`` to the index, where git looks them up. Return False if none is relevant."""
    listed = git.output("ls-tree", "-r", "-z", "--full-tree", head).decode(errors="surrogateescape").split("\0")
    entries = [entry for entry in listed if entry.endswith(("\t.gitattributes", "/.gitattributes"))]
    contents = dict(blobs(git, {_blob(entry) for entry in entries}))
    if not any(b"linguist-" in content or b"lfs" in content for content in contents.values()):
        return False
    there = [entry for entry in entries if _blob(entry) in contents]
    git.output("update-index", "-z", "--index-info", stdin=there, end="\0")
    return True


def _blob(entry: str) -> str:
    """Return the object name of a ``git ls-tree`` entry: mode, type, name, path."""
    return entry.split(maxsplit=3)[2]
