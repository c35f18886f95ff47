"""Run git as a child process, in one of three ways.

- `run_as_user` uses the user's configuration and environment, for cloning and fetching.
- `run_read_only` reads the configuration, refs and index of a local repository, with git's ownership check. The
  repository's configuration is untrusted, so it can't reach the network or start a program: no protocol is allowed (a
  partial clone with ``remote.*.uploadpack`` runs a program when an object is missing, and git before 2.39.4 and 2.45.1
  ignores GIT_NO_LAZY_FETCH), and ``core.fsmonitor`` is off.
- `isolated_git` reads history. It creates an empty git directory and points it at the repository's objects. No
  configuration (of the repository, user or system), attributes, grafts, replaced objects, hooks, remotes or environment
  variables apply, because none of them exist there. Every machine gets the same numbers, and nothing is ever fetched.
"""

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

from achievement_pipeline.system.child_processes import resize_pipe
from achievement_pipeline.system.leftovers import temporary_folder

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
"""Variables that tie git to one repository (``git rev-parse --local-env-vars``). Git sets some of them for hooks."""

_REACH_NOTHING: Final = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_RUN_NOTHING: Final = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never")

_ISOLATED_CONFIGURATION: Final = """\
[core]
\trepositoryFormatVersion = 1
\tbare = true
\tattributesFile = /dev/null
[extensions]
\tobjectFormat = {object_format}
[mailmap]
\tblob = {mailmap}
"""

_ISOLATED_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    # Do not flush the output after every commit.
    "GIT_FLUSH": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # By default glibc caches seven freed blocks of each size and searches all the others, which gets slower as the
    # process runs: 5% of git's time over 50,000 commits. This is the largest cache that glibc accepts.
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=65535",
    # By default glibc returns the memory of every large blob to the system and requests it again: up to a third of
    # git's time. 32 MiB is the largest threshold that all versions accept.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
}

_CHUNK: Final = 1 << 20
"""Maximum bytes per read, and the requested capacity of a pipe."""


def run_as_user(*arguments: str, environment: Mapping[str, str] | None = None, inherited: Sequence[int] = ()) -> bytes:
    """Run git with the user's configuration and environment and return its standard output, without prompting.

    Args:
        arguments: The arguments after `git`.
        environment: Variables to set.
        inherited: Descriptors that git keeps open, such as a lock that must be held even if this process dies.

    Raises:
        GitCommandError: Git failed. The message is English and may contain the credentials of a URL.
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


def run_read_only(*arguments: str) -> bytes:
    """Run a read-only git command in a repository whose configuration is untrusted, and return its standard output.

    Raises:
        GitCommandError: Git failed.
    """
    return run_as_user(*_RUN_NOTHING, *arguments, environment=_REACH_NOTHING)


@contextmanager
def isolated_git(
    objects: Sequence[Path], *, object_format: str, shallow: Iterable[str], mailmap: str | None
) -> Iterator["IsolatedGit"]:
    """Create a temporary git directory that sees only the objects of a repository.

    Args:
        objects: The repository's object directories, one per clone.
        object_format: ``sha1`` or ``sha256``.
        shallow: Object names of the boundary commits of a shallow clone.
        mailmap: Object name of the mailmap to apply to names and addresses.
    """
    with temporary_folder("achievements-git-") as folder:
        (folder / "refs").mkdir()
        (folder / "HEAD").write_text("ref: refs/heads/none\n")
        (folder / "config").write_text(
            _ISOLATED_CONFIGURATION.format(object_format=object_format, mailmap=mailmap or "")
        )
        if boundary := "".join(f"{sha}\n" for sha in shallow):
            (folder / "shallow").write_text(boundary)
        git = IsolatedGit(folder, objects)
        try:
            yield git
        finally:
            git.stop()


class IsolatedGit:
    """Starts git processes whose output is the same on every machine. Created by `isolated_git`."""

    def __init__(self, folder: Path, objects: Sequence[Path]) -> None:
        """Use an empty git directory with these object directories."""
        self._folder = folder
        self._git = Git(folder)
        first, *others = map(str, objects)
        self._environment = {**_ISOLATED_ENVIRONMENT, "GIT_OBJECT_DIRECTORY": first}
        if others:
            self._environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.pathsep.join(map(_quoted, others))
        self._running: set[GitProcess] = set()

    @contextmanager
    def running(self, *arguments: str, stdin: Iterable[str] = (), end: str = "\n") -> Iterator["GitProcess"]:
        """Start a command, and kill it at the end of the context if it is still running.

        The items of `stdin`, each followed by `end`, are written to a file first, so that neither side blocks.
        """
        with tempfile.TemporaryFile(dir=self._folder) as lines:
            lines.writelines(f"{line}{end}".encode(errors="surrogateescape") for line in stdin)
            lines.seek(0)
            process = self._start(arguments, lines)
        with self._ended(process):
            yield process

    @contextmanager
    def running_fed(self, *arguments: str) -> Iterator["GitProcess"]:
        """Start a command whose standard input is fed by `read_interleaved`, and kill it as `running` does."""
        source, sink = os.pipe()
        with FileIO(sink, "w") as pipe:
            os.set_blocking(sink, False)
            resize_pipe(sink, PIPE_BUF)  # input that is already in the pipe can't be reassigned to another process
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
        """Kill all processes that are still running."""
        while self._running:
            self._running.pop().kill()

    def chunks(self, *arguments: str, stdin: Iterable[str] = (), end: str = "\n") -> Iterator[bytes]:
        """Run a command and yield its standard output in chunks as it arrives.

        Raises:
            GitCommandError: The command failed. All output up to then has been yielded.
        """
        with self.running(*arguments, stdin=stdin, end=end) as process:
            yield from (chunk for _, chunk in read_interleaved([process]))
            process.check()

    def output(self, *arguments: str, stdin: Iterable[str] = (), end: str = "\n") -> bytes:
        """Run a command and return its standard output.

        Raises:
            GitCommandError: The command failed.
        """
        return b"".join(self.chunks(*arguments, stdin=stdin, end=end))


class GitProcess:
    """A running git process. `read_interleaved` reads its output; `check` raises if it failed."""

    def __init__(self, process: Git.AutoInterrupt, pipe: FileIO | None = None) -> None:
        """Wrap GitPython's handle, and the pipe to the standard input if there is one."""
        self._handle = process
        self.input = pipe
        self.stdout_fd: int = process.stdout.fileno()
        self.stderr_fd: int = process.stderr.fileno()
        self.stderr = bytearray()
        """The standard error read so far."""

    def write(self, lines: bytes) -> bool:
        """Write to the standard input, which must have room. No data closes it.

        Returns:
            Whether the input is still open.
        """
        if self.input is None:
            return False
        with suppress(BrokenPipeError):  # the process has exited; `check` reports why
            if lines and self.input.write(lines):
                return True
        self.input.close()
        return False

    def check(self) -> None:
        """Wait until the process exits.

        Raises:
            GitCommandError: Its exit status is not 0.
        """
        self._handle.wait(stderr=bytes(self.stderr))

    def kill(self) -> None:
        """Kill the process if it is still running."""
        process = self._handle.proc
        if process is not None:
            with process:
                process.kill()


