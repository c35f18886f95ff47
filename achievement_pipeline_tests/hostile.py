"""A folder that somebody else filled, to run a command in: whatever obeys it leaves a mark."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from achievement_pipeline_tests.builders import GitRepository

PROGRAM = Path(sys.executable).with_name("achievements")
"""The command as it is installed."""

_MODULES = (
    *("achievement_pipeline", "alembic", "celery", "celeryconfig", "click", "dagster", "dagster_graphql", "git", "gql"),
    *("grpc", "keyring", "numpy", "pandas", "psycopg2", "pyarrow", "pydantic", "requests", "rich", "sitecustomize"),
    *("sqlalchemy", "starlette", "tomllib", "usercustomize", "uvicorn", "workspace", "yaml"),
)
_PROGRAMS = ("env", "git", "less", "postgres", "ps", "python", "python3", "sh", "ssh")

_DAGSTER = """\
storage:
  custom: {module: workspace, class: Storage, config: {}}
run_launcher: {module: workspace, class: Launcher}
"""
_PYPROJECT = """\
[tool.dg]
directory_type = "project"
[tool.dg.project]
root_module = "workspace"
code_location_target_module = "workspace"
[tool.dagster]
module_name = "workspace"
[tool.alembic]
script_location = "%(here)s/migrations"
"""


def enter(folder: Path, mark: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a hostile repository with a commit of the user, who is in it for as long as the patch lasts; return it."""
    repository = GitRepository.create(folder)
    repository.commit("feat: count things", {"core.py": "".join(f"a{n} = {n}\n" for n in range(400))})
    fill(repository.path, mark)
    monkeypatch.setenv("PATH", path_of_a_careless_user(repository.path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.chdir(repository.path)
    return repository.path


def fill(folder: Path, mark: Path) -> None:
    """Put in a folder all that configures something when it is found in a working folder.

    Args:
        folder: The folder.
        mark: The file that is written by what is run, and the data folder that is made by what is configured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    code = f"open({str(mark)!r}, 'a').write(__name__ + '\\n')\n"
    for name in _MODULES:
        (folder / f"{name}.py").write_text(code)
    package = folder / "dagster_webserver"
    package.mkdir()
    for name in ("__init__", "__main__"):
        (package / f"{name}.py").write_text(code)
    for name in _PROGRAMS:
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {name} >>{mark}\nexit 1\n")
        program.chmod(0o755)
    trap = mark.with_name("elsewhere")
    for name, content in {
        ".env": _variables(folder, trap),
        ".netrc": "default login x password y\n",
        ".pgpass": "*:*:*:*:x\n",
        "alembic.ini": f"[alembic]\nscript_location = {folder}/migrations\n",
        "dagster.yaml": _DAGSTER,
        "keyringrc.cfg": "[backend]\ndefault-keyring=keyring.Backend\n",
        "pg_service.conf": "[achievements]\nhost=127.0.0.1\nport=1\n",
        "pyproject.toml": _PYPROJECT,
        "pytest.ini": "[pytest]\naddopts = -p workspace\n",
        "setup.cfg": "[alembic]\nscript_location = migrations\n",
        "workspace.yaml": "load_from: [{python_module: workspace}]\n",
    }.items():
        (folder / name).write_text(content)


def marks(mark: Path) -> list[str]:
    """Return what obeyed the folder."""
    run = mark.read_text().split() if mark.exists() else []
    return [*run, *(["variables of .env"] if mark.with_name("elsewhere").exists() else [])]


def path_of_a_careless_user(folder: Path) -> str:
    """PATH with the working folder in it, in all its forms."""
    return os.pathsep.join(("", ".", "./", os.environ["PATH"], "bin", str(folder / "bin")))


def _variables(folder: Path, trap: Path) -> str:
    variables: Iterable[tuple[str, object]] = {
        "ACHIEVEMENTS_FRAMES": trap / "frames",
        "ACHIEVEMENTS_HOME": trap,
        "DAGSTER_HOME": folder,
        "GIT_SSH_COMMAND": folder / "ssh",
        "NETRC": folder / ".netrc",
        "PGSERVICEFILE": folder / "pg_service.conf",
        "PYTHONPATH": folder,
        "PYTHONSTARTUP": folder / "workspace.py",
    }.items()
    return "".join(f"{name}={value}\n" for name, value in variables)
