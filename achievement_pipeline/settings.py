"""Every setting, typed, in one place: environment variables and ``achievements.toml``.

What is short or secret is an environment variable; what is long (people, repositories, rules) stands in the
``achievements.toml`` of the user's configuration folder, or in the one that ``--config`` names. One in the current
folder may be somebody else's: it adds rules of judging, and nothing else of it counts.
"""

import datetime as dt
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import available_timezones

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.http import is_secure
from achievement_pipeline.judging.rules import Person, Rules
from achievement_pipeline.judging.skills.vocabulary import known_skills
from achievement_pipeline.patterns import IGNORECASE, compile_pattern
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.policy import Privacy, PrivacyPolicy, Visibility
from achievement_pipeline.publishing.github_profile.settings import GitHubProfileSettings
from achievement_pipeline.publishing.linkedin.settings import API_URL, OAUTH_URL, LinkedInSettings
from achievement_pipeline.sources.git.identity import user_email, user_name
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.sources.git.spool import SPOOL
from achievement_pipeline.sources.github.addresses import complete_addresses, served_host
from achievement_pipeline.work_tree_file import WorkTreeFile, read_work_tree_file

APP_NAME = "achievement-pipeline"
CONFIG_FILE_NAME = "achievements.toml"

ME = "me"
ALL = "all"
"""What stands for the user, and for everybody, where authors are asked for."""

_URL = r"[a-z][a-z0-9+.-]*://(?:[^/:@\s]+(?::[^/@\s]*)?@)?[^/:]*(?::\d+)?(?:/[^:]*)?"
_SCP = r"[\w.-]+@[\w.-]+:[^:]+"
_LOCATION = compile_pattern(rf"{_URL}|{_SCP}|[^:]+", IGNORECASE)

_Parsed = TypeVar("_Parsed")


def _from_its_file(path: Path, info: ValidationInfo) -> Path:
    """A path of ``achievements.toml``: a relative one starts at the file's folder."""
    return (info.context or Path.cwd()) / path.expanduser()


def _location_from_its_file(location: str, info: ValidationInfo) -> str:
    return _in_full(location, info.context) if info.context else location


_UserPath = Annotated[Path, AfterValidator(_from_its_file)]


def _split_locations(value: object) -> object:
    """Split a list of repositories at the separator of PATH, leaving the colons of URLs alone.

    A colon is part of a URL before ``//`` (``https://``), between ``user@host`` and a path (scp form), and before a
    port.
    """
    if not isinstance(value, str):
        return value
    if os.pathsep != ":":
        return [part for part in value.split(os.pathsep) if part]
    return _LOCATION.findall(value)


def _in_full(location: str, folder: Path) -> str:
    """A path without its dependence on a folder; a URL as it is."""
    path = Path(location).expanduser()
    is_url = Remote.parse(location) is not None and not path.exists()
    return location if is_url or "://" in location else str(folder / path)


def _in_full_from_here(location: str) -> str:
    return _in_full(location, Path.cwd())


class CeleryTasks(StrEnum):
    """What a task of Celery is."""

    RUNS = "runs"
    """Dagster's run launcher for Celery: fewer, longer tasks. A run whose worker was killed is started again."""
    STEPS = "steps"
    """Dagster's executor for Celery: the assets of one run on several machines."""


class LogFormat(StrEnum):
    """For whom the service logs."""

    TEXT = "text"
    JSON = "json"


