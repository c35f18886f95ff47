"""Benchmarks start by the command that their first lines give, with what `make test` installs."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

_ROOT = Path(__file__).parents[2]
_SHARED: Final = {"impact_figures.py", "impact_notes.py", "impact_units.py"}
"""Modules of `impact.py`."""
_SCRIPTS = sorted(path for path in (_ROOT / "benchmarks").glob("*.py") if path.name not in _SHARED)
_START: Final = """
import runpy, sys, traceback
folder, *starts = sys.argv[1:]
failed = 0
for start in starts:
    sys.path[0] = f"{folder}/benchmarks" if start.endswith(".py") else folder
    try:
        runpy.run_path(f"{folder}/{start}") if start.endswith(".py") else runpy.run_module(start)
    except BaseException:
        traceback.print_exc()
        print(start, "does not start", file=sys.stderr)
        failed = 1
sys.exit(failed)
"""
"""Imports what each command imports, from where Python would look for it; nothing is measured."""


def _command(script: Path) -> str:
    """Return what the first command of a script starts: ``benchmarks/x.py``, or ``benchmarks.x`` with ``-m``."""
    lines = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "").splitlines()
    commands = [line.split() for line in lines if line.strip().startswith("python ")]
    return next((words[2] if words[1] == "-m" else words[1] for words in commands), "")


@pytest.mark.parametrize("script", _SCRIPTS, ids=lambda path: path.stem)
def test_its_first_lines_give_its_command(script: Path) -> None:
    assert _command(script) in {f"benchmarks/{script.name}", f"benchmarks.{script.stem}"}


@pytest.mark.e2e
def test_they_start_by_their_commands() -> None:
    starts = [_command(script) for script in _SCRIPTS]
    ended = subprocess.run(
        [sys.executable, "-c", _START, _ROOT, *starts], cwd=_ROOT, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
