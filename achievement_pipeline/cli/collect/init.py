"""`achievements init`: who the user is and which repositories are theirs, written to the settings; then collect."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from achievement_pipeline.app.collect.survey import Survey, SurveyedRepository, survey
from achievement_pipeline.app.me import UnknownAuthorError, my_addresses
from achievement_pipeline.channels import CHANNELS
from achievement_pipeline.cli.collect.command import collect, sources_that_are_off
from achievement_pipeline.cli.options.settings_file import add_to_settings
from achievement_pipeline.cli.output.printing import counted
from achievement_pipeline.cli.output.tables import print_wrapped
from achievement_pipeline.cli.publish.export import export
from achievement_pipeline.errors import SettingsError, did_you_mean
from achievement_pipeline.lanes import LANES
from achievement_pipeline.parsing.emails import plain_address
from achievement_pipeline.settings import Settings, load_settings
from achievement_pipeline.settings.additions import AddedRepository, Additions
from achievement_pipeline.system.terminal import styled, unescaped_errors

_USUAL_FOLDERS = ("src", "code", "projects", "dev", "git", "repos", "work", "Projects", "Developer")
"""Below the home folder, where people keep repositories."""
_ALL, _NONE = "all", "none"
_DOCUMENT = Path("brag.md")
_AUTHORS_SHOWN = 5


@dataclass(frozen=True)
class _Me:
    """The user, as they say."""

    name: str
    emails: Sequence[str]
    """The first identifies the user."""

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(map(plain_address, self.emails))

    def __str__(self) -> str:
        return f"{self.name} <{', '.join(self.emails)}>".strip()


@click.command()
@click.argument("locations", nargs=-1, metavar="[FOLDER_OR_URL]...")
@click.option("--name", help="Your name, as it stands over documents. Default: git's user.name.")
@click.option(
    "--email", "emails", multiple=True, metavar="ADDRESS", help="An address of yours; repeatable. Default: git's."
)
@click.option(
    "--public",
    multiple=True,
    metavar="REPOSITORY",
    help="A repository that everybody can see: its key, the end of it, or 'all'; repeatable.",
)
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: write what is found and what the options say.")
@click.option("--no-collect", is_flag=True, help="Write the settings only.")
def init(  # noqa: PLR0913 - one argument an option
    *,
    locations: Sequence[str],
    name: str | None,
    emails: Sequence[str],
    public: Sequence[str],
    yes: bool,
    no_collect: bool,
) -> None:
    """Find who you are and your repositories, write the settings, collect, and offer a first document.

    Looks at git's configuration and at the repositories below the folders, on this machine alone. Repositories without
    commits of yours are left out. Settings that you have stay as they are; nothing is written before you agree.

    \b
    achievements init
    achievements init ~/src ~/work
    achievements init ~/src --email ada@example.org --email ada@work.example --yes
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    try:
        additions = _find_additions(settings, locations, _Me(name or "", emails), public, yes=yes)
        add_to_settings(settings.config_location, additions, yes=yes)
    except click.Abort:
        click.echo("\nNothing was written. `--yes` asks nothing.", err=True)
        raise
    if no_collect:
        _print_sources(settings)
        click.echo("Next: achievements collect", err=True)
        return
    ended = _collect()
    is_first = not (ended or yes or _DOCUMENT.exists())
    if is_first and click.confirm(f"\nWrite your first document, {_DOCUMENT.absolute()}?", default=True, err=True):
        click.get_current_context().invoke(export, channel=CHANNELS["brag"], output=_DOCUMENT)
        click.echo("Next: achievements review · achievements web", err=True)
    sys.exit(ended)


def _collect() -> int:
    """Collect by the settings as they are now, and return the exit code."""
    try:
        click.get_current_context().invoke(collect)
    except SystemExit as ended:  # some repositories failed, which it has reported
        return int(ended.code or 0)
    return 0


def _find_additions(
    settings: Settings, locations: Sequence[str], given: _Me, public: Sequence[str], *, yes: bool
) -> Additions:
    found = _survey(locations) if locations or yes else _ask_where()
    for problem in found.problems:
        click.echo(f"⚠️  {problem}", err=True)
    me = _with_other_addresses(_find_me(settings, found, given, yes=yes), found, yes=yes)
    chosen = _choose(found, me)
    of_everybody = _find_public(settings, chosen, public, yes=yes)
    repositories = [AddedRepository(one.location, is_public=one.key in of_everybody) for one in chosen]
    return Additions(me.name, me.emails, repositories)


def _survey(locations: Sequence[str]) -> Survey:
    console = Console(file=unescaped_errors())
    with console.status("Looking for repositories") as status:
        return survey(locations or ["."], lambda done, total: status.update(f"{done:,} of {total:,} repositories"))


def _ask_where() -> Survey:
    """Ask for folders until there are repositories below them."""
    while True:
        words = click.prompt("Where are your repositories? Folders or clone URLs", default=_usual_folder(), err=True)
        try:
            found = _survey(shlex.split(words))
        except ValueError as error:  # an open quotation mark
            click.echo(f"This can't be read: {error}", err=True)
            continue
        if found.repositories:
            return found
        for problem in found.problems or [f"There are no repositories below {words}."]:
            click.echo(f"❌ {problem}", err=True)


def _usual_folder() -> str:
    """Return the current folder where it is of use, else one where people keep repositories."""
    if Path.cwd() != Path.home():
        return "."
    return next((f"~/{name}" for name in _USUAL_FOLDERS if (Path.home() / name).is_dir()), ".")