class Environment(BaseSettings):
    """What environment variables hold; an empty one counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="ignore")

    git_repo_path: Annotated[
        tuple[Annotated[str, AfterValidator(_in_full_from_here)], ...], NoDecode, BeforeValidator(_split_locations)
    ] = Field(default=(), description="Repositories to read: paths or clone URLs, separated as in PATH")
    git_check_interval: int = Field(
        default=300,
        ge=30,
        description="Seconds from one look at the repositories given by URL to the next while the service runs",
    )
    enable_git_tracking: bool = Field(default=True, description="Whether the git lane is on")
    min_lines_for_achievement: int | None = Field(
        default=None, ge=0, description="More effective lines make a commit significant; wins over achievements.toml"
    )
    github_token: SecretStr | None = Field(
        default=None, description="Token of GitHub: switches the github lane on, for private repositories too"
    )
    github_api_url: str | None = Field(
        default=None, description="REST address of an Enterprise server or proxy; unset: GitHub's own"
    )
    github_graphql_url: str | None = Field(
        default=None, description="GraphQL address of an Enterprise server or proxy; unset: GitHub's own"
    )
    linear_api_key: SecretStr | None = Field(default=None, description="Key of Linear: switches the linear lane on")
    linear_api_url: str | None = Field(default=None, description="GraphQL address; unset: Linear's own")
    linear_check_interval: int = Field(
        default=300, ge=30, description="Seconds from one look at Linear to the next while the service runs"
    )
    github_check_interval: int = Field(
        default=900, ge=60, description="Seconds from one look at GitHub to the next while the service runs"
    )
    mlflow_check_interval: int = Field(
        default=600, ge=30, description="Seconds from one look at MLflow to the next while the service runs"
    )
    mlflow_tracking_uri: str | None = Field(
        default=None, description="http(s) address of the tracking server: switches the mlflow lane on"
    )
    mlflow_tracking_username: str | None = Field(default=None, description="User of the tracking server")
    mlflow_tracking_password: SecretStr | None = Field(default=None, description="Password of that user")
    mlflow_tracking_token: SecretStr | None = Field(
        default=None, description="Token of the tracking server, where it takes one; a user and password win"
    )
    failure_webhook_url: SecretStr | None = Field(
        default=None, description="Address that is told of failed runs: an incoming webhook of Slack, Discord, ..."
    )
    linkedin_client_id: str | None = Field(default=None, description="The app at LinkedIn that posts for you")
    linkedin_client_secret: SecretStr | None = Field(default=None, description="The secret of that app")
    linkedin_api_url: str = Field(default=API_URL, description="Address of LinkedIn's API")
    linkedin_oauth_url: str = Field(default=OAUTH_URL, description="Address of LinkedIn's login")
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL of the achievements; unset: an embedded server is used"
    )
    dagster_database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL of Dagster's own records; unset: database 'dagster' beside DATABASE_URL"
    )
    achievements_home: Annotated[Path, AfterValidator(lambda path: Path.cwd() / path.expanduser())] | None = Field(
        default=None, description="Folder of all data that is kept; unset: the user's data folder"
    )
    achievements_config: Annotated[Path, AfterValidator(lambda path: Path.cwd() / path.expanduser())] | None = Field(
        default=None, description="The achievements.toml that counts; unset: the one in the user's configuration folder"
    )
    achievements_frames: Annotated[str, AfterValidator(_in_full_from_here)] | None = Field(
        default=None, description="Folder or object store URL of the dataframes; unset: a folder in the home"
    )
    achievements_celery_broker: SecretStr | None = Field(
        default=None, description="Broker of Celery: runs are done by the workers of many machines"
    )
    achievements_celery_backend: SecretStr | None = Field(
        default=None, description="Where Celery keeps the states of tasks; unset: in the broker, where it is Redis"
    )
    achievements_celery_tasks: CeleryTasks = Field(
        default=CeleryTasks.RUNS, description="What is handed to a worker: whole runs, or single steps"
    )
    achievements_log_format: LogFormat = Field(
        default=LogFormat.TEXT, description="What the service prints: text for people, or json for machines"
    )

    @property
    def mlflow_server(self) -> str | None:
        """The address of the tracking server; None where MLFLOW_TRACKING_URI names a file, a database or Databricks."""
        uri = self.mlflow_tracking_uri or ""
        return uri if uri.lower().startswith(("http://", "https://")) else None


class PublishingSettings(BaseModel):
    """What is published, and where to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: _UserPath | None = Field(
        default=None, description="Where the assets write documents; unset: 'published' in the home"
    )
    last_review: dt.date | None = Field(
        default=None, description="Day of the last review: the brag document tells what was done since"
    )
    resume: _UserPath | None = Field(
        default=None,
        description="A resume of your own, in the form of JSON Resume, that projects and skills are added to",
    )
    linkedin: LinkedInSettings = LinkedInSettings()
    github_profile: GitHubProfileSettings = GitHubProfileSettings()


