"""The publishing assets: rendered from what the privacy gate cleared, checked, and only then saved or posted.

A document that fails a check is not written; the previous file stays. Each asset takes its name, kind and job from the
record of its channel.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from achievement_pipeline.app.publish.accounts import login_warning, outbox_of, profile_of
from achievement_pipeline.app.publish.rendering import Rendering, render, usual_selection
from achievement_pipeline.channels import BRAG, DIGEST, GITHUB_PROFILE, LINKEDIN, PORTFOLIO, RESUME
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.ui.metadata import picture
from achievement_pipeline.publishing.channel import Asset, Channel, Format
from achievement_pipeline.publishing.documents.parts.markdown import escaped, fenced
from achievement_pipeline.publishing.documents.saving import save
from achievement_pipeline.publishing.gate.checking import Check, Problems
from achievement_pipeline.publishing.gate.privacy import Cleared
from achievement_pipeline.publishing.portfolio import draw_page
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.tables import PublicationState

Published = Iterator[dg.AssetCheckResult | dg.MaterializeResult]

_GROUP = "publishing"
_PREVIEW = 20_000
_PROBLEMS_SHOWN = 10
_CHECKS = {
    Check.NOTHING_PRIVATE: "No secret, private repository or server, e-mail address, or name from the user's lists",
    Check.FORM: "It has the format that its readers expect: the schema of a resume, a page that loads nothing",
    Check.LINKS: "Every link is well-formed; none is followed",
    Check.SIZE: "It is not larger than its channel allows",
}


def _definition(channel: Channel) -> dict[str, Any]:
    """Return what the definitions of all publishing assets have in common."""
    asset = _asset(channel)
    return {
        "name": asset.name,
        "group_name": _GROUP,
        "kinds": {asset.kind},
        "owners": ["team:achievements"],
        "deps": ["achievements"],
        "check_specs": [
            dg.AssetCheckSpec(check.value, asset=asset.name, blocking=True, description=description)
            for check, description in _CHECKS.items()
        ],
    }


def _asset(channel: Channel) -> Asset:
    if channel.asset is None:
        raise ValueError(f"The record of {channel} has no asset.")
    return channel.asset


@dg.asset(**_definition(BRAG))
def brag_document(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """Work since the last review, by theme: what, result, evidence. For the user, and those they give it to."""
    yield from _write(BRAG, database, settings)


@dg.asset(**_definition(RESUME))
def resume(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """A resume in JSON Resume format: projects and skills from approved achievements, the rest from the user's own."""
    yield from _write(RESUME, database, settings)


