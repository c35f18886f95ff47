"""The documents that are shown: written from what the privacy gate cleared, checked, and only then saved.

A document that fails a check is not written; the one that was there before stays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from achievement_pipeline.defs.metadata import picture
from achievement_pipeline.defs.resources import Database
from achievement_pipeline.outgoing import linkedin_of, login_warning, outgoing_of, profile_of
from achievement_pipeline.publishing.checking import find_bad_links, find_excess, find_faults_of_form, find_leaks
from achievement_pipeline.publishing.clearing import known_for
from achievement_pipeline.publishing.documents import DOCUMENTS, About, clear_for, save, usual_period
from achievement_pipeline.publishing.github_profile.block import write_profile_block
from achievement_pipeline.publishing.period import Period
from achievement_pipeline.publishing.policy import Channel
from achievement_pipeline.publishing.portfolio import draw_page
from achievement_pipeline.publishing.privacy import Cleared, Known
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.tables import PublicationState

Published = Iterator[dg.AssetCheckResult | dg.MaterializeResult]

_GROUP = "publishing"
_PREVIEW = 20_000
_PROBLEMS_SHOWN = 10
_CHECKS = {
    "nothing_private": "No secret, no private place, nobody's address and nothing from the user's lists stands in it",
    "form": "It has the form that its readers expect: the schema of a resume, a page that loads nothing",
    "links": "Every link could lead somewhere; none is followed",
    "size": "It is not larger than its readers take",
}


def _check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    return [dg.AssetCheckSpec(name, asset=asset, blocking=True, description=said) for name, said in _CHECKS.items()]


def _definition(asset: str, *kinds: str) -> dict[str, Any]:
    """Return what the definitions of all documents have in common."""
    return {
        "group_name": _GROUP,
        "kinds": set(kinds),
        "owners": ["team:achievements"],
        "deps": ["achievements"],
        "check_specs": _check_specs(asset),
    }


@dg.asset(**_definition("brag_document", "markdown"))
def brag_document(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """What was done since the last review, by theme: what, result, evidence. For the user, and whom they hand it to."""
    yield from _publish("brag_document", Channel.BRAG, database, settings)


@dg.asset(**_definition("resume", "json"))
def resume(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """A resume in the form of JSON Resume: projects and skills from approved achievements, the rest the user's own."""
    yield from _publish("resume", Channel.RESUME, database, settings)


