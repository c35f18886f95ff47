"""The channels: one record each, and the only table of channels.

The records name renderers, so they live above `publishing`; their type lives in `publishing.channel`, below the gate
that decides by it. Settings, commands, assets and pages read the records. A channel that is added here appears in all
of them: docs/architecture.md has the recipe.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from achievement_pipeline.errors import AchievementPipelineError, did_you_mean
from achievement_pipeline.publishing.brag import write_brag_document, write_brag_page
from achievement_pipeline.publishing.channel import Asset, Channel, Format, Job, Rendered, Treatment
from achievement_pipeline.publishing.documents.agent import write_for_agent
from achievement_pipeline.publishing.documents.digest import write_digest
from achievement_pipeline.publishing.documents.feed import write_feed
from achievement_pipeline.publishing.documents.period import Period, parse_period, since, week_before
from achievement_pipeline.publishing.documents.records import write_csv, write_json
from achievement_pipeline.publishing.documents.resume import write_resume
from achievement_pipeline.publishing.gate.formats import (
    faults_of_markdown,
    faults_of_page,
    faults_of_post,
    faults_of_profile,
    faults_of_resume,
    links_of_markdown,
    links_of_page,
    links_of_resume,
    links_of_text,
    no_faults,
    no_links,
)
from achievement_pipeline.publishing.github_profile.block import write_profile_block
from achievement_pipeline.publishing.linkedin.commentary import as_read, write_post
from achievement_pipeline.publishing.portfolio import write_portfolio
from achievement_pipeline.publishing.year import write_year

_DECEMBER = 12


class UnknownChannelError(AchievementPipelineError):
    """There is no channel of that name."""


def _unchanged(text: str) -> str:
    return text


def _all_time(_last_review: dt.date | None, _today: dt.date) -> Period:
    return Period()


def _since_review(last_review: dt.date | None, _today: dt.date) -> Period:
    return since(last_review) if last_review else Period()


def _last_week(_last_review: dt.date | None, today: dt.date) -> Period:
    return week_before(today)


def _last_year(_last_review: dt.date | None, today: dt.date) -> Period:
    """Return the year, in December this one, else the one before."""
    return parse_period(str(today.year if today.month == _DECEMBER else today.year - 1))


BRAG = Channel(
    name="brag",
    label="Brag document",
    summary="Markdown: the greatest work with outcome and evidence, the rest as counts",
    is_outward=False,
    needs_approval=False,
    is_one_person=False,
    names_people=True,
    includes_own_resume=False,
    shows_notes=True,
    looks_back=True,
    private_work=Treatment.SHOW,
    file_name="brag.md",
    format=Format.MARKDOWN,
    render=lambda shown, about: Rendered(write_brag_document(shown, about)),
    as_read=_unchanged,
    find_faults=faults_of_markdown,
    find_links=links_of_markdown,
    largest=500_000,  # a text that people still read
    usual_period=_since_review,
    warns_of_login=False,
    asset=Asset("brag_document", kind="markdown", job=Job.PUBLISH),
    publisher=None,
)
BRAG_PAGE = replace(
    BRAG,
    name="brag_page",
    label="Brag page",
    summary="the brag document as a web page that prints well",
    file_name="brag.html",
    format=Format.HTML,
    render=lambda shown, about: Rendered(write_brag_page(shown, about)),
    find_faults=faults_of_page,
    find_links=links_of_page,
    asset=None,
)
RESUME = Channel(
    name="resume",
    label="Resume",
    summary="JSON Resume",
    is_outward=True,
    needs_approval=True,
    is_one_person=True,
    names_people=False,
    includes_own_resume=True,
    shows_notes=False,
    looks_back=False,
    private_work=Treatment.REDACT,
    file_name="resume.json",
    format=Format.JSON,
    render=lambda shown, about: Rendered(write_resume(shown, about.profile, about.resume)),
    as_read=_unchanged,
    find_faults=faults_of_resume,
    find_links=links_of_resume,
    largest=200_000,  # services accept it
    usual_period=_all_time,
    warns_of_login=False,
    asset=Asset("resume", kind="json", job=Job.PUBLISH),
    publisher=None,
)
PORTFOLIO = Channel(
    name="portfolio",
    label="Portfolio",
    summary="a web page in one file: open it, print it, put it on any server",
    is_outward=True,
    needs_approval=True,
    is_one_person=True,
    names_people=False,
    includes_own_resume=False,
    shows_notes=False,
    looks_back=True,
    private_work=Treatment.LEAVE_OUT,
    file_name="portfolio.html",
    format=Format.HTML,
    render=lambda shown, about: Rendered(write_portfolio(shown, about.profile, about.projects)),
    as_read=_unchanged,
    find_faults=faults_of_page,
    find_links=links_of_page,
    largest=10_000_000,  # a phone opens it
    usual_period=_all_time,
    warns_of_login=False,
    asset=Asset("portfolio_site", kind="html", job=Job.PUBLISH),
    publisher=None,
)
YEAR_IN_REVIEW = replace(
    PORTFOLIO,
    name="year",
    label="Year in review",
    summary="one web page with charts, made to be shared",
    file_name="year.html",
    render=lambda shown, about: Rendered(write_year(shown, about)),
    usual_period=_last_year,
    asset=None,
)
CSV = Channel(
    name="csv",
    label="CSV",
    summary="all achievements as a table",
    is_outward=False,
    needs_approval=False,
    is_one_person=False,
    names_people=False,
    includes_own_resume=False,
    shows_notes=False,
    looks_back=False,
    private_work=Treatment.SHOW,
    file_name="achievements.csv",
    format=Format.TEXT,
    render=lambda shown, _about: Rendered(write_csv(shown)),
    as_read=_unchanged,
    find_faults=no_faults,
    find_links=no_links,
    largest=None,
    usual_period=_all_time,
    warns_of_login=False,
    asset=None,
    publisher=None,
)
JSON = replace(
    CSV,
    name="json",
    label="JSON",
    summary="all achievements as data",
    file_name="achievements.json",
    format=Format.JSON,
    render=lambda shown, _about: Rendered(write_json(shown)),
)
FEED = replace(
    CSV,
    name="feed",
    label="Feed",
    summary="Atom, the newest achievements",
    is_outward=True,
    needs_approval=True,
    private_work=Treatment.LEAVE_OUT,
    file_name="feed.xml",
    render=lambda shown, about: Rendered(write_feed(shown, about.profile, everybody=about.everybody)),
)
DIGEST = Channel(
    name="digest",
    label="Digest",
    summary="the work of a week, ready to paste",
    is_outward=False,
    needs_approval=False,
    is_one_person=False,
    names_people=False,
    includes_own_resume=False,
    shows_notes=False,
    looks_back=False,
    private_work=Treatment.SHOW,
    file_name="digest.txt",
    format=Format.TEXT,
    render=lambda shown, about: Rendered(write_digest(shown, about.profile, about.period, everybody=about.everybody)),
    as_read=_unchanged,
    find_faults=no_faults,
    find_links=no_links,
    largest=None,
    usual_period=_last_week,
    warns_of_login=True,
    asset=Asset("weekly_digest", kind="text", job=Job.WRITE_DIGEST),
    publisher=None,
)
GITHUB_PROFILE = Channel(
    name="github_profile",
    label="GitHub profile",
    summary="a block in the README of USER/USER",
    is_outward=True,
    needs_approval=True,
    is_one_person=True,
    names_people=False,
    includes_own_resume=False,
    shows_notes=False,
    looks_back=False,
    private_work=Treatment.LEAVE_OUT,
    file_name=None,
    format=Format.MARKDOWN,
    render=lambda shown, _about: write_profile_block(shown),
    as_read=_unchanged,
    find_faults=faults_of_profile,
    find_links=links_of_markdown,
    largest=100_000,  # GitHub shows such a README in full
    usual_period=_all_time,
    warns_of_login=False,
    asset=Asset("github_profile", kind="github", job=Job.PUBLISH),
    publisher=None,
)
LINKEDIN = Channel(
    name="linkedin",
    label="LinkedIn",
    summary="one post per achievement",
    is_outward=True,
    needs_approval=True,
    is_one_person=True,
    names_people=False,
    includes_own_resume=False,
    shows_notes=False,
    looks_back=False,
    private_work=Treatment.LEAVE_OUT,
    file_name=None,
    format=Format.TEXT,
    render=lambda shown, about: Rendered("\n\n".join(write_post(each, about.linkedin) for each in shown)),
    as_read=as_read,
    find_faults=faults_of_post,
    find_links=links_of_text,
    largest=None,
    usual_period=_all_time,
    warns_of_login=False,
    asset=Asset("linkedin_posts", kind="linkedin", job=Job.PUBLISH),
    publisher=lambda networks: networks.linkedin,
)

AGENT = replace(
    JSON,
    name="agent",
    label="AI agent",
    summary="what your AI agent may read (achievements mcp), as JSON",
    is_outward=True,  # what an agent reads, the provider of its model reads too
    is_one_person=True,
    private_work=Treatment.LEAVE_OUT,
    file_name="agent.json",
    render=lambda shown, _about: Rendered(write_for_agent(shown)),
)

CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        BRAG,
        BRAG_PAGE,
        RESUME,
        PORTFOLIO,
        YEAR_IN_REVIEW,
        CSV,
        JSON,
        FEED,
        DIGEST,
        GITHUB_PROFILE,
        LINKEDIN,
        AGENT,
    )
}
"""Every channel by its name."""


def channels_with_approval() -> list[Channel]:
    """Return the channels that show nothing before the user approves it."""
    return [channel for channel in CHANNELS.values() if channel.needs_approval]


def find_channel(name: str) -> Channel:
    """Return the channel of a name.

    Raises:
        UnknownChannelError: There is none.
    """
    if name not in CHANNELS:
        raise UnknownChannelError(f"There is no channel {name!r}.{did_you_mean(name, CHANNELS)}")
    return CHANNELS[name]
