"""Git as a child process: once as the user runs it, once sealed off from everything that could change a number.

`run_as_user` is for what depends on the user: cloning and fetching.

`look_at` asks a repository on this machine what git's own check of its ownership and its configuration say. That
configuration may be somebody else's, so nothing is reached and nothing is run by it: no protocol is allowed (a partial
clone with ``remote.*.uploadpack`` runs a program when an object is missing, and git before 2.39.4 and 2.45.1 knows no
GIT_NO_LAZY_FETCH), and no monitor of files is asked.

`seal` is for reading history. It makes a git directory of its own, empty but for its configuration, and points it at
the objects of the repository. So the repository's configuration, ``info/attributes``, grafts, replaced objects and
hooks, the user's and the system's configuration, the attributes of the work tree and the variables of the environment
are not overridden one by one: they are not there. Neither are remotes, so nothing is ever fetched.
"""

import fcntl
import os
import selectors
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from select import PIPE_BUF
from typing import BinaryIO, Final

from git import Git
from git.exc import GitCommandError

_REPOSITORY_VARIABLES: Final = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""What ties git to one repository (``git rev-parse --local-env-vars``); a hook that starts us sets some of them."""

_REACH_NOTHING: Final = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_RUN_NOTHING: Final = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never")

_SEALED_CONFIGURATION: Final = """\
[core]
\trepositoryFormatVersion = 1
\tbare = true
\tattributesFile = /dev/null
[extensions]
\tobjectFormat = {object_format}
[mailmap]
\tblob = {mailmap}
"""

_SEALED_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    # Not after every commit.
    "GIT_FLUSH": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # By default glibc keeps seven freed blocks of a size at hand, and has to search among all others, which takes ever
    # longer in a process that reads on: a twentieth of git's time over 50,000 commits. This is the most it can keep.
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=65535",
    # By default glibc gives the memory of every large blob back and asks for it again: up to a third of git's time.
    # 32 MiB is the most that all its versions accept.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
}

_CHUNK: Final = 1 << 20
"""Bytes: the most that is read at once, and what a pipe holds where the system lets us have such a large one."""


def run_as_user(*arguments: str, environment: Mapping[str, str] | None = None, inherited: Sequence[int] = ()) -> bytes:
    """Run git with the user's configuration and environment and return what it prints. It never asks at a terminal.

    Args:
        arguments: The words of the command after `git`.
        environment: Variables to set.
        inherited: Descriptors that git keeps open, such as that of a lock, which it holds even if this process dies.

    Raises:
        GitCommandError: Git failed. Its words are English and may hold the credentials of a URL.
    """
    unset = [name for name in _REPOSITORY_VARIABLES if name in os.environ]
    output = Git(os.path.sep).execute(
        _command(unset, arguments),
        env={"GIT_TERMINAL_PROMPT": "0", **(environment or {})},
        stdout_as_string=False,
        strip_newline_in_stdout=False,
        pass_fds=tuple(inherited),
    )
    return bytes(output)


def look_at(*arguments: str) -> bytes:
    """Run a git command that only looks, with the configuration of a repository that may be somebody else's.

    Raises:
        GitCommandError: Git failed.
    """
    return run_as_user(*_RUN_NOTHING, *arguments, environment=_REACH_NOTHING)


@contextmanager
def seal(
    objects: Sequence[Path], *, object_format: str, shallow: Iterable[str], mailmap: str | None
) -> Iterator["SealedGit"]:
    """Make a git that sees the objects of a repository and nothing else of it.

    Args:
        objects: The repository's directories of objects, one a clone.
        object_format: ``sha1`` or ``sha256``.
        shallow: Object names of the commits that a shallow clone ends at.
        mailmap: Object name of the mailmap that names and addresses go through.
    """
    with tempfile.TemporaryDirectory(prefix="achievements-git-") as name:
        folder = Path(name)
        (folder / "refs").mkdir()
        (folder / "HEAD").write_text("ref: refs/heads/none\n")
        (folder / "config").write_text(_SEALED_CONFIGURATION.format(object_format=object_format, mailmap=mailmap or ""))
        if boundary := "".join(f"{sha}\n" for sha in shallow):
            (folder / "shallow").write_text(boundary)
        git = SealedGit(folder, objects)
        try:
            yield git
        finally:
            git.stop()


class SealedGit:
    """Starts git processes that give the same answers on every machine; made by `seal`."""

    def __init__(self, folder: Path, objects: Sequence[Path]) -> None:
        """Take an empty git directory, to be used with some directories of objects."""
        self._folder = folder
        self._git = Git(folder)
        first, *others = map(str, objects)
        self._environment = {**_SEALED_ENVIRONMENT, "GIT_OBJECT_DIRECTORY": first}
        if others:
            self._environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.pathsep.join(map(_quoted, others))
        self._running: set[GitProcess] = set()

    @contextmanager
    def running(self, *arguments: str, stdin: Iterable[str] = (), end: str = "\n") -> Iterator["GitProcess"]:
        """Start one command, and kill it at the end of the context where it has not ended by itself.

        What `stdin` holds, each followed by `end`, is in a file before it starts: neither side waits for the other.
        """
        with tempfile.TemporaryFile(dir=self._folder) as lines:
            lines.writelines(f"{line}{end}".encode(errors="surrogateescape") for line in stdin)
            lines.seek(0)
            process = self._start(arguments, lines)
        with self._ended(process):
            yield process

    @contextmanager
    def fed(self, *arguments: str) -> Iterator["GitProcess"]:
        """Start one command that `read_in_turns` gives its input bit by bit, and kill it as `running` does."""
        source, sink = os.pipe()
        with FileIO(sink, "w") as pipe:
            os.set_blocking(sink, False)
            _resize(sink, PIPE_BUF)  # what is in a pipe can't be given to another process
            with FileIO(source) as stdin:
                process = self._start(arguments, stdin, pipe)
            with self._ended(process):
                yield process

    def _start(self, arguments: Sequence[str], stdin: BinaryIO | FileIO, pipe: FileIO | None = None) -> "GitProcess":
        unset = [name for name in os.environ if name.startswith("GIT_") and name not in self._environment]
        handle = self._git.execute(
            _command(unset, (f"--git-dir={self._folder}", *arguments)),
            istream=stdin,
            as_process=True,
            env=self._environment,
        )
        process = GitProcess(handle, pipe)
        self._running.add(process)
        return process

    @contextmanager
    def _ended(self, process: "GitProcess") -> Iterator[None]:
        try:
            yield
        finally:
            process.kill()
            self._running.discard(process)

    def stop(self) -> None:
        """Kill what an error left running."""
        while self._running:
            self._running.pop().kill()

    def chunks(self, *arguments: str, stdin: Iterable[str] = (), end: str = "\n") -> Iterator[bytes]:
        """Run one command and yield what it prints, as it comes.

        Raises:
            GitCommandError: It failed, after what it printed until then was yielded.
        """
        with self.running(*arguments, stdin=stdin, end=end) as process:
            yield from (chunk for _, chunk in read_in_turns([process]))
            process.check()

    def output(self, *arguments: str, stdin: Iterable[str] = (), end: str = "\n") -> bytes:
        """Run one command that prints little, and return all of it.

        Raises:
            GitCommandError: It failed.
        """
        return b"".join(self.chunks(*arguments, stdin=stdin, end=end))


class GitProcess:
    """One running git; `read_in_turns` reads it, `check` tells how it ended."""

    def __init__(self, process: Git.AutoInterrupt, pipe: FileIO | None = None) -> None:
        """Take GitPython's handle of a process, and the pipe to its standard input where that is one."""
        self._handle = process
        self.input = pipe
        self.output: int = process.stdout.fileno()
        self.errors: int = process.stderr.fileno()
        self.said = bytearray()
        """What it printed on standard error so far."""

    def give(self, lines: bytes) -> bool:
        """Write to its input, which has room, as much as a pipe takes at once; nothing ends it.

        Returns:
            Whether it may be given more.
        """
        if self.input is None:
            return False
        with suppress(BrokenPipeError):  # it has ended, and `check` tells how
            if lines and self.input.write(lines):
                return True
        self.input.close()
        return False

    def check(self) -> None:
        """Wait for the end.

        Raises:
            GitCommandError: It ended with another status than 0.
        """
        self._handle.wait(stderr=bytes(self.said))

    def kill(self) -> None:
        """Make an end of it; one that has ended is left alone."""
        process = self._handle.proc
        if process is not None:
            with process:
                process.kill()


