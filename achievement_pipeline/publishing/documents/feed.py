"""The feed: the newest achievements as Atom (RFC 4287), for readers and for other sites."""

from __future__ import annotations

import datetime as dt
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from achievement_pipeline import __version__
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.themes import heading
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_ATOM = "http://www.w3.org/2005/Atom"
_NAMES = uuid.UUID("8c9f5d0c-3c0e-5a62-9d5f-2f6a1c1f6a51")
"""Made once: names are made from it and what an achievement is called, so they are the same for ever."""
_ENTRIES = 50
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Since when a feed without entries is as it is: Atom wants a date."""
_NOBODY = "Unknown"


def write_feed(achievements: Sequence[PublicAchievement], profile: Profile, *, everybody: bool = False) -> str:
    """Write the newest achievements as a feed; those of which no date is known have no place in it.

    Args:
        achievements: Any number.
        profile: Whose feed it is.
        everybody: It is everybody's: each entry names its author.
    """
    newest = [each for each in facts.newest_first(achievements) if each.completed_at and facts.has_meaning(each)][
        :_ENTRIES
    ]
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", _name("feed", profile.url or profile.name))
    _add(feed, "title", f"Achievements of {profile.name}" if profile.name else "Achievements")
    _add(feed, "updated", _moment(max(map(_changed, newest), default=_NEVER)))
    if not everybody:
        author = ET.SubElement(feed, "author")
        _add(author, "name", profile.name or _NOBODY)
        if profile.url:
            _add(author, "uri", profile.url)
    if profile.url:
        ET.SubElement(feed, "link", rel="alternate", href=profile.url)
    if profile.feed_url:
        ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=profile.feed_url)
    _add(feed, "generator", "achievement-pipeline", version=__version__)
    for achievement in newest:
        entry = _entry(achievement)
        if everybody:
            _add(ET.SubElement(entry, "author"), "name", achievement.author_name)
        feed.append(entry)
    ET.indent(feed)
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document.decode() + "\n"


def _entry(achievement: PublicAchievement) -> ET.Element:
    entry = ET.Element("entry")
    _add(entry, "id", _name("achievement", achievement.id))
    _add(entry, "title", facts.plain(facts.headline(achievement)))
    _add(entry, "published", _moment(achievement.completed_at or _NEVER))
    _add(entry, "updated", _moment(_changed(achievement)))
    ET.SubElement(entry, "category", term=achievement.category, label=heading(achievement.category))
    for skill in achievement.skills:
        ET.SubElement(entry, "category", term=skill.name)
    for number, url in enumerate(dict.fromkeys(each.url for each in facts.shown_by(achievement) if each.url)):
        ET.SubElement(entry, "link", rel="related" if number else "alternate", href=url)
    _add(entry, "content", _content(achievement), type="text")
    return entry


def _content(achievement: PublicAchievement) -> str:
    parts = (
        facts.plain(facts.summary(achievement)),
        facts.plain(facts.result(achievement)),
        facts.company(achievement),
        heading(achievement.category),
    )
    return " · ".join(filter(None, parts))


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text


def _name(what: str, named: str) -> str:
    return uuid.uuid5(_NAMES, f"{what} {named}").urn


def _changed(achievement: PublicAchievement) -> dt.datetime:
    """Return when an entry changed last: when the work was done, or when the user edited its text."""
    return max(filter(None, (achievement.completed_at, achievement.edited_at)), default=_NEVER)


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