def read_interleaved(
    processes: Sequence[GitProcess], feed: Callable[[int], bytes] = lambda _: b""
) -> Iterator[tuple[int, bytes]]:
    """Yield the output of concurrent processes as pairs of an index into `processes` and a chunk.

    Standard error is read too: a process that fills that pipe would block forever. A process started by
    `IsolatedGit.running_fed` receives `feed(index)` whenever its pipe is empty. Between reads there is a short time,
    which grows with the running time: that of the caller's own work on a chunk, and a pause for the rest of it.
    """
    started = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for index, process in enumerate(processes):
            resize_pipe(process.stdout_fd, _CHUNK)
            selector.register(process.stdout_fd, selectors.EVENT_READ, index)
            selector.register(process.stderr_fd, selectors.EVENT_READ, process.stderr)
            if process.input:
                selector.register(process.input, selectors.EVENT_WRITE, index)
        while selector.get_map():
            ready = selector.select()
            last_read = time.monotonic()
            for key, event in ready:
                if event == selectors.EVENT_WRITE:
                    if not processes[key.data].write(feed(key.data)):
                        selector.unregister(key.fd)
                elif not (chunk := os.read(key.fd, _CHUNK)):
                    selector.unregister(key.fd)
                elif isinstance(key.data, bytearray):
                    key.data.extend(chunk)
                else:
                    yield key.data, chunk
            if selector.get_map():  # there is more to wait for
                time.sleep(max(0, last_read + _pause(last_read - started) - time.monotonic()))


def _pause(elapsed: float) -> float:
    """Return the pause between two reads, in seconds, for processes that have run for `elapsed` seconds.

    Git writes 4 KiB at a time, and waking up for each write costs both sides more than parsing it.
    """
    return min(max(0.005, elapsed / 200), 0.015)


def stderr_of(error: GitCommandError) -> str:
    """Return git's standard error, without GitPython's wrapping."""
    return error.stderr.strip().removeprefix("stderr: '").removesuffix("'").strip()


def _quoted(path: str) -> str:
    """Quote a path as git expects it in a list of paths."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _command(unset: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """Return a git command line that unsets the variables `unset`, which GitPython can't do."""
    without = ["env", *(word for name in unset for word in ("-u", name))] if unset else []
    return [*without, str(Git.GIT_PYTHON_GIT_EXECUTABLE), *arguments]
