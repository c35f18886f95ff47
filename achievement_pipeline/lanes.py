"""The lanes: everything that the program has to know about a source, besides how it is read and judged.

A new source is one more record here (``docs/architecture.md`` has the recipe). Jobs, sensors, schedules, freshness,
backfills, `collect`, `doctor`, the privacy gate and the documents read these records. Nothing here imports Dagster or
pandas, so that the command line can use it without waiting for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final, Protocol

from achievement_pipeline.keys import GIT as GIT_KEYS
from achievement_pipeline.keys import GITHUB as GITHUB_KEYS
from achievement_pipeline.keys import LINEAR as LINEAR_KEYS
from achievement_pipeline.keys import MAINTENANCE, MANUAL, PROJECT, ActivityKey, KeyForm
from achievement_pipeline.keys import MLFLOW as MLFLOW_KEYS

if TYPE_CHECKING:
    from achievement_pipeline.http import RequestOptions
    from achievement_pipeline.settings import Settings


class ActivityKind(StrEnum):
    """What an activity is, in its source's own words."""

    COMMIT = "git_commit"
    MERGING = "git_merging"
    """Merging other people's work: one activity for each person and year."""
    RELEASING = "git_releasing"
    """Cutting releases: one activity for each person and year."""
    PULL_REQUEST = "github_pull_request"
    REVIEW = "github_review"
    LINEAR_ISSUE = "linear_issue"
    LINEAR_PROJECT = "linear_project"
    MLFLOW_RUN = "mlflow_run"
    MANUAL = "manual"


class Client(Protocol):
    """The client of an API."""

    def examine(self) -> str:
        """Check that the API can be reached, and describe for people what it allows."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A source, with the assets that its work goes through."""

    name: str
    """Also the group of its assets, the module of them, and what the names of its slices begin with."""
    label: str
    """What people call it."""
    work: str
    """What is read, in words: ``the runs of MLflow``."""
    kinds: Mapping[str, str]
    """What its activities are, each with what people call one."""
    keys: tuple[KeyForm, ...]
    """The forms of its keys."""

    raw: Mapping[str, str]
    """What was read, for people, by asset; the first asset has the warnings."""
    activities: str
    scores: str
    skills: str
    by_repository: bool = False

    is_on: Callable[[Settings], bool]
    switch: str
    """The setting that switches it on, in a word or two."""
    remedy: str
    """How to switch it on, in a sentence."""
    variables: str
    """What the names of its environment variables begin with; child processes get them."""
    seconds: Callable[[Settings], int]
    """From one look at the source to the next."""
    sensor: str | None = None
    """Name of the sensor that looks at the source; None where it has sensors of its own."""
    host: Callable[[Settings], str] | None = None
    """Host of the repositories that it covers, where it does not cover all of them."""
    client: str | None = None
    """``module:function`` that takes settings and a `RequestOptions` and returns its `Client`."""
    news: str | None = None
    """``module:function`` that takes settings, an engine, stored frames and a repository, and returns whether the
    source has anything that is not stored. Without it, only a run tells."""
    module: str = ""
    """Of its assets."""
    rules: str = ""
    """``module:class`` of its own rules, which users set in ``[rules.<name>]``."""
    is_public: bool = False
    """Whether everybody can see its work where neither settings nor a host decide otherwise."""

    @property
    def job(self) -> str:
        """The job that collects it."""
        return f"collect_{self.name}"

    @property
    def assets(self) -> tuple[str, str, str]:
        """The assets that `achievements` depends on."""
        return (self.activities, self.scores, self.skills)

    @property
    def assets_module(self) -> str:
        """The module that defines its assets."""
        return self.module or f"achievement_pipeline.defs.assets.{self.name}"

    @property
    def why_off(self) -> str:
        """The message where it is off."""
        return f"The {self.name} lane is off. To switch it on: {self.remedy}."

    def describe(self, what: str, settings: Settings) -> str:
        """Return the description of a sensor or schedule, which is all that people see of it while it is off."""
        return what if self.is_on(settings) else f"{self.why_off} {what}"

    def covers(self, repository: str, settings: Settings) -> bool:
        """Whether it reads a repository."""
        return self.by_repository and (self.host is None or repository.startswith(f"{self.host(settings)}/"))

    @property
    def slices(self) -> str:
        """What the names of its slices begin with, where it is by repository."""
        return f"{self.name}/"

    def slice_name(self, repository: str = "") -> str:
        """Return the name of what is replaced as a whole: ``git/github.com/owner/name``, ``linear``."""
        return f"{self.slices}{repository}" if repository else self.name

    def connect(self, settings: Settings, options: RequestOptions | None = None) -> Client:
        """Return the client of its API.

        Raises:
            SettingsError: It is off.
            SourceError: The token or an address is malformed.
        """
        if self.client is None:
            raise TypeError(f"{self.label} has no API.")
        client: Client = resolve_name(self.client)(settings, options)
        return client


