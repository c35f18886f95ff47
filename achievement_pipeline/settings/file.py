"""What ``achievements.toml`` holds."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from achievement_pipeline.judging.rules import Person, Rules
from achievement_pipeline.parsing.strict_model import StrictModel
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.policy import PrivacyPolicy, Visibility
from achievement_pipeline.publishing.github_profile.settings import GitHubProfileSettings
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings
from achievement_pipeline.publishing.wording.settings import WordingSettings
from achievement_pipeline.settings.cron import Cron
from achievement_pipeline.settings.locations import in_full
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.system.paths import expand_home


def _from_its_file(path: Path, info: ValidationInfo) -> Path:
    """A path of ``achievements.toml``: a relative one starts at the file's folder."""
    expanded = expand_home(path)
    if str(expanded).startswith("~"):
        raise ValueError(f"there is no user {expanded.parts[0].removeprefix('~')!r} on this machine")
    return (info.context or Path.cwd()) / expanded


def _location_from_its_file(location: str, info: ValidationInfo) -> str:
    return in_full(location, info.context) if info.context else location


def _names_something(pattern: str) -> str:
    if not pattern.isprintable() or not pattern.strip("!/"):
        raise ValueError("it names no file or folder")
    return pattern


_PathPattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_names_something)]
_UserPath = Annotated[Path, AfterValidator(_from_its_file)]


class PublishingSettings(StrictModel):
    """What is published, and where to."""

    folder: _UserPath | None = Field(
        default=None, description="Where the assets write documents; unset: 'published' in the home"
    )
    last_review: dt.date | None = Field(
        default=None, description="Day of the last review: the brag document covers what was done since"
    )
    resume: _UserPath | None = Field(
        default=None,
        description="A resume of your own, in the form of JSON Resume, that projects and skills are added to",
    )
    templates: _UserPath | None = Field(
        default=None, description="Folder of your own Jinja templates: brag.md.j2, brag.html.j2"
    )
    linkedin: LinkedInSettings = LinkedInSettings()
    github_profile: GitHubProfileSettings = GitHubProfileSettings()


class RepositorySettings(StrictModel):
    """One repository with more settings than an environment variable can hold."""

    location: Annotated[str, AfterValidator(_location_from_its_file)] = Field(
        min_length=1, description="Path or clone URL"
    )
    branches: Literal["default", "all"] = Field(default="default", description="Which commits are read")
    visibility: Visibility | None = Field(
        default=None, description="Who can see it; unset: GitHub decides, and private on every other host"
    )

    paths: tuple[_PathPattern, ...] = Field(
        default=(), description="What counts of it: files and folders; with ! in front: what does not. Unset: all"
    )

    @property
    def names(self) -> tuple[str, ...]:
        """Its possible names in the database: its location as written here, and for a clone URL its key."""
        remote = Remote.parse(self.location)
        return (self.location, remote.key) if remote else (self.location,)


class IgnoreSettings(StrictModel):
    """What counts for nothing, wherever it was collected."""

    commits: tuple[Annotated[str, StringConstraints(pattern="^[0-9a-f]{7,64}$")], ...] = Field(
        default=(), description="Object names, or at least seven digits of them"
    )
    paths: tuple[_PathPattern, ...] = Field(default=(), description="Files and folders, of every repository")


class CollectSettings(StrictModel):
    """Whose work is collected, and since when."""

    since: dt.date | None = Field(
        default=None, description="Work of before this day is not judged; commits are listed, never diffed"
    )
    authors: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(), description="Addresses, 'me' or 'all'; empty: me"
    )


class GitHubSettings(StrictModel):
    """Whether to read pull requests and reviews of repositories on GitHub."""

    enabled: bool | None = Field(
        default=None, description="Unset: where GITHUB_TOKEN is; true: public repositories without it too; false: never"
    )


class ScheduleSettings(StrictModel):
    """Whether and when something happens by itself."""

    on: bool
    cron: Cron = Field(description="Minute, hour, day of the month, month, day of the week")


class SchedulesSettings(StrictModel):
    """What happens by the clock while the service runs."""

    time_zone: str | None = Field(default=None, description="As Europe/Vienna; unset: the machine's")
    nightly: ScheduleSettings = Field(
        default=ScheduleSettings(on=True, cron="0 3 * * *"), description="Read and judge everything again"
    )
    weekly_digest: ScheduleSettings = Field(
        default=ScheduleSettings(on=True, cron="0 7 * * 1"), description="What was done in the week before is written"
    )
    publishing: ScheduleSettings = Field(
        default=ScheduleSettings(on=False, cron="0 8 * * *"), description="Render every document again"
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


class ConfigFile(StrictModel):
    """What ``achievements.toml`` holds."""

    me: Profile = Profile()
    people: tuple[Person, ...] = ()
    repositories: tuple[RepositorySettings, ...] = ()
    ignore: IgnoreSettings = IgnoreSettings()
    collect: CollectSettings = CollectSettings()
    github: GitHubSettings = GitHubSettings()
    privacy: Annotated[PrivacyPolicy, AfterValidator(_of_known_channels)] = PrivacyPolicy()
    publishing: PublishingSettings = PublishingSettings()
    schedules: SchedulesSettings = SchedulesSettings()
    wording: WordingSettings = WordingSettings()
    rules: Rules = Rules()
