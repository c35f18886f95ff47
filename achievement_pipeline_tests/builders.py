"""Real git repositories for tests, in two lines::

    repository = GitRepository.create(tmp_path)
    sha = repository.commit("feat: say hello", {"hello.py": "print('hello')\n"})

Nothing depends on who runs the tests and when: no configuration of the user's is read, and the clock goes on by an hour
from commit to commit.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Self

from achievement_pipeline_tests.git_objects import Blob, ObjectFolder, Tree

FIRST_COMMIT: Final = 1704103200
"""10:00 UTC on 1 January 2024."""

_HOUR: Final = 3600
_FEW: Final = 50
"""Files of a commit that are written sooner than git is started."""


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


class _Commit(NamedTuple):
    """What a commit is made of."""

    branch: str
    parents: Sequence[str]
    people: bytes
    message: bytes
    changes: Mapping[bytes, Entry | None]


class GitRepository:
    """A repository on disk, and the few things that tests do with one."""

    def __init__(self, path: Path) -> None:
        """Take one that is there already."""
        self.path = path
        self._clock = FIRST_COMMIT - _HOUR
        self._objects: ObjectFolder | None = None
        self._trees: dict[str, Tree] = {}

    @classmethod
    def create(cls, path: Path, *, bare: bool = False, object_format: str = "sha1") -> Self:
        """Make an empty one, its ``HEAD`` on the branch ``main``."""
        store = path if bare else path / ".git"
        if (known := _empty.get((bare, object_format))) and not store.exists():
            store.mkdir(parents=True)
            for name, content in known.items():
                (store / name).mkdir() if content is None else (store / name).write_bytes(content)
            repository = cls(path)
            repository._objects = ObjectFolder(store / "objects", object_format)
            return repository
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
            repository._objects = ObjectFolder(store / "objects", object_format)
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
        people = b"author %s %s\ncommitter %s %s\n" % (
            *(_bytes(author), authored.encode()),
            *(_bytes(committer or author), (committed or authored).encode()),
        )
        changes = {_bytes(path): _entry(content) for path, content in (files or {}).items()}
        commit = _Commit(branch, parents, people, _bytes(message), changes)
        if self._objects and set(parents) <= self._trees.keys() and len(changes) < _FEW and self._has_plain_refs():
            return self._write(commit, self._objects)
        return self.git("fast-import", "--quiet", "--force", stdin=b"".join(_stream(commit))).decode()

    def _write(self, commit: _Commit, objects: ObjectFolder) -> str:
        """Make a commit whose parents were made here too, as git does, without starting it."""
        tree = self._trees[commit.parents[0]] if commit.parents else Tree()
        for path, entry in commit.changes.items():
            tree = tree.replaced(path, _blob(objects, entry))
        names = [b"tree %s\n" % objects.write_tree(tree).encode()]
        names += [b"parent %s\n" % parent.encode() for parent in commit.parents]
        sha = objects.write("commit", b"".join([*names, commit.people, b"\n", commit.message]))
        self._trees[sha] = tree
        self._move(commit.branch, sha)
        return sha

    def _has_plain_refs(self) -> bool:
        """Whether each branch is a file of its own."""
        store = self._store
        return (store / "refs/heads").is_dir() and not any(
            (store / name).exists() for name in ("packed-refs", "reftable")
        )

    @property
    def _store(self) -> Path:
        return store if (store := self.path / ".git").is_dir() else self.path

    def _move(self, branch: str, sha: str) -> None:
        """Let a branch point to a commit, and log it where git does."""
        store, ref = self._store, f"refs/heads/{branch}"
        before = self.tip(branch) or "0" * len(sha)
        (store / ref).parent.mkdir(parents=True, exist_ok=True)
        new = (store / ref).with_name(f"{Path(ref).name}.lock")
        new.write_text(f"{sha}\n")
        new.replace(store / ref)
        if store == self.path:  # a bare repository has no log
            return
        is_checked_out = (store / "HEAD").read_text() == f"ref: {ref}\n"
        for log in (store / "logs" / ref, *([store / "logs/HEAD"] if is_checked_out else [])):
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a") as file:
                file.write(f"{before} {sha} Ada Lovelace <ada@example.org> {int(time.time())} +0000\tfast-import\n")

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
        if self._objects and self._has_plain_refs():
            return ""
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


def _blob(objects: ObjectFolder, entry: Entry | None) -> Blob | None:
    """Store the content of a file."""
    if entry is None:
        return None
    is_submodule = entry.mode == "160000"
    return Blob(entry.mode, entry.content.decode() if is_submodule else objects.write("blob", entry.content))


def _stream(commit: _Commit) -> Iterator[bytes]:
    """Yield the input of ``git fast-import``."""
    branch = commit.branch.encode()
    yield b"feature date-format=raw-permissive\n"
    if not commit.parents:
        yield b"reset refs/heads/%s\n" % branch
    yield b"commit refs/heads/%s\nmark :1\n%s" % (branch, commit.people)
    yield b"data %d\n%s\n" % (len(commit.message), commit.message)
    for place, sha in enumerate(commit.parents):
        yield b"%s %s\n" % (b"merge" if place else b"from", sha.encode())
    for path, entry in commit.changes.items():
        yield _change(path, entry)
    yield b"get-mark :1\n"


def _change(path: bytes, entry: Entry | None) -> bytes:
    quoted = b'"%s"' % b"".join(b"\\%03o" % byte for byte in path)
    if entry is None:
        return b"D %s\n" % quoted
    if entry.mode == "160000":
        return b"M 160000 %s %s\n" % (entry.content, quoted)
    return b"M %s inline %s\ndata %d\n%s\n" % (entry.mode.encode(), quoted, len(entry.content), entry.content)


def _entry(content: str | bytes | Entry | None) -> Entry | None:
    return content if content is None or isinstance(content, Entry) else Entry("100644", _bytes(content))


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
