"""The demo's folder and environment: sample repositories and servers, and nothing of the user's own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import platformdirs

from achievement_pipeline.demo.history import OWNER, History
from achievement_pipeline.demo.servers.github import GitHubServer
from achievement_pipeline.demo.servers.linear import LinearServer
from achievement_pipeline.demo.world.delay_model import DELAY_MODEL, log_runs
from achievement_pipeline.demo.world.quayside import QUAYSIDE
from achievement_pipeline.demo.world.tidewater import TIDEWATER
from achievement_pipeline.demo.world.tracker import make_workspace
from achievement_pipeline.lanes import LANES
from achievement_pipeline.settings import APP_NAME, CONFIG_FILE_NAME, Environment
from achievement_pipeline.system.leftovers import write_whole
from achievement_pipeline.system.private_files import make_private_folder

_HISTORIES: Final = (TIDEWATER, QUAYSIDE, DELAY_MODEL)

_SETTINGS: Final = """\
# The settings of the demo. Yours are in another file: achievements doctor names it.
[me]
name = "Ada Lindqvist"
emails = ["ada@example.org", "ada.lindqvist@laptop.example.org", "ada-lindqvist"]
label = "Software engineer"
summary = "Writes software for harbours: tides, timetables, and how late the ferry will be."
url = "https://ada.example.org"

[[people]]
name = "Ben Okafor"
emails = ["ben@example.org"]

[[people]]
name = "Mira Sato"
emails = ["mira@example.org"]

[privacy]
public = ["linear"]              # as for an open-source project with a public tracker

[privacy.channels.portfolio]     # what you would decide with `achievements review`
auto_approve = { portfolio_ready = false, min_impact = 45, public_only = true }

[privacy.channels.resume]
auto_approve = { portfolio_ready = false, min_impact = 45, public_only = true }
"""

_PREFIXES: Final = ("ACHIEVEMENTS_", "DAGSTER_", "GIT_", *(lane.variables for lane in LANES))
_MLFLOW: Final = "http://mlflow.example.org"


def demo_folder() -> Path:
    """Return the folder of everything that the demo writes, below the user's folder of caches."""
    return platformdirs.user_cache_path(APP_NAME, appauthor=False) / "demo"


@contextmanager
def sample_world(folder: Path) -> Iterator[None]:
    """Run the block with the sample world as all that there is: its settings, repositories, servers and data folder.

    The environment and the working folder are put back afterwards.
    """
    make_private_folder(folder)
    repositories = {history.name: _stored(history, folder) for history in _HISTORIES}
    write_whole(folder / CONFIG_FILE_NAME, _SETTINGS.encode())
    with ExitStack() as stack:
        github = stack.enter_context(
            GitHubServer(*(history.at_github(repositories[history.name]) for history in _HISTORIES))
        )
        linear = stack.enter_context(LinearServer(make_workspace()))
        mlflow = stack.enter_context(log_runs(repositories[DELAY_MODEL.name]))
        stack.enter_context(
            _environment(
                ACHIEVEMENTS_HOME=str(folder / "home"),
                ACHIEVEMENTS_CONFIG=str(folder / CONFIG_FILE_NAME),
                GIT_CONFIG_GLOBAL=os.devnull,
                GIT_CONFIG_NOSYSTEM="1",
                GIT_REPO_PATH=os.pathsep.join(map(str, repositories.values())),
                GITHUB_TOKEN=f"token-of-{OWNER}",
                GITHUB_API_URL=github.url,
                GITHUB_GRAPHQL_URL=f"{github.url}/graphql",
                LINEAR_API_KEY=f"key-of-{OWNER}",
                LINEAR_API_URL=f"{linear.url}/graphql",
                # by a name, so that links to runs are the same each time; the server is the proxy that leads there
                MLFLOW_TRACKING_URI=_MLFLOW,
                HTTP_PROXY=mlflow.url,
                NO_PROXY="127.0.0.1,localhost",
                # logins of the user's are in their keyring
                PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
            )
        )
        stack.enter_context(_working_in(folder))
        yield


def _stored(history: History, folder: Path) -> Path:
    """Return the repository of a history, which is written only where it is not there as it should be."""
    git_dir = folder / "repositories" / f"{history.name}.git"
    stamp = git_dir / "demo"
    digest = history.digest
    if not stamp.is_file() or stamp.read_text() != digest:
        shutil.rmtree(git_dir, ignore_errors=True)
        git_dir.parent.mkdir(exist_ok=True)
        history.store(git_dir)
        stamp.write_text(digest)
    return git_dir


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set variables, without any setting, key or proxy of the user's."""
    before = dict(os.environ)
    own = {name.upper() for name in Environment.model_fields}
    for name in before:
        if name in own or name.startswith(_PREFIXES) or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