@dg.asset(**_definition("portfolio_site", "html"))
def portfolio_site(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """A web page in one file that shows approved achievements, and loads nothing from anywhere."""
    yield from _publish("portfolio_site", Channel.PORTFOLIO, database, settings)


@dg.asset(**_definition("weekly_digest", "text"))
def weekly_digest(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """What was done in the seven days before, as plain text that can be pasted into a chat or a mail."""
    yield from _publish("weekly_digest", Channel.DIGEST, database, settings)


@dg.asset(**_definition("github_profile", "github"))
def github_profile(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """The block on the user's GitHub profile: shown as it would be, and pushed where the settings say so."""
    profile = settings.config.publishing.github_profile
    with database.engine.connect() as connection:
        cleared = clear_for(connection, Channel.GITHUB_PROFILE, settings.privacy, Period(), settings.my_address)
        known = known_for(connection, Channel.GITHUB_PROFILE, settings.privacy, [])
    block = write_profile_block(cleared.public)
    results = _check("github_profile", block.markdown, Channel.GITHUB_PROFILE, settings=settings, known=known)
    if not all(each.passed for each in results):
        yield from results
        raise dg.Failure("The profile was left as it is: see the checks.", allow_retries=False)
    metadata: dict[str, Any] = {"preview": dg.MetadataValue.md(block.markdown), **_counts(cleared)}
    for path, drawn in block.pictures.items():
        metadata[path.rpartition("/")[2]] = picture(drawn.encode(), "svg+xml", "top skills")
    if profile.repository:
        repository = profile_of(settings)
        change = repository.push(block) if profile.automatic else repository.show(block)
        metadata |= {"difference": dg.MetadataValue.md(f"```diff\n{change.diff}\n```"), "pushed": change.commit or "no"}
    yield dg.MaterializeResult(metadata=metadata, check_results=results)


@dg.asset(**_definition("linkedin_posts", "linkedin"))
def linkedin_posts(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """What is to be posted on LinkedIn, and when; the first is posted when it is due, where the settings say so."""
    outgoing = outgoing_of(settings, database.engine)
    prepared = outgoing.prepare()
    text = "\n\n".join(each.text for each in prepared.ready)
    with database.engine.connect() as connection:
        known = known_for(connection, Channel.LINKEDIN, settings.privacy, [])
    results = _check("linkedin_posts", text, Channel.LINKEDIN, settings=settings, known=known)
    if not all(each.passed for each in results):
        yield from results
        raise dg.Failure("Nothing was posted: see the checks.", allow_retries=False)
    tried = outgoing.send(linkedin_of(settings)).tried if settings.config.publishing.linkedin.automatic else ()
    in_doubt = outgoing.take_stock(PublicationState.UNKNOWN)
    said = [f"{each.state}: {each.achievement_key} {each.detail}" for each in (*tried, *in_doubt)]
    posts = [f"**{each.key}**\n```text\n{each.text}\n```" for each in prepared.ready[:_PROBLEMS_SHOWN]]
    yield dg.MaterializeResult(
        metadata={
            "preview": dg.MetadataValue.md("\n\n".join(posts) or "Nothing to post."),
            "to_post": len(prepared.ready),
            "first_at": dg.MetadataValue.timestamp(prepared.slot),
            "posted": sum(each.state is PublicationState.PUBLISHED for each in tried),
            "to_settle": len(in_doubt),
            "told": dg.MetadataValue.md("\n".join(f"* {each}" for each in said) or "-"),
            "login": login_warning(settings) or "-",
        },
        check_results=results,
    )


def _check(  # noqa: PLR0913 - what a check needs
    asset: str, text: str, channel: Channel, *, settings: Settings, known: Known, own: str = ""
) -> list[dg.AssetCheckResult]:
    """Return the results of all checks of a finished text."""
    problems = {
        "nothing_private": find_leaks(text, channel, settings.privacy.policy, known, own),
        "form": find_faults_of_form(text, channel),
        "links": find_bad_links(text, channel),
        "size": find_excess(text, channel),
    }
    return [_result(asset, name, found) for name, found in problems.items()]


def _publish(asset: str, channel: Channel, database: Database, settings: Settings) -> Published:
    """Write a document, check it, and put it into its file if all is well."""
    period = usual_period(channel, settings.config.publishing.last_review, dt.datetime.now(dt.UTC).date())
    about = About(profile=settings.config.me, period=period, resume=settings.own_resume())
    document = DOCUMENTS[channel]
    with database.engine.connect() as connection:
        cleared = clear_for(connection, channel, settings.privacy, period, settings.my_address)
        known = known_for(connection, channel, settings.privacy, [])
    text = document.write(cleared.public, about)
    own = json.dumps(about.resume, ensure_ascii=False)
    results = _check(asset, text, channel, settings=settings, known=known, own=own)
    if not all(each.passed for each in results):
        yield from results
        raise dg.Failure(f"{document.file_name} was not written: see the checks.", allow_retries=False)
    path = settings.published_path / document.file_name
    save(text, path)
    yield dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(path),
            "bytes": len(text.encode()),
            "preview": _preview(channel, text),
            **_counts(cleared),
            **({"login": login_warning(settings) or "-"} if channel is Channel.DIGEST else {}),
        },
        check_results=results,
        data_version=dg.DataVersion(hashlib.sha256(text.encode()).hexdigest()),
    )


def _result(asset: str, name: str, problems: list[str]) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"problems": len(problems)}
    if problems:
        metadata["first_problems"] = dg.MetadataValue.md("\n".join(f"* {each}" for each in problems[:_PROBLEMS_SHOWN]))
    return dg.AssetCheckResult(passed=not problems, asset_key=asset, check_name=name, metadata=metadata)


def _preview(channel: Channel, text: str) -> dg.MetadataValue:
    """Show a document as its reader would meet it."""
    match channel:
        case Channel.PORTFOLIO:
            return picture(draw_page(text).encode(), "svg+xml", "the page")
        case Channel.RESUME:
            return dg.MetadataValue.json(json.loads(text))
        case _:
            return dg.MetadataValue.md(text if len(text) <= _PREVIEW else f"{text[:_PREVIEW]}\n\n…")


def _counts(cleared: Cleared) -> Mapping[str, int]:
    held = Counter(each.reason.value for each in cleared.held)
    return {"achievements": len(cleared.public), **dict(sorted(held.items()))}