class RepositorySettings(BaseModel):
    """One repository, where an environment variable says too little."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    location: Annotated[str, AfterValidator(_location_from_its_file)] = Field(
        min_length=1, description="Path or clone URL"
    )
    branches: Literal["default", "all"] = Field(default="default", description="Which commits are read")
    visibility: Visibility | None = Field(
        default=None, description="Who can see it; unset: as GitHub says, and private on every other host"
    )

    @property
    def names(self) -> tuple[str, ...]:
        """What the database may call it: its location as it stands here, and of a clone URL its key."""
        remote = Remote.parse(self.location)
        return (self.location, remote.key) if remote else (self.location,)


class CollectSettings(BaseModel):
    """Whose work is collected, and since when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: dt.date | None = Field(
        default=None, description="Work of before this day is not judged; commits are listed, never diffed"
    )
    authors: tuple[str, ...] = Field(default=(), description="Addresses, 'me' or 'all'; empty: me")


class GitHubSettings(BaseModel):
    """Whether GitHub is asked about the repositories that lie there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool | None = Field(
        default=None, description="Unset: where GITHUB_TOKEN is; true: public repositories without it too; false: never"
    )


class ScheduleSettings(BaseModel):
    """Whether and when something happens by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: bool
    cron: str = Field(pattern=r"^\S+( \S+){4}$", description="Minute, hour, day of month, month, day of week")


class SchedulesSettings(BaseModel):
    """What happens by the clock while the service runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str | None = Field(default=None, description="As Europe/Vienna; unset: the machine's")
    nightly: ScheduleSettings = Field(
        default=ScheduleSettings(on=True, cron="0 3 * * *"), description="Everything is read and judged anew"
    )
    weekly_digest: ScheduleSettings = Field(
        default=ScheduleSettings(on=True, cron="0 7 * * 1"), description="What was done in the week before is written"
    )
    publishing: ScheduleSettings = Field(
        default=ScheduleSettings(on=False, cron="0 8 * * *"), description="All that is shown is made anew"
    )

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError(f"{name} is no time zone. Write it as Europe/Vienna.")
        return name


def _of_known_channels(policy: PrivacyPolicy) -> PrivacyPolicy:
    # imported here: most commands render nothing
    from achievement_pipeline.channels import UnknownChannelError, find_channel  # noqa: PLC0415

    for name in policy.channels:
        try:
            find_channel(name)
        except UnknownChannelError as error:
            raise ValueError(str(error)) from error
    return policy


class ConfigFile(BaseModel):
    """What ``achievements.toml`` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    me: Profile = Profile()
    people: tuple[Person, ...] = ()
    repositories: tuple[RepositorySettings, ...] = ()
    collect: CollectSettings = CollectSettings()
    github: GitHubSettings = GitHubSettings()
    privacy: Annotated[PrivacyPolicy, AfterValidator(_of_known_channels)] = PrivacyPolicy()
    publishing: PublishingSettings = PublishingSettings()
    schedules: SchedulesSettings = SchedulesSettings()
    rules: Rules = Rules()


