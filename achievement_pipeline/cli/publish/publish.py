"""`achievements publish`: posts approved achievements, and tracks their status."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import click
import sqlalchemy as sa

from achievement_pipeline.app.publish.accounts import login_warning, outbox_of, posting_channels, profile_of
from achievement_pipeline.app.publish.rendering import render, usual_selection
from achievement_pipeline.channels import GITHUB_PROFILE, LINKEDIN
from achievement_pipeline.cli import EXIT_FAILED
from achievement_pipeline.cli.options.channel_names import ChannelName
from achievement_pipeline.cli.output.opening import open_engine
from achievement_pipeline.cli.output.printing import json_option, print_json
from achievement_pipeline.cli.output.tables import print_wrapped
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.publishing.channel import Channel, Rendered
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.gate.privacy import Reason
from achievement_pipeline.publishing.github_profile.pull_request import open_pull_request
from achievement_pipeline.publishing.outbox.driver import Prepared
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.names import short_name
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
_channel = click.option(
    "--channel",
    type=ChannelName(lambda channel: channel.posts),
    default=LINKEDIN.name,
    show_default=True,
    help="Where the post is.",
)


@click.group()
def publish() -> None:
    """Publish approved achievements and track their status."""


def _post_command(channel: Channel) -> click.Command:
    """Return the command that posts on a channel."""

    @click.argument("keys", nargs=-1, metavar="[KEY]...")
    @click.option("--dry-run", is_flag=True, help="Print what would be posted, and when; nothing is sent.")
    @click.option("--now", "at_once", is_flag=True, help="Ignore your posting times; the network's limits still apply.")
    def post(*, keys: Sequence[str], dry_run: bool, at_once: bool) -> None:
        _post(channel, keys, dry_run=dry_run, at_once=at_once)

    return click.command(
        channel.name,
        help=f"Post approved achievements on {channel.label}, each of them once.\n\n"
        "Without keys, the best one that is due is posted. With keys, those are posted; the ones that are not due yet "
        "are planned and go first when their time comes.\n\n"
        f"\b\nachievements publish {channel.name} --dry-run\nachievements publish {channel.name} 3cc27d69 --now",
    )(post)


for _each in posting_channels():
    publish.add_command(_post_command(_each))


def _post(channel: Channel, keys: Sequence[str], *, dry_run: bool, at_once: bool) -> None:
    settings = load_settings()
    with open_engine(settings) as engine:
        outbox = outbox_of(channel, settings, engine)
        found = _keys(engine, keys)
        if dry_run:
            prepared = outbox.prepare(found, at_once=at_once)
            _print_prepared(channel, prepared, named=bool(found))
            if found and prepared.not_sent:
                sys.exit(EXIT_FAILED)
            return
        sent = outbox.send(found, at_once=at_once)
    for publication in sent.tried:
        for line in _describe(channel, publication):
            click.echo(line)
    tried = {each.achievement_key for each in sent.tried}
    left = replace(
        sent.prepared, not_sent={key: why for key, why in sent.prepared.not_sent.items() if key not in tried}
    )
    if not tried or left.not_sent:
        _print_prepared(channel, left, named=bool(found))
    if any(each.state is not PublicationState.PUBLISHED for each in sent.tried) or (found and left.not_sent):
        sys.exit(EXIT_FAILED)


@publish.command("github-profile")
@click.option("--dry-run", is_flag=True, help="Print the difference; nothing is pushed.")
@click.option("--pull-request", is_flag=True, help="Push a branch and open a pull request. Needs GITHUB_TOKEN.")
def publish_github_profile(*, dry_run: bool, pull_request: bool) -> None:
    """Update the block on your GitHub profile, between markers in the README of USER/USER.

    \b
    achievements publish github-profile --dry-run
    achievements publish github-profile --pull-request
    """  # noqa: D301 - click's own mark
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

        def finish() -> Finished[Rendered]:
            with engine.connect() as connection:
                selection = usual_selection(connection, settings, GITHUB_PROFILE)
                return render(connection, settings, GITHUB_PROFILE, selection).finished

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
    """Show posts that were published, are planned, or have to be settled.

    \b
    achievements publish status
    achievements publish status --json
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    found: list[tuple[Channel, Publication]] = []
    with open_engine(settings) as engine:
        for channel in posting_channels():
            outbox_of(channel, settings, engine).tidy()
            with engine.connect() as connection:
                found += [(channel, publication) for publication in find_publications(connection, channel.name)]
    if as_json:
        print_json([asdict(publication) for _, publication in found])
        return
    for channel, publication in found:
        for line in _describe(channel, publication):
            click.echo(line)
    if not found:
        click.echo("Nothing has been posted yet.", err=True)
    if warning := login_warning(settings):
        print_wrapped(f"⚠️  {warning}", err=True)


