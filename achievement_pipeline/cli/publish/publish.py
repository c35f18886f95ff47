"""`achievements publish`: what goes out by itself, and what becomes of it."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import click
import sqlalchemy as sa

from achievement_pipeline.app.accounts import linkedin_of, login_warning, outgoing_of, profile_of
from achievement_pipeline.app.rendering import finish_profile
from achievement_pipeline.cli import EXIT_FAILED
from achievement_pipeline.cli.opening import open_engine
from achievement_pipeline.cli.printing import json_option, print_json
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.publishing.gate.privacy import Reason
from achievement_pipeline.publishing.github_profile.block import ProfileBlock
from achievement_pipeline.publishing.github_profile.pull_request import open_pull_request
from achievement_pipeline.publishing.linkedin.commentary import as_read
from achievement_pipeline.publishing.linkedin.posting import Prepared
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.publications import Publication, find_publications
from achievement_pipeline.store.reading import get_achievement
from achievement_pipeline.store.tables import PublicationState

_SIGNS = {
    PublicationState.PLANNED: "…",
    PublicationState.SENDING: "…",
    PublicationState.UNKNOWN: "❓",
    PublicationState.PUBLISHED: "✅",
    PublicationState.FAILED: "❌",
    PublicationState.WITHDRAWN: "-",
    PublicationState.DELETED: "-",
}
_SETTLE = "Look at LinkedIn whether it is there, then: achievements publish settle {key} --published | --not-published"


@click.group()
def publish() -> None:
    """Say to the world what was approved, and see what became of it."""


@publish.command("linkedin")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--dry-run", is_flag=True, help="Print what would be posted, and when; nothing is sent.")
@click.option("--now", "at_once", is_flag=True, help="Whatever your posting times say; LinkedIn's limits hold anyway.")
def publish_linkedin(*, keys: Sequence[str], dry_run: bool, at_once: bool) -> None:
    """Post on LinkedIn what is approved, each achievement once: the best one that is due, or those that are named.

    Those that are named and not due yet are planned: they go first when their time comes.
    """
    settings = load_settings()
    with open_engine(settings) as engine:
        outgoing = outgoing_of(settings, engine)
        found = _keys(engine, keys)
        if dry_run:
            prepared = outgoing.prepare(found, at_once=at_once)
            _print_prepared(prepared, named=bool(found))
            if found and prepared.not_sent:
                sys.exit(EXIT_FAILED)
            return
        sent = outgoing.send(linkedin_of(settings), found, at_once=at_once)
    for publication in sent.tried:
        for line in _outcome(publication):
            click.echo(line)
    tried = {each.achievement_key for each in sent.tried}
    left = replace(
        sent.prepared, not_sent={key: why for key, why in sent.prepared.not_sent.items() if key not in tried}
    )
    if not tried or left.not_sent:
        _print_prepared(left, named=bool(found))
    if any(each.state is not PublicationState.PUBLISHED for each in sent.tried) or (found and left.not_sent):
        sys.exit(EXIT_FAILED)


@publish.command("github-profile")
@click.option("--dry-run", is_flag=True, help="Print the difference; nothing is pushed.")
@click.option("--pull-request", is_flag=True, help="Push a branch and open a pull request. Needs GITHUB_TOKEN.")
def publish_github_profile(*, dry_run: bool, pull_request: bool) -> None:
    """Show achievements on your GitHub profile: a block between markers in the README of USER/USER."""
    settings = load_settings()
    token = settings.environment.github_token
    if pull_request and token is None:
        raise SettingsError("GITHUB_TOKEN is not set: a pull request needs it.")
    profile = settings.config.publishing.github_profile
    repository = profile_of(settings)
    if pull_request and repository.remote.host != settings.github_host:
        raise SettingsError(
            f"{repository.remote.address} is not on {settings.github_host}, which GITHUB_TOKEN is for: push without "
            "--pull-request, or correct GITHUB_API_URL."
        )
    with open_engine(settings) as engine:

        def finish() -> Finished[ProfileBlock]:
            with engine.connect() as connection:
                return finish_profile(connection, settings).finished

        if dry_run:
            change = repository.show(finish())
            click.echo(change.diff or "Nothing would change.", nl=not change.diff)
            return
        change = repository.push(finish, to_branch=pull_request)
    if change.commit:
        click.echo(f"✅ Pushed {change.commit[:10]} to {repository.remote.address}")
    else:
        click.echo("Nothing changed.")
    if pull_request and token and change.diff:
        url = open_pull_request(
            repository.remote,
            branch=profile.branch,
            base=change.base,
            title=profile.message,
            token=token,
            address=settings.github_addresses[0],
        )
        click.echo(f"   {url}")


@publish.command("status")
@json_option
def status(as_json: bool) -> None:
    """Show what was posted, what is planned, and what has to be settled."""
    settings = load_settings()
    with open_engine(settings) as engine:
        outgoing_of(settings, engine).check_left_behind()
        with engine.connect() as connection:
            publications = find_publications(connection, Channel.LINKEDIN)
    if as_json:
        print_json([asdict(each) for each in publications])
        return
    for publication in publications:
        for line in _outcome(publication):
            click.echo(line)
    if not publications:
        click.echo("Nothing was posted yet.", err=True)
    if said := login_warning(settings):
        click.echo(f"⚠️  {said}", err=True)


@publish.command("settle")
@click.argument("key")
@click.option("--published/--not-published", "found", required=True, help="Whether you see the post at LinkedIn.")
@click.option("--url", help="Link of the post: with it, `publish delete` can take it down.")
def settle(*, key: str, found: bool, url: str | None) -> None:
    """Say whether a post is there of which LinkedIn's answer never came, or which one a published post is."""
    settings = load_settings()
    with open_engine(settings) as engine:
        publication = outgoing_of(settings, engine).settle(_keys(engine, [key])[0], found=found, address=url)
    for line in _outcome(publication):
        click.echo(line)


