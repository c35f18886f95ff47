"""What a repository says of its own paths in ``.gitattributes``: generated, vendored, documentation.

Attributes are read from the tree of ``HEAD``, as the site that shows the repository does, and never from a work tree.
"""

from collections.abc import Iterable
from typing import Final

import pandas as pd
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import PathAttributes, typed
from achievement_pipeline.sources.git.blobs import blobs
from achievement_pipeline.sources.git.processes import SealedGit
from achievement_pipeline.sources.git.repositories import Repository

_ATTRIBUTES: Final = ("linguist-generated", "linguist-vendored", "linguist-documentation")

_FIELDS: Final = 3 * len(_ATTRIBUTES)
"""Of each path, three times: the path, the attribute, its value."""

_VALUES: Final = {"unspecified": None, "unset": False, "false": False}
"""Any other value is true, as to github-linguist."""


def path_attributes(repository: Repository, paths: Iterable[str]) -> DataFrame[PathAttributes]:
    """Read what ``.gitattributes`` says of `paths`, which need not exist any more; the others are left out.

    Raises:
        GitCommandError: The tree of ``HEAD`` is missing or damaged.
    """
    fields: list[str] = []
    with repository.seal() as git:
        if repository.head and _stage_attributes(git, repository.head):
            command = ("check-attr", "--cached", "-z", "--stdin", *_ATTRIBUTES)
            fields = git.output(*command, stdin=set(paths), end="\0").decode().split("\0")[:-1]
    said = {
        name.removeprefix("linguist-"): pd.array(
            [_VALUES.get(value, True) for value in fields[place::_FIELDS]], "boolean"
        )
        for place, name in zip(range(2, _FIELDS, 3), _ATTRIBUTES, strict=True)
    }
    frame = pd.DataFrame({"repository": repository.key, "path": pd.array(fields[::_FIELDS], "str"), **said})
    return typed(PathAttributes, frame.dropna(subset=list(said), how="all").reset_index(drop=True))


def _stage_attributes(git: SealedGit, head: str) -> bool:
    """Put the tree's ``.gitattributes`` into the index, where git looks them up; say no where none matters here."""
    listed = git.output("ls-tree", "-r", "-z", "--full-tree", head).decode(errors="surrogateescape").split("\0")
    entries = [entry for entry in listed if entry.endswith(("\t.gitattributes", "/.gitattributes"))]
    contents = dict(blobs(git, {_blob(entry) for entry in entries}))
    if not any(b"linguist-" in content for content in contents.values()):
        return False
    there = [entry for entry in entries if _blob(entry) in contents]
    git.output("update-index", "-z", "--index-info", stdin=there, end="\0")
    return True


def _blob(entry: str) -> str:
    """The object name of an entry of ``git ls-tree``: the third word of mode, type, name, path."""
    return entry.split(maxsplit=3)[2]