@publish.command("settle")
@click.argument("key")
@click.option("--published/--not-published", "found", required=True, help="Whether you see the post.")
@click.option("--url", help="Link of the post, so that `publish delete` can delete it.")
@_channel
def settle(*, key: str, found: bool, url: str | None, channel: Channel) -> None:
    """Record whether a post in doubt exists, or the address of a published one.

    \b
    achievements publish settle 3cc27d69 --not-published
    achievements publish settle 3cc27d69 --published --url https://www.linkedin.com/feed/update/urn:li:share:7
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    with open_engine(settings) as engine:
        outbox = outbox_of(channel, settings, engine)
        publication = outbox.settle(_keys(engine, [key])[0], found=found, address=url)
    for line in _describe(channel, publication):
        click.echo(line)


@publish.command("delete")
@click.argument("key")
@click.option("--by-hand", is_flag=True, help="You deleted the post yourself: only record that.")
@_channel
def delete(*, key: str, by_hand: bool, channel: Channel) -> None:
    """Delete a post. The achievement is not posted again.

    \b
    achievements publish delete 3cc27d69
    achievements publish delete 3cc27d69 --by-hand
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    with open_engine(settings) as engine:
        outbox, (found,) = outbox_of(channel, settings, engine), _keys(engine, [key])
        publication = outbox.mark_deleted(found) if by_hand else outbox.delete(found)
    for line in _describe(channel, publication):
        click.echo(line)


def _keys(engine: sa.Engine, names: Sequence[str]) -> list[str]:
    with engine.connect() as connection:
        return [get_achievement(connection, name).key for name in names]


def _print_prepared(channel: Channel, prepared: Prepared, *, named: bool) -> None:
    """Print the posts and when they go; the number of unapproved achievements unless keys were given."""
    for ready in prepared.again:
        click.echo(
            f"── {short_name(ready.key)} is in doubt; the same text is sent again\n{channel.as_read(ready.text)}\n"
        )
    for ready in prepared.ready:
        click.echo(f"── {short_name(ready.key)}\n{channel.as_read(ready.text)}\n")
    for refused in prepared.refused:
        click.echo("\n".join(refused.explain()), err=True)
    for key, why in prepared.not_sent.items():
        print_wrapped(f"❌ {key}: {why}", err=True)
    waiting = len(prepared.ready)
    if waiting:
        click.echo(f"{waiting:,} to post, the first at {prepared.slot:%Y-%m-%d %H:%M} UTC", err=True)
    elif not prepared.again and not prepared.not_sent:
        click.echo("Nothing to post: no approved achievement is unpublished.", err=True)
    not_approved = sum(each.reason in (Reason.NOT_APPROVED, Reason.CHANGED) for each in prepared.held)
    if not_approved and not named:
        click.echo(
            f"{not_approved:,} are not approved: `achievements review`, or `approve KEY --channel {channel}`", err=True
        )


def _describe(channel: Channel, publication: Publication) -> Iterator[str]:
    key = publication.achievement_key
    remote_id = f"  {publication.remote_id}" if publication.remote_id else ""
    yield f"{_SIGNS[publication.state]} {publication.state:<10} {key}{remote_id}"
    if publication.detail:
        yield f"   {publication.detail}"
    if publication.not_before:
        yield f"   {channel.label} accepts it from {publication.not_before:%Y-%m-%d %H:%M} UTC."
    if publication.state is PublicationState.FAILED:
        yield f"   To send it again: achievements publish {channel} {key}"
    if publication.state is PublicationState.PUBLISHED and not publication.remote_id:
        yield f"   To record its address: achievements publish settle {key} --published --url URL"
    if publication.state is PublicationState.UNKNOWN:
        yield (
            f"   Look on {channel.label} whether it is there, then: achievements publish settle {key} --published |"
            " --not-published"
        )
