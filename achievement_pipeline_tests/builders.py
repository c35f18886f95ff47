"""Real git repositories for tests, in two lines::

    repository = GitRepository.create(tmp_path)
    sha = repository.commit("feat: say hello", {"hello.py": "print('hello')\n"})

Nothing depends on who runs the tests and when: no configuration of the user's is read, and the clock goes on by an hour
from commit to commit.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

FIRST_COMMIT: Final = 1704103200
"""10:00 UTC on 1 January 2024."""

_HOUR: Final = 3600


@dataclass(frozen=True)
class Entry:
    """What is not an ordinary file: ``100755`` is executable, ``120000`` a symbolic link, ``160000`` a submodule.

    The content of a symbolic link is its target, that of a submodule the object name of its commit.
    """

    mode: str
    content: bytes


Files = Mapping[str | bytes, str | bytes | Entry | None]
"""Contents by path; None deletes. What is not named stays as it is in the first parent."""


_empty: dict[tuple[bool, str], dict[Path, bytes | None]] = {}
"""What git puts into an empty repository, bare or not, by object format: files, and folders (None). Writing it takes a
tenth of the time of ``git init``."""


class GitRepository:
    """A repository on disk, and the few things that tests do with one."""

    def __init__(self, path: Path) -> None:
        """Take one that is there already."""
        self.path = path
        self._clock = FIRST_COMMIT - _HOUR

    @classmethod
    def create(cls, path: Path, *, bare: bool = False, object_format: str = "sha1") -> Self:
        """Make an empty one, its ``HEAD`` on the branch ``main``."""
        store = path if bare else path / ".git"
        if (known := _empty.get((bare, object_format))) and not store.exists():
            store.mkdir(parents=True)
            for name, content in known.items():
                (store / name).mkdir() if content is None else (store / name).write_bytes(content)
            return cls(path)
        is_new = not store.exists()
        path.mkdir(parents=True, exist_ok=True)
        repository = cls(path)
        options = ["--template=", f"--object-format={object_format}", *(["--bare"] if bare else [])]
        repository.git("init", "--quiet", "--initial-branch=main", *options)
        for folder in ("hooks", "info"):  # the rest of git's template is samples
            (store / folder).mkdir(exist_ok=True)
        if is_new:
            entries = sorted(store.rglob("*"))
            _empty[bare, object_format] = {
                entry.relative_to(store): entry.read_bytes() if entry.is_file() else None for entry in entries
            }
        return repository

    def git(self, *arguments: str | Path, stdin: bytes = b"") -> bytes:
        """Run git in it, and return what it prints without the last newline."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return subprocess.run(
            ["git", "-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.org", *arguments],
            cwd=self.path,
            env=environment | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"},
            input=stdin,
            capture_output=True,
            check=True,
        ).stdout.removesuffix(b"\n")

    def commit(  # noqa: PLR0913 - everything of a commit can be set
        self,
        message: str | bytes = "work",
        files: Files | None = None,
        *,
        author: str | bytes = "Ada Lovelace <ada@example.org>",
        committer: str | bytes | None = None,
        authored: str | None = None,
        committed: str | None = None,
        parents: Sequence[str] | None = None,
        branch: str = "main",
    ) -> str:
        """Make a commit and move `branch` to it; the work tree stays as it is.

        Args:
            message: As it is stored.
            files: What differs from the first parent.
            author: Name and address.
            committer: The author, if not given.
            authored: As it is stored, like ``1704103200 +0100``; an hour after the last, if not given.
            committed: As authored, if not given.
            parents: The tip of `branch`, if not given; none make a root.
            branch: Made where it is not there.

        Returns:
            Its object name.
        """
        self._clock += _HOUR
        authored = authored or f"{self._clock} +0000"
        if parents is None:
            parents = [tip] if (tip := self.tip(branch)) else []
        text = _bytes(message)
        stream = [
            b"feature date-format=raw-permissive\n",
            b"reset refs/heads/%s\n" % branch.encode() if not parents else b"",
            b"commit refs/heads/%s\nmark :1\n" % branch.encode(),
            b"author %s %s\n" % (_bytes(author), authored.encode()),
            b"committer %s %s\n" % (_bytes(committer or author), (committed or authored).encode()),
            b"data %d\n%s\n" % (len(text), text),
            *(b"%s %s\n" % (b"merge" if place else b"from", sha.encode()) for place, sha in enumerate(parents)),
            *(_change(_bytes(path), entry) for path, entry in (files or {}).items()),
            b"get-mark :1\n",
        ]
        return self.git("fast-import", "--quiet", "--force", stdin=b"".join(stream)).decode()

    def commit_object(self, content: bytes, *, branch: str = "main") -> str:
        """Store the bytes of a commit as they are, however broken, and move `branch` to it."""
        sha = self.git("hash-object", "-w", "--stdin", "-t", "commit", "--literally", stdin=content).decode()
        ref = self.path / self.git("rev-parse", "--git-path", f"refs/heads/{branch}").decode()
        ref.write_text(f"{sha}\n")
        return sha

    def tip(self, branch: str = "main") -> str:
        """The object name of the newest commit of a branch; empty where there is no such branch."""
        for folder in (self.path / ".git", self.path):  # as git does, without its process
            if (loose := folder / "refs/heads" / branch).is_file():
                return loose.read_text().removesuffix("\n")
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").decode()

    def clone(self, path: Path, *options: str) -> Self:
        """Clone it, as from another machine, so that `options` may make it shallow or partial."""
        for setting in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            self.git("config", setting, "true")
        self.git("clone", "--quiet", *options, self.url, path)
        return type(self)(path)

    @property
    def url(self) -> str:
        """A clone URL of it."""
        return self.path.resolve().as_uri()


def _change(path: bytes, content: str | bytes | Entry | None) -> bytes:
    quoted = b'"%s"' % b"".join(b"\\%03o" % byte for byte in path)
    if content is None:
        return b"D %s\n" % quoted
    entry = content if isinstance(content, Entry) else Entry("100644", _bytes(content))
    if entry.mode == "160000":
        return b"M 160000 %s %s\n" % (entry.content, quoted)
    return b"M %s inline %s\ndata %d\n%s\n" % (entry.mode.encode(), quoted, len(entry.content), entry.content)


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