@publish.command("delete")
@click.argument("key")
@click.option("--by-hand", is_flag=True, help="You deleted it at LinkedIn: only note that.")
def delete(*, key: str, by_hand: bool) -> None:
    """Take a post down. The achievement is not posted again."""
    settings = load_settings()
    with open_engine(settings) as engine:
        outgoing, (found,) = outgoing_of(settings, engine), _keys(engine, [key])
        publication = outgoing.mark_deleted(found) if by_hand else outgoing.delete(linkedin_of(settings), found)
    for line in _outcome(publication):
        click.echo(line)


def _keys(engine: sa.Engine, names: Sequence[str]) -> list[str]:
    with engine.connect() as connection:
        return [get_achievement(connection, name).key for name in names]


def _print_prepared(prepared: Prepared, *, named: bool) -> None:
    """Print what would go out, and when; what is held only where it was asked for."""
    for ready in prepared.again:
        click.echo(f"── {ready.key} is in doubt; the same text is sent again\n{as_read(ready.text)}\n")
    for ready in prepared.ready:
        click.echo(f"── {ready.key}\n{as_read(ready.text)}\n")
    for refused in prepared.refused:
        click.echo("\n".join(refused.said()), err=True)
    for key, why in prepared.not_sent.items():
        click.echo(f"❌ {key}: {why}", err=True)
    waiting = len(prepared.ready)
    if waiting:
        click.echo(f"{waiting:,} to post, the first at {prepared.slot:%Y-%m-%d %H:%M} UTC", err=True)
    elif not prepared.again and not prepared.not_sent:
        click.echo("Nothing to post: everything that is approved was posted.", err=True)
    not_approved = sum(each.reason in (Reason.NOT_APPROVED, Reason.CHANGED) for each in prepared.held)
    if not_approved and not named:
        click.echo(
            f"{not_approved:,} are not approved: `achievements review`, or `approve KEY --channel linkedin`", err=True
        )


def _outcome(publication: Publication) -> Iterator[str]:
    key = publication.achievement_key
    named = f"  {publication.remote_id}" if publication.remote_id else ""
    yield f"{_SIGNS[publication.state]} {publication.state:<10} {key}{named}"
    if publication.detail:
        yield f"   {publication.detail}"
    if publication.not_before:
        yield f"   LinkedIn takes it from {publication.not_before:%Y-%m-%d %H:%M} UTC on."
    if publication.state is PublicationState.FAILED:
        yield f"   To send it again: achievements publish linkedin {key}"
    if publication.state is PublicationState.PUBLISHED and not publication.remote_id:
        yield f"   To make it known which post it is: achievements publish settle {key} --published --url URL"
    if publication.state is PublicationState.UNKNOWN:
        yield f"   {_SETTLE.format(key=key)}"
