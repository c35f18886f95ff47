"""`achievements collect` as a process that a test disturbs."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from achievement_pipeline_tests.builders import GitRepository

COLLECT = "from achievement_pipeline.cli import main; main()"
"""The program."""
_SOURCES = Path(__file__).parents[1]


def command(locations: Sequence[object], program: str = COLLECT, *arguments: str) -> list[str]:
    """Return the command that collects everybody's work from repositories."""
    named = [word for location in locations for word in ("--repo", str(location))]
    return [sys.executable, "-c", program, *arguments, "collect", *named, "--author", "all"]


def run(words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(words, cwd=_SOURCES, capture_output=True, text=True, check=False, timeout=1800)


def kill_after(words: Sequence[str], seconds: float) -> bool:
    """Run a command and kill it after so many seconds; return whether it had not ended before."""
    with subprocess.Popen(words, cwd=_SOURCES, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def commit_part(repository: GitRepository, number: int) -> None:
    """Commit a piece of work that counts."""
    repository.commit(f"feat: part {number}", {f"part_{number}.py": f"{repository.path.name} = {number}\n" * 60})