GIT: Final = Lane(
    name="git",
    label="git",
    work="the commits of a repository",
    kinds={
        ActivityKind.COMMIT: "commit",
        ActivityKind.MERGING: "year of merging",
        ActivityKind.RELEASING: "year of releasing",
    },
    keys=(GIT_KEYS, PROJECT, MAINTENANCE),
    raw={"raw_commits": "commits", "raw_commit_files": "files"},
    activities="commit_activities",
    scores="commit_scores",
    skills="commit_skills",
    by_repository=True,
    is_on=lambda settings: settings.environment.enable_git_tracking,
    switch="ENABLE_GIT_TRACKING",
    remedy="ENABLE_GIT_TRACKING=true",
    variables="GIT_",
    seconds=lambda settings: settings.environment.git_check_interval,
)
GITHUB: Final = Lane(
    name="github",
    label="GitHub",
    work="the pull requests and reviews of a repository",
    kinds={ActivityKind.PULL_REQUEST: "pull request", ActivityKind.REVIEW: "review"},
    keys=(GITHUB_KEYS,),
    raw={"raw_pull_requests": "pull requests", "raw_reviews": "reviews"},
    activities="pull_request_activities",
    scores="pull_request_scores",
    skills="pull_request_skills",
    by_repository=True,
    is_on=lambda settings: settings.github_is_on,
    switch="GITHUB_TOKEN",
    remedy="set GITHUB_TOKEN, or, for public repositories alone, [github] enabled = true in achievements.toml",
    variables="GITHUB_",
    seconds=lambda settings: settings.environment.github_check_interval,
    sensor="new_pull_requests",
    host=lambda settings: settings.github_host,
    client="achievement_pipeline.app.collect.clients:github_client",
    news="achievement_pipeline.app.collect.news:github_news",
)
LINEAR: Final = Lane(
    name="linear",
    label="Linear",
    work="the issues and projects of Linear",
    kinds={ActivityKind.LINEAR_ISSUE: "issue", ActivityKind.LINEAR_PROJECT: "project"},
    keys=(LINEAR_KEYS,),
    raw={"raw_linear_issues": "issues", "raw_linear_projects": "projects"},
    activities="linear_activities",
    scores="linear_scores",
    skills="linear_skills",
    is_on=lambda settings: settings.environment.linear_api_key is not None,
    switch="LINEAR_API_KEY",
    remedy="set LINEAR_API_KEY",
    variables="LINEAR_",
    seconds=lambda settings: settings.environment.linear_check_interval,
    sensor="new_linear_work",
    client="achievement_pipeline.app.collect.clients:linear_client",
    news="achievement_pipeline.app.collect.news:linear_news",
    rules="achievement_pipeline.judging.rules.linear:LinearRules",
)
MLFLOW: Final = Lane(
    name="mlflow",
    label="MLflow",
    work="the runs of MLflow",
    kinds={ActivityKind.MLFLOW_RUN: "MLflow run"},
    keys=(MLFLOW_KEYS,),
    raw={"raw_mlflow_runs": "runs"},
    activities="mlflow_activities",
    scores="mlflow_scores",
    skills="mlflow_skills",
    is_on=lambda settings: settings.environment.mlflow_server is not None,
    switch="MLFLOW_TRACKING_URI, an http address",
    remedy="set MLFLOW_TRACKING_URI to the http address of a tracking server",
    variables="MLFLOW_",
    seconds=lambda settings: settings.environment.mlflow_check_interval,
    sensor="new_mlflow_runs",
    client="achievement_pipeline.app.collect.clients:mlflow_client",
    news="achievement_pipeline.app.collect.news:mlflow_news",
    rules="achievement_pipeline.judging.rules.mlflow:MlflowRules",
)
LANES: tuple[Lane, ...] = (GIT, GITHUB, LINEAR, MLFLOW)

_PLANNED: Final = ("gitlab", "jira")
"""Sources without a lane yet: what is stated about their work is kept apart already."""


def sources() -> frozenset[str]:
    """Return the names of the sources that work is collected from, or will be."""
    return frozenset({*(lane.name for lane in LANES), *_PLANNED})


def kinds() -> dict[str, str]:
    """Return what people call an activity of each kind that is collected."""
    return {str(kind): words for lane in LANES for kind, words in lane.kinds.items()}


def sources_of_kinds() -> dict[str, str]:
    """Return the source of each kind."""
    return {str(kind): lane.name for lane in LANES for kind in lane.kinds}


def origins() -> list[str]:
    """Return the origins of work other than repositories, as settings name them."""
    return [form.origin("<server>") for form in _forms() if not form.in_repository]


def lane_of(name: str) -> Lane:
    """Return the lane of a name, or of the name of a slice."""
    return next(lane for lane in LANES if lane.name == name.partition("/")[0])


def parse_key(text: str) -> ActivityKey | None:
    """Return the parts of an activity's key; None if no lane has such keys."""
    return next(filter(None, (form.parse(text) for form in _forms())), None)


def is_public_by_default(key: ActivityKey) -> bool:
    """Whether everybody can see an activity where neither settings nor a host decide otherwise."""
    return any(lane.is_public for lane in LANES if key.form in lane.keys)


def place_of(origin: str) -> str | None:
    """Return the repository or server that an origin names; None where it names only its source: ``linear``."""
    for form in _forms():
        if not form.in_repository and origin == form.origin(""):
            return None
        if not form.in_repository and form.separator and origin.startswith(form.start):
            return origin.removeprefix(form.start)
    return origin


def _forms() -> Iterator[KeyForm]:
    yield MANUAL
    for lane in LANES:
        yield from lane.keys