class Settings(BaseModel):
    """All settings as the rest of the program sees them."""

    model_config = ConfigDict(frozen=True)

    environment: Environment
    config: ConfigFile
    config_path: Path | None = Field(description="The achievements.toml that was read, if any")
    work_tree: WorkTreeFile | None = Field(default=None, description="The achievements.toml of the current folder")

    @property
    def files_that_count(self) -> str:
        """The files that settings come from, in words for people."""
        own = str(self.config_path or "no achievements.toml, the defaults count")
        return f"{own}; {self.work_tree.announcement}" if self.work_tree else own

    def absolute_variables(self) -> dict[str, str]:
        """The variables that may hold relative paths, with these in full: for processes that work elsewhere."""
        environment = self.environment
        given = {
            "ACHIEVEMENTS_CONFIG": environment.achievements_config,
            "ACHIEVEMENTS_FRAMES": environment.achievements_frames,
            "ACHIEVEMENTS_HOME": environment.achievements_home,
            "GIT_REPO_PATH": os.pathsep.join(environment.git_repo_path),
        }
        return {name: str(value) for name, value in given.items() if value}

    @property
    def home(self) -> Path:
        """The folder of everything that is kept on this machine."""
        return self.environment.achievements_home or platformdirs.user_data_path(APP_NAME, appauthor=False)

    @property
    def frames_location(self) -> str:
        """Folder or URL under which the assets' dataframes lie."""
        return self.environment.achievements_frames or str(self.home / "frames")

    @property
    def mirrors_path(self) -> Path:
        """The folder of the bare clones of repositories that are given by URL."""
        return self.home / "mirrors"

    @property
    def run_locks_path(self) -> Path:
        """The folder of the locks that the processes of runs hold."""
        return self.home / "runs"

    @property
    def spool_path(self) -> Path:
        """The folder in which the post-commit hook leaves word of each commit."""
        return self.home / SPOOL

    @cached_property
    def me(self) -> Profile:
        """The user: ``[me]``; where that has no address, with git's ``user.email``, if it is set.

        What follows from it for commands and repositories: `achievement_pipeline.app.me`.
        """
        written, address = self.config.me, user_email()
        emails = written.emails or ((address,) if address else ())
        name = written.name or ((user_name() or "") if address in emails else "")
        return written.model_copy(update={"name": name, "emails": emails})

    @property
    def my_address(self) -> str | None:
        """The address that stands for the user, where it is known."""
        return next((address.lower() for address in self.me.emails), None)

    @property
    def published_path(self) -> Path:
        """The folder that the assets write documents to."""
        return self.config.publishing.folder or self.home / "published"

    @property
    def config_location(self) -> Path:
        """The ``achievements.toml`` that counts, or where the user's would be."""
        folder = platformdirs.user_config_path(APP_NAME, appauthor=False)
        return self.config_path or folder / CONFIG_FILE_NAME

    def own_resume(self) -> dict[str, Any]:
        """Read the resume of the user's own; without one it is empty.

        Raises:
            SettingsError: It can't be read, or is no JSON object.
        """
        path = self.config.publishing.resume
        if path is None:
            return {}
        try:
            resume = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"publishing.resume: {path} can't be read: {error}") from error
        if not isinstance(resume, dict):
            raise SettingsError(f"publishing.resume: {path} is no JSON Resume: it has to be one JSON object.")
        return resume

    @property
    def repositories(self) -> tuple[RepositorySettings, ...]:
        """Every configured repository, those of the environment first, each location once."""
        named = {repository.location: repository for repository in self.config.repositories}
        wanted = dict.fromkeys([*self.environment.git_repo_path, *named])
        return tuple(named.get(location, RepositorySettings(location=location)) for location in wanted)

    @property
    def github_is_on(self) -> bool:
        """Whether the github lane is on. Nobody's network is used who did not ask for it by a token or by setting."""
        enabled = self.config.github.enabled
        return self.environment.github_token is not None if enabled is None else enabled

    @property
    def github_addresses(self) -> tuple[str, str]:
        """The addresses of REST and of GraphQL, both of the host that the token is for.

        Raises:
            SettingsError: They are of different hosts, or one does not follow from the other.
        """
        return complete_addresses(self.environment.github_api_url, self.environment.github_graphql_url)

    @property
    def github_host(self) -> str:
        """The host of the repositories that the addresses of GitHub serve, as in their keys."""
        return served_host(self._github_api) or "github.com"

    @property
    def _github_api(self) -> str | None:
        environment = self.environment
        return environment.github_api_url or (self.github_addresses[0] if environment.github_graphql_url else None)

    @property
    def linkedin_addresses(self) -> tuple[str, str]:
        """The addresses of LinkedIn's API and of its login, which gives the token for the former.

        Raises:
            SettingsError: One is LinkedIn's own and the other is not.
        """
        api, oauth = self.environment.linkedin_api_url.rstrip("/"), self.environment.linkedin_oauth_url.rstrip("/")
        if (api == API_URL) != (oauth == OAUTH_URL):
            raise SettingsError(
                "Set LINKEDIN_API_URL and LINKEDIN_OAUTH_URL together: the login of one server is not for another."
            )
        if not (is_secure(api) and is_secure(oauth)):
            raise SettingsError("LINKEDIN_API_URL and LINKEDIN_OAUTH_URL have to be https addresses.")
        return api, oauth

    @property
    def profile_remote(self) -> Remote:
        """The repository of the GitHub profile, with the token where it lies at GitHub and has no credentials.

        Raises:
            SettingsError: It is not set, or is no clone URL.
        """
        remote = Remote.parse(self.config.publishing.github_profile.repository or "")
        if remote is None:
            raise SettingsError(
                'publishing.github_profile.repository has to be a clone URL: "https://github.com/ann/ann".'
            )
        token = self.environment.github_token
        # the token of a proxy is the proxy's
        if (
            token
            and remote.host == served_host(self._github_api)
            and remote.address.startswith("https:")
            and not remote.username
        ):
            return replace(remote, username="x-access-token", password=token.get_secret_value())
        return remote

    @property
    def authors(self) -> tuple[str, ...]:
        """Whose work is collected: addresses, `ME` or `ALL`."""
        return self.config.collect.authors or (ME,)

    def collecting(self, authors: Sequence[str], since: dt.date | None) -> "Settings":
        """Return the same with other authors or another first day, where they are given."""
        given = {name: value for name, value in {"authors": tuple(authors), "since": since}.items() if value}
        collect = self.config.collect.model_copy(update=given)
        return self.model_copy(update={"config": self.config.model_copy(update={"collect": collect})})

    def including(self, repositories: Iterable[RepositorySettings]) -> "Settings":
        """Return the same with more repositories, before those that are configured."""
        config = self.config.model_copy(update={"repositories": (*repositories, *self.config.repositories)})
        return self.model_copy(update={"config": config})

    @property
    def people(self) -> tuple[Person, ...]:
        """Every person with more than one address, the user first."""
        me = self.me
        user = (Person(name=me.name, emails=me.emails),) if me.emails else ()
        return (*user, *self.config.people)

    @property
    def signature(self) -> str:
        """Who makes the decisions that are made here: the user's canonical address, where it is known."""
        return self.my_address or "me"

    @property
    def privacy(self) -> Privacy:
        """What may leave: all that settings say about it."""
        me, others = self.me, self.config.people
        return Privacy(
            policy=self.config.privacy,
            me=frozenset(filter(None, (me.name, *me.emails))),
            people=frozenset(name for person in others for name in (person.name, *person.emails) if name),
            technologies=frozenset(name for skill in known_skills().skills for name in (skill.name, *skill.aliases)),
            visibility={
                name: repository.visibility
                for repository in self.config.repositories
                if repository.visibility
                for name in repository.names
            },
        )

    @property
    def rules(self) -> Rules:
        """The rules of judging, with what the environment overrides."""
        min_lines = self.environment.min_lines_for_achievement
        if min_lines is None:
            return self.config.rules
        commits = self.config.rules.commits.model_copy(update={"min_lines": min_lines})
        return self.config.rules.model_copy(update={"commits": commits})


