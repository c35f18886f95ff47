"""The feed: what RFC 4287 asks of a feed and of its entries."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

import feedparser
import pytest

from achievement_pipeline.channels import FEED
from achievement_pipeline.publishing.documents.feed import write_feed
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.publishing.views import NOON, PUBLIC, evidence, public, view

ANN = Profile(name="Ann Example", url="https://ann.example")
ANN_IN_A_FEED = ("Ann Example", "https://ann.example")
ATOM = {"": "http://www.w3.org/2005/Atom"}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def parsed(*views: AchievementView, profile: Profile = ANN) -> ET.Element:
    return ET.fromstring(write_feed(public(FEED, *views), profile))


@pytest.mark.parametrize("profile", [ANN, Profile()])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_it_has_what_a_feed_must_have(profile: Profile, number: int) -> None:
    feed = parsed(*(view(number=each) for each in range(number)), profile=profile)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for element in (feed, *feed.findall("entry", ATOM)):
        for name in ("id", "title", "updated"):
            (only,) = element.findall(name, ATOM)
            assert only.text
        assert RFC_3339.fullmatch(element.findtext("updated", namespaces=ATOM) or "")
        assert (element.findtext("id", namespaces=ATOM) or "").startswith("urn:uuid:")
    assert feed.findtext("author/name", namespaces=ATOM)
    identities = [each.text for each in feed.iterfind(".//id", ATOM)]
    assert len(set(identities)) == number + 1


def test_an_entry_is_titled_by_what_was_done_and_holds_the_outcome() -> None:
    done = view("Fix the `table()` method, closes #5", outcome="`read` takes 3 ms.", coauthors=["bob@example.com"])
    (entry,) = parsed(done).iterfind("entry", ATOM)
    assert entry.findtext("title", namespaces=ATOM) == "Fixed the table() method"
    assert "read takes 3 ms. · with 1 other" in (entry.findtext("content", namespaces=ATOM) or "")


def test_what_has_no_title_with_a_meaning_is_no_entry() -> None:
    assert len([*parsed(view("Issue #328"), view("wip", edited_at=NOON, number=8)).iterfind("entry", ATOM)]) == 1


def test_a_reader_finds_no_fault_and_reads_what_was_written() -> None:
    views = [view(f"Work & <{each}>", number=each, completed_at=NOON - dt.timedelta(days=each)) for each in range(3)]
    read = feedparser.parse(write_feed(public(FEED, *views), ANN).encode())
    assert (read.bozo, read.version, read.encoding) == (False, "atom10", "utf-8")
    assert (read.feed.title, read.feed.author, read.feed.link) == ("Achievements of Ann Example", *ANN_IN_A_FEED)
    assert [each.title for each in read.entries] == ["Work & <0>", "Work & <1>", "Work & <2>"]
    first = read.entries[0]
    assert (first.link, first.updated_parsed[:3]) == ("https://github.com/ann/loom/pull/0", (2026, 3, 4))
    assert [tag.term for tag in first.tags] == ["feature", "Python"]


def test_an_entry_links_to_its_evidence_once() -> None:
    (entry,) = parsed(
        view(evidence=[*view().evidence, *view().evidence, evidence(f"git:{PUBLIC}@1", url="https://h.example/c")])
    ).findall("entry", ATOM)
    links = [(link.get("rel"), link.get("href")) for link in entry.findall("link", ATOM)]
    assert links == [("alternate", "https://github.com/ann/loom/pull/7"), ("related", "https://h.example/c")]
    assert entry.findtext("content", namespaces=ATOM) == "New features"
    assert [each.get("term") for each in entry.findall("category", ATOM)] == ["feature", "Python"]


def test_words_of_people_are_no_markup() -> None:
    (entry,) = parsed(view("a <b>&amp; ]]>")).findall("entry", ATOM)
    assert entry.findtext("title", namespaces=ATOM) == "a <b>&amp; ]]>"


def test_it_has_the_newest_fifty_and_is_as_new_as_the_newest() -> None:
    done = [view(number=each, completed_at=NOON - dt.timedelta(days=each)) for each in range(60)]
    feed = parsed(*done, view(number=99, completed_at=None))
    assert len(feed.findall("entry", ATOM)) == 50
    assert feed.findtext("updated", namespaces=ATOM) == "2026-03-04T12:30:15Z"


def test_an_entry_says_when_the_work_was_done_and_when_its_words_were_edited() -> None:
    edited = NOON + dt.timedelta(days=3)
    feed = parsed(view(edited_at=edited), view(number=8))
    published = [each.findtext("published", namespaces=ATOM) for each in feed.findall("entry", ATOM)]
    updated = [each.findtext("updated", namespaces=ATOM) for each in feed.findall("entry", ATOM)]
    assert published == ["2026-03-04T12:30:15Z"] * 2
    assert sorted(filter(None, updated)) == ["2026-03-04T12:30:15Z", "2026-03-07T12:30:15Z"]
    assert feed.findtext("updated", namespaces=ATOM) == "2026-03-07T12:30:15Z"


def test_it_names_the_address_that_it_is_published_at() -> None:
    profile = Profile(name="Ann", feed_url="https://ann.example/feed.xml")
    links = [(link.get("rel"), link.get("href")) for link in parsed(view(), profile=profile).findall("link", ATOM)]
    assert links == [("self", "https://ann.example/feed.xml")]
    assert parsed(view()).find("link[@rel='self']", ATOM) is None
