"""What a repository says of itself: of its paths in ``.gitattributes``, of its commits in ``.git-blame-ignore-revs``.

Both are read from the tree of the default branch, as the site that shows the repository does, never from a work tree.
"""

from collections.abc import Iterable
from typing import Final

import pandas as pd
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import PathAttributes, typed
from achievement_pipeline.patterns import compile_pattern
from achievement_pipeline.sources.git.blobs import blobs
from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.repositories import Repository

_FLAGS: Final = {
    "linguist-generated": "generated",
    "linguist-vendored": "vendored",
    "linguist-documentation": "documentation",
    "linguist-detectable": "detectable",
}
"""Attributes that are set or unset, and what they are called here."""

_ATTRIBUTES: Final = (*_FLAGS, "linguist-language", "filter")

_FIELDS: Final = 3 * len(_ATTRIBUTES)
"""Of each path, three times: the path, the attribute, its value."""

_VALUES: Final = {"unspecified": None, "unset": False, "false": False}
"""Any other value is true, as to github-linguist."""

_NOT_NAMES: Final = frozenset({"unspecified", "unset", "set", ""})

_IGNORED: Final = ".git-blame-ignore-revs"
_LONGEST_LIST: Final = 1 << 20
_OBJECT_NAME: Final = compile_pattern(r"(?m)^[ \t]*([0-9a-f]{40}(?:[0-9a-f]{24})?)\b")
"""One a line, as git reads such a file; comments may follow."""


def path_attributes(repository: Repository, paths: Iterable[str]) -> DataFrame[PathAttributes]:
    """Read what ``.gitattributes`` says of `paths`, which need not exist any more; the others are left out.

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
    """Read which commits the repository's own ``.git-blame-ignore-revs`` calls mechanical."""
    if repository.main is None:
        return []
    with repository.isolated_git() as git:
        listed = git.output("ls-tree", "-z", "--full-tree", repository.main, _IGNORED).decode(errors="surrogateescape")
        contents = [content for _, content in blobs(git, {_blob(entry) for entry in listed.split("\0") if entry})]
    return _OBJECT_NAME.findall(contents[0][:_LONGEST_LIST].decode("latin-1")) if contents else []


def _flags(values: Iterable[bool | None]) -> "pd.arrays.BooleanArray":
    return pd.array(list(values), "boolean")


def _name(value: str) -> str | None:
    """The language that an attribute names; dashes stand for spaces."""
    return None if value in _NOT_NAMES else value.replace("-", " ")


def _stage_attributes(git: IsolatedGit, head: str) -> bool:
    """Put the tree's ``.gitattributes`` into the index, where git looks them up; say no where none matters here."""
    listed = git.output("ls-tree", "-r", "-z", "--full-tree", head).decode(errors="surrogateescape").split("\0")
    entries = [entry for entry in listed if entry.endswith(("\t.gitattributes", "/.gitattributes"))]
    contents = dict(blobs(git, {_blob(entry) for entry in entries}))
    if not any(b"linguist-" in content or b"lfs" in content for content in contents.values()):
        return False
    there = [entry for entry in entries if _blob(entry) in contents]
    git.output("update-index", "-z", "--index-info", stdin=there, end="\0")
    return True


def _blob(entry: str) -> str:
    """The object name of an entry of ``git ls-tree``: the third word of mode, type, name, path."""
    return entry.split(maxsplit=3)[2]