@dg.asset(**_definition(PORTFOLIO))
def portfolio_site(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """A web page in one file with approved achievements; it loads nothing."""
    yield from _write(PORTFOLIO, database, settings)


@dg.asset(**_definition(DIGEST))
def weekly_digest(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """The work of the last seven days as plain text, ready to paste into a chat or an e-mail."""
    yield from _write(DIGEST, database, settings)


@dg.asset(**_definition(GITHUB_PROFILE))
def github_profile(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """The block on the user's GitHub profile: previewed, and pushed if the settings say so."""

    def rendering() -> Rendering:
        return _render(GITHUB_PROFILE, database, settings)

    first = rendering()
    results = _results(GITHUB_PROFILE, first.finished.problems)
    if not first.finished.is_fit:
        yield from results
        raise dg.Failure("The profile was not changed: see the checks.", allow_retries=False)
    block = first.finished.release()
    metadata: dict[str, Any] = {"preview": dg.MetadataValue.md(block.text), **_counts(first.cleared)}
    for path, drawn in block.pictures.items():
        metadata[path.rpartition("/")[2]] = picture(drawn, path)
    profile = settings.config.publishing.github_profile
    if profile.repository:
        repository = profile_of(settings)
        is_pushed = profile.automatic
        change = repository.push(lambda: rendering().finished) if is_pushed else repository.show(first.finished)
        metadata |= {"difference": dg.MetadataValue.md(fenced(change.diff, "diff")), "pushed": change.commit or "no"}
    yield dg.MaterializeResult(metadata=metadata, check_results=results)


@dg.asset(**_definition(LINKEDIN))
def linkedin_posts(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """The posts for LinkedIn and their times; the first is posted when it is due, if the settings say so.

    A post that fails a check is not posted; the others are.
    """
    yield from _post(LINKEDIN, database, settings, is_automatic=settings.config.publishing.linkedin.automatic)


def _post(channel: Channel, database: Database, settings: Settings, *, is_automatic: bool) -> Published:
    """Preview the posts of a channel, and send what is due where that is wanted."""
    outbox = outbox_of(channel, settings, database.engine)
    prepared = outbox.prepare()
    problems = {check: [fault for each in prepared.refused for fault in each.problems[check]] for check in Check}
    tried = outbox.send().tried if is_automatic else ()
    in_doubt = outbox.find(PublicationState.UNKNOWN)
    notes = [f"{each.state}: {each.achievement_key} {each.detail}" for each in (*tried, *in_doubt)]
    notes += ["; ".join(each.explain()) for each in prepared.refused]
    notes += [f"{key}: {why}" for key, why in prepared.not_sent.items()]
    shown = prepared.ready[:_PROBLEMS_SHOWN]
    posts = [f"**{escaped(each.key)}**\n{fenced(channel.as_read(each.text))}" for each in shown]
    yield dg.MaterializeResult(
        metadata={
            "preview": dg.MetadataValue.md("\n\n".join(posts) or "Nothing to post."),
            "to_post": len(prepared.ready),
            "first_at": dg.MetadataValue.timestamp(prepared.slot),
            "posted": sum(each.state is PublicationState.PUBLISHED for each in tried),
            "to_settle": len(in_doubt),
            "notes": dg.MetadataValue.md(_listed(notes) or "-"),
            "login": login_warning(settings) or "-",
        },
        check_results=_results(channel, problems),
    )


def _write(channel: Channel, database: Database, settings: Settings) -> Published:
    """Render a document, check it, and save it if it passes."""
    rendering = _render(channel, database, settings)
    document, results = rendering.finished, _results(channel, rendering.finished.problems)
    if not document.is_fit:
        yield from results
        raise dg.Failure(f"{document.name} was not written: see the checks.", allow_retries=False)
    path, text = settings.published_path / document.name, document.release().text
    save(document, path)
    yield dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(path),
            "bytes": len(text.encode()),
            "preview": _preview(channel, text),
            **_counts(rendering.cleared),
            **({"login": login_warning(settings) or "-"} if channel.warns_of_login else {}),
        },
        check_results=results,
        data_version=dg.DataVersion(hashlib.sha256(text.encode()).hexdigest()),
    )


def _render(channel: Channel, database: Database, settings: Settings) -> Rendering:
    with database.engine.connect() as connection:
        return render(connection, settings, channel, usual_selection(connection, settings, channel))


def _listed(lines: Iterable[str]) -> str:
    """Return a Markdown list of lines that may quote anybody."""
    return "\n".join(f"* {escaped(line)}" for line in lines)


def _results(channel: Channel, problems: Problems) -> list[dg.AssetCheckResult]:
    """Return the results of all checks of a finished text."""
    return [_result(channel, check.value, found) for check, found in problems.items()]


def _result(channel: Channel, name: str, problems: Sequence[str]) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"problems": len(problems)}
    if problems:
        metadata["first_problems"] = dg.MetadataValue.md(_listed(problems[:_PROBLEMS_SHOWN]))
    return dg.AssetCheckResult(passed=not problems, asset_key=_asset(channel).name, check_name=name, metadata=metadata)


def _preview(channel: Channel, text: str) -> dg.MetadataValue:
    """Show a document as its readers see it."""
    shown = text if len(text) <= _PREVIEW else f"{text[:_PREVIEW]}\n\n…"
    match channel.format:
        case Format.HTML:
            return picture(draw_page(text), "the page")
        case Format.JSON:
            return dg.MetadataValue.json(json.loads(text))
        case Format.MARKDOWN:
            return dg.MetadataValue.md(shown)
        case Format.TEXT:
            return dg.MetadataValue.md(fenced(shown))


def _counts(cleared: Cleared) -> Mapping[str, int]:
    held = Counter(each.reason.value for each in cleared.held)
    return {"achievements": len(cleared.public), **dict(sorted(held.items()))}
