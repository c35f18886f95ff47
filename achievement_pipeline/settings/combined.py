"""All settings as the rest of the program sees them, and what follows from them."""

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.judging.rules import Person, Rules
from achievement_pipeline.judging.skills.vocabulary import known_skills
from achievement_pipeline.parsing.addresses import is_secure
from achievement_pipeline.parsing.untrusted import parse_json
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.policy import Privacy
from achievement_pipeline.publishing.linkedin.settings import API_URL, OAUTH_URL
from achievement_pipeline.settings.environment import Environment
from achievement_pipeline.settings.file import ConfigFile, RepositorySettings
from achievement_pipeline.settings.work_tree_file import WorkTreeFile
from achievement_pipeline.sources.git.identity import user_email, user_name
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.sources.git.watching.spool import SPOOL
from achievement_pipeline.sources.github.addresses import complete_addresses, served_host

APP_NAME = "achievement-pipeline"
CONFIG_FILE_NAME = "achievements.toml"
_TEMPLATE = ".j2"

ME = "me"
ALL = "all"
"""Values of author options that mean the user, and everybody."""


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
        """The user's main address, if known."""
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
            resume = parse_json(path.read_bytes())
        except (OSError, ValueError) as error:
            raise SettingsError(f"publishing.resume: {path} can't be read: {error}") from error
        if not isinstance(resume, dict):
            raise SettingsError(f"publishing.resume: {path} is no JSON Resume: it has to be one JSON object.")
        return resume

    def own_templates(self) -> dict[str, str]:
        """Read the user's own templates, by file name; without a folder there are none.

        Raises:
            SettingsError: The folder or a template can't be read.
        """
        folder = self.config.publishing.templates
        if folder is None:
            return {}
        try:
            return {
                path.name: path.read_text(encoding="utf-8")
                for path in sorted(folder.iterdir())
                if path.suffix == _TEMPLATE
            }
        except (OSError, ValueError) as error:
            raise SettingsError(f"publishing.templates: {folder} can't be read: {error}") from error

    @property
    def repositories(self) -> tuple[RepositorySettings, ...]:
        """Every configured repository, those of the environment first, each location once."""
        named = {repository.location: repository for repository in self.config.repositories}
        wanted = dict.fromkeys([*self.environment.git_repo_path, *named])
        return tuple(named.get(location, RepositorySettings(location=location)) for location in wanted)

    @property
    def github_is_on(self) -> bool:
        """Whether the github lane is on. It is off unless a token or a setting turns it on."""
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
                "In achievements.toml, set `repository` in [publishing.github_profile] to its clone URL:"
                ' "https://github.com/ann/ann".'
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
        """What may leave: all settings about it."""
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