def read_in_turns(
    processes: Sequence[GitProcess], feed: Callable[[int], bytes] = lambda _: b""
) -> Iterator[tuple[int, bytes]]:
    """Yield what processes print that run side by side: the place in `processes`, and a chunk.

    Standard error is read along, as a process that says much there would wait for ever. One that `SealedGit.fed`
    started is given what `feed` returns for its place, whenever it has taken in what it got before. Between two rounds
    the processes are left alone for a moment, which gets longer as they go on.
    """
    started = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for place, process in enumerate(processes):
            _resize(process.output, _CHUNK)
            selector.register(process.output, selectors.EVENT_READ, place)
            selector.register(process.errors, selectors.EVENT_READ, process.said)
            if process.input:
                selector.register(process.input, selectors.EVENT_WRITE, place)
        while selector.get_map():
            for key, event in selector.select():
                if event == selectors.EVENT_WRITE:
                    if not processes[key.data].give(feed(key.data)):
                        selector.unregister(key.fd)
                elif not (chunk := os.read(key.fd, _CHUNK)):
                    selector.unregister(key.fd)
                elif isinstance(key.data, bytearray):
                    key.data.extend(chunk)
                else:
                    yield key.data, chunk
            time.sleep(_rest(time.monotonic() - started))


def _rest(elapsed: float) -> float:
    """For how many seconds to leave processes alone that have run for `elapsed`: a small part of it where one waits.

    Git writes pieces of 4 KiB, and to be woken for each costs both sides more than to parse it.
    """
    return min(max(0.005, elapsed / 200), 0.015)


def _resize(pipe: int, size: int) -> None:
    """Let a pipe hold so many bytes where the system can do that, and the user has not had enough of it."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, size)


def said(error: GitCommandError) -> str:
    """What git printed on standard error, without GitPython's wrapping."""
    return error.stderr.strip().removeprefix("stderr: '").removesuffix("'").strip()


def _quoted(path: str) -> str:
    """A path as git reads it from a list of paths."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _command(unset: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """The words of a git command that runs without the variables `unset`, which GitPython can't take away."""
    without = ["env", *(word for name in unset for word in ("-u", name))] if unset else []
    return [*without, str(Git.GIT_PYTHON_GIT_EXECUTABLE), *arguments]