def load_settings() -> Settings:
    """Read the environment and ``achievements.toml``.

    Raises:
        SettingsError: One or more settings are wrong; the message lists all of them.
    """
    problems: list[str] = []
    environment = _collect_problems(Environment, problems, name=str.upper)
    path = _find_config_file(environment, problems)
    content = _read_toml(path, problems) if path else {}
    config = _collect_problems(
        lambda: ConfigFile.model_validate(content, context=path.parent if path else None),
        problems,
        name=lambda field: f"{path}: {field}",
    )
    if environment is None or config is None or problems:
        raise SettingsError("These settings are wrong:\n" + "\n".join(f"  {problem}" for problem in problems))
    work_tree = read_work_tree_file(Path.cwd() / CONFIG_FILE_NAME, path, content.get("rules", {}))
    if work_tree and work_tree.rules:
        config = config.model_copy(update={"rules": work_tree.rules})
    return Settings(environment=environment, config=config, config_path=path, work_tree=work_tree)


def _find_config_file(environment: Environment | None, problems: list[str]) -> Path | None:
    if environment and (named := environment.achievements_config):
        if not named.is_file():
            problems.append(f"{named}: there is no such file")
            return None
        return named
    path = platformdirs.user_config_path(APP_NAME, appauthor=False) / CONFIG_FILE_NAME
    return path if path.is_file() else None


def _read_toml(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        problems.append(f"{path}: {error}")
        return {}


def _collect_problems(parse: Callable[[], _Parsed], problems: list[str], name: Callable[[str], str]) -> _Parsed | None:
    """Return what `parse` returns, or note every problem, without the values: they may be secret."""
    try:
        return parse()
    except ValidationError as error:
        problems.extend(
            f"{name('.'.join(str(part) for part in problem['loc']))}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        return None