def _find_me(settings: Settings, found: Survey, given: _Me, *, yes: bool) -> _Me:
    """Return the user by the options, the settings and git, and ask for what none of them says."""
    emails = tuple(dict.fromkeys([*settings.config.me.emails, *given.emails]))
    emails = emails or my_addresses(settings)
    if not emails and yes:
        raise SettingsError("Who you are is not known: git's user.email is not set. Give --email.")
    if not emails:
        usual = next((address for (_, address), _ in found.most_frequent(1)), None)
        question = "Your e-mail address, as in your commits"
        emails = (click.prompt(question, default=usual, value_proc=_read_address, err=True),)
    name = given.name or settings.me.name or _usual_name(found, emails)
    if not name and not yes:
        name = click.prompt("Your name, as it stands over documents", default="", show_default=False, err=True).strip()
    click.echo(f"You: {styled(str(_Me(name, emails)), 'bold')}", err=True)
    return _Me(name, emails)


def _read_address(answer: str) -> str:
    """Return an address without space around it. A name is none; whether it is in a commit, the survey knows."""
    address = answer.strip()
    if not address or " " in address:
        raise click.BadParameter(f"{address!r} is no address.")
    return address


def _usual_name(found: Survey, emails: Sequence[str]) -> str:
    addresses = set(map(plain_address, emails))
    names = {name: number for (name, address), number in found.authors.items() if plain_address(address) in addresses}
    return max(filter(str.isprintable, names), key=lambda name: (" " in name, names[name]), default="")


def _with_other_addresses(me: _Me, found: Survey, *, yes: bool) -> _Me:
    others = found.addresses_under(me.name, me.addresses)
    if not others:
        return me
    if yes:
        listed = " ".join(f"--email {address}" for address in others)
        click.echo(f"Left out, other addresses under your name or of git's: {listed}", err=True)
        return me
    chosen = _ask_which(
        "Commits under your name by other addresses. Are these yours too?",
        {address: counted(number, "commit") for address, number in others.items()},
        default=_ALL,
    )
    return _Me(me.name, (*me.emails, *chosen))


def _choose(found: Survey, me: _Me) -> Sequence[SurveyedRepository]:
    """Return the repositories with work of the user.

    Raises:
        SettingsError: There are no repositories.
        UnknownAuthorError: None has work of the user.
    """
    if not found.repositories:
        raise SettingsError(
            "There are no repositories there. Give the folder that they are below: achievements init FOLDER"
        )
    chosen = found.with_work_of(me.addresses)
    if not chosen:
        most = found.most_frequent(_AUTHORS_SHOWN)
        authors = "".join(f"\n  {name} <{address}>  {counted(number, 'commit')}" for (name, address), number in most)
        raise UnknownAuthorError(
            f"None of the {counted(len(found.repositories), 'repository', 'repositories')} has a commit by {me}. "
            f"If one of these is you, give --email:{authors}"
        )
    for one in chosen:
        work = "by its URL" if one.is_remote else counted(one.commits_by(me.addresses), "commit")
        click.echo(f"  {styled(one.key, 'bold')}  {work}  {styled(one.location, 'dim')}", err=True)
    if without := len(found.repositories) - len(chosen):
        left_out = counted(without, "repository", "repositories")
        click.echo(f"  {left_out} without commits of yours left out", err=True)
    return chosen


def _find_public(
    settings: Settings, chosen: Sequence[SurveyedRepository], named: Sequence[str], *, yes: bool
) -> set[str]:
    """Return the keys of the repositories that everybody can see, as the user says."""
    if named:
        return {key for name in named for key in _keys_named(name, chosen)}
    known = {name for one in settings.config.repositories if one.visibility for name in one.names}
    asked = settings.github_host if settings.github_is_on else None
    open_ones = [one for one in chosen if one.host not in {None, asked} and not known & {one.key, one.location}]
    if yes or not open_ones:
        return set()
    question = "Documents for strangers show public work only. Which of these can everybody see?"
    return set(_ask_which(question, {one.key: "" for one in open_ones}, default=_NONE))


def _keys_named(name: str, chosen: Sequence[SurveyedRepository]) -> list[str]:
    keys = [one.key for one in chosen]
    found = keys if name == _ALL else [key for key in keys if f"/{key}".casefold().endswith(f"/{name.casefold()}")]
    if not found:
        raise click.BadParameter(
            f"{name} is not one of the repositories.{did_you_mean(name, keys)}", param_hint="--public"
        )
    return found


def _ask_which(question: str, choices: Mapping[str, str], default: str) -> list[str]:
    """Ask which of some things are meant: by their numbers, all, or none."""
    click.echo(f"\n{question}", err=True)
    for number, (name, note) in enumerate(choices.items(), 1):
        click.echo(f"  {number:>2}  {name}  {styled(note, 'dim')}".rstrip(), err=True)

    def read(answer: str) -> list[str]:
        words = answer.replace(",", " ").lower().split()
        if words in ([_ALL], [_NONE]):
            return list(choices) if words == [_ALL] else []
        if not words or not all(word.isdecimal() and 1 <= int(word) <= len(choices) for word in words):
            raise click.BadParameter(f"Numbers from 1 to {len(choices)}, '{_ALL}' or '{_NONE}'.")
        return [list(choices)[number - 1] for number in sorted({int(word) for word in words})]

    chosen: list[str] = click.prompt(f"Numbers, {_ALL} or {_NONE}", default=default, value_proc=read, err=True)
    return chosen


def _print_sources(settings: Settings) -> None:
    on = [lane.label for lane in LANES if lane.is_on(settings)]
    off = sources_that_are_off(settings)
    print_wrapped(f"Sources: {', '.join(on)}{' · off: ' if off else ''}{', '.join(off)}", err=True)
