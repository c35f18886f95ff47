"""What commits changed, as text for people."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from git.exc import GitCommandError

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.sources.git.objects import existing_objects
from achievement_pipeline.sources.git.repositories import Repository

_OBJECT_NAME: Final = compile_pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SHOWN: Final = ("--no-color", "--no-ext-diff", "--no-textconv", "--stat", "--patch", "-m", "--first-parent")
_MOST_BYTES: Final = 1_000_000
"""Nobody reads further."""


def show_commits(repository: Repository, shas: Iterable[str]) -> str:
    """Return messages, lists of files and changed lines of commits; a merge is shown against its first parent.

    Git runs isolated: no configuration or attribute of the repository starts a program. Control characters are not
    escaped.

    Returns:
        What ``git show`` prints, at most a million bytes of it; empty where none of the commits exists here.
    """
    with repository.isolated_git() as git:
        found = existing_objects(git, [sha for sha in shas if _OBJECT_NAME.fullmatch(sha)])
        if not found:
            return ""
        text = b""
        with suppress(GitCommandError):  # contents are missing in a partial clone: what comes before them is shown
            for chunk in git.chunks("show", *_SHOWN, "--stdin", stdin=sorted(found)):
                text += chunk
                if len(text) > _MOST_BYTES:
                    break
    end = "\n... the rest is left out\n" if len(text) > _MOST_BYTES else ""
    return text[:_MOST_BYTES].decode(errors="replace") + end
