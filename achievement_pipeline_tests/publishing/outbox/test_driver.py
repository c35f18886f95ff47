"""From approved achievements to posts that a server has, each once."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from achievement_pipeline.channels import LINKEDIN
from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.gate.policy import Privacy, Visibility
from achievement_pipeline.publishing.linkedin.client import LinkedIn
from achievement_pipeline.publishing.linkedin.login import Login
from achievement_pipeline.publishing.linkedin.publisher import LinkedInPublisher
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings
from achievement_pipeline.publishing.outbox.driver import Outbox
from achievement_pipeline.publishing.outbox.states import OutboxError
from achievement_pipeline.store.decisions.edits import record_edit
from achievement_pipeline.store.publications import only_sender
from achievement_pipeline.store.tables import EditField, PublicationState
from achievement_pipeline_tests.servers.linkedin import AUTHOR, TOKEN, LinkedInServer, error
from achievement_pipeline_tests.servers.loopback import RESET, Loopback, Reply
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

KILLED_POSTING = f"{__package__}.killed_posting"
"""Named, not imported: it posts as soon as it is."""
WEDNESDAY = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
FIRST = Piece(f"git:{REPOSITORY}@1111", impact=80, columns={"title": "Add a cache"})
SECOND = Piece(f"git:{REPOSITORY}@2222", impact=60, columns={"title": "Fix a crash"})


@dataclass
class Desk:
    """A user with two approved achievements, at a clock that stands still."""

    engine: sa.Engine
    linkedin: LinkedIn
    server: Loopback
    posts: dict[str, dict[str, Any]]
    now: dt.datetime = WEDNESDAY
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def outbox(self) -> Outbox:
        return Outbox(
            engine=self.engine,
            channel=LINKEDIN,
            publisher=LinkedInPublisher(settings=LinkedInSettings(**self.settings), connect=lambda: self.linkedin),
            privacy=Privacy(visibility={REPOSITORY: Visibility.PUBLIC}),
            authors=(),
            zone=ZoneInfo("UTC"),
            clock=lambda: self.now,
        )

    def send(self, *keys: str, at_once: bool = False) -> list[str]:
        return [each.state.value for each in self.outbox.send(keys, at_once=at_once).tried]

    def titles(self) -> list[str]:
        return [post["commentary"].partition("\n")[0] for post in self.posts.values()]


@pytest.fixture
def desk(engine: sa.Engine) -> Iterator[Desk]:
    collect(engine, by_the_rules, git=(FIRST, SECOND))
    with engine.begin() as connection:
        for piece in (FIRST, SECOND):
            record_edit(connection, piece.key, EditField.APPROVED, value=True, made_by="ann", channel="linkedin")
    members = LinkedInServer()
    login = Login.model_validate({"access_token": TOKEN, "expires_at": WEDNESDAY, "author": AUTHOR})
    with Loopback(members.handle) as server:
        yield Desk(engine, LinkedIn(login, members.version, server.url), server, members.posts)


def test_the_best_goes_first_one_at_its_time(desk: Desk) -> None:
    assert desk.send() == ["published"]
    assert desk.titles() == ["Added a cache"]
    assert desk.send() == [], "the next one has to wait for a day"
    assert desk.outbox.prepare().slot == WEDNESDAY + dt.timedelta(days=1)
    desk.now += dt.timedelta(days=1)
    assert desk.send() == ["published"]
    assert desk.send(at_once=True) == [], "all is said"
    assert desk.titles() == ["Added a cache", "Fixed a crash"]


def test_nothing_goes_out_without_approval(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        record_edit(connection, FIRST.key, EditField.APPROVED, value=False, made_by="ann")
    assert desk.send(FIRST.key, at_once=True) == []
    assert [held.reason for held in desk.outbox.prepare().held] == ["not_approved"]
    assert desk.send() == ["published"]
    assert desk.titles() == ["Fixed a crash"]


def test_those_that_were_named_go_first_and_wait_for_their_time(desk: Desk) -> None:
    desk.now = WEDNESDAY.replace(hour=20)
    assert desk.send(SECOND.key) == []
    desk.now = WEDNESDAY + dt.timedelta(days=1)
    assert desk.send() == ["published"]
    assert desk.titles() == ["Fixed a crash"]


def test_all_that_are_named_go_out_at_once_where_that_is_wanted(desk: Desk) -> None:
    assert desk.send(SECOND.key, FIRST.key, at_once=True) == ["published", "published"]
    assert desk.titles() == ["Fixed a crash", "Added a cache"]


@pytest.mark.parametrize("fault", [RESET, error(503, "down"), error(500, "internal")])
def test_after_an_unclear_answer_it_is_not_sent_again(desk: Desk, fault: Reply) -> None:
    desk.server.faults.append(fault)
    assert desk.send() == ["unknown"]
    assert desk.send(FIRST.key, at_once=True) == []
    assert len(desk.server.requests) == 1
    assert desk.outbox.prepare().ready[0].key == SECOND.key


def test_the_user_settles_what_is_in_doubt(desk: Desk) -> None:
    desk.server.faults.extend([RESET, RESET])
    desk.send(FIRST.key, at_once=True)
    desk.send(SECOND.key, at_once=True)
    there = desk.outbox.settle(FIRST.key, found=True, address="https://www.linkedin.com/feed/update/urn:li:share:71/")
    assert (there.state, there.remote_id) == (PublicationState.PUBLISHED, "urn:li:share:71")
    assert desk.outbox.settle(SECOND.key, found=False).state is PublicationState.FAILED
    assert desk.send(at_once=True) == [], "what failed is sent again only by name"
    assert desk.send(SECOND.key, at_once=True) == ["published"]
    with pytest.raises(OutboxError, match="is published"):
        desk.outbox.settle(SECOND.key, found=True)
    with pytest.raises(PublishingError, match="is not the address of a post"):
        desk.outbox.settle(SECOND.key, found=True, address="https://example.com")


@pytest.mark.parametrize("arrived", [True, False])
def test_where_the_user_set_it_the_identical_text_is_sent_again(desk: Desk, arrived: bool) -> None:
    desk.settings = {"resend": True}
    if arrived:
        desk.server.between[1] = lambda: desk.server._handle(_request(desk))
    desk.server.faults.append(RESET)
    assert desk.send() == ["unknown"]
    desk.settings = {"resend": True, "template": "other words: {{ title }}"}
    assert desk.send(FIRST.key) == [], "the text that was sent is not what would be written now"
    desk.settings = {"resend": True}
    assert desk.send() == ["published"]
    assert desk.titles() == ["Added a cache"]
    assert desk.server.requests[0].body == desk.server.requests[1].body


def _request(desk: Desk) -> Any:
    return desk.server.requests[-1]


class TestNothingGoesOutThatTheGateHoldsAtThatMoment:
    """Whatever path leads to the wire: posting, sending again, after a crash, after settling."""

    HOLD = (
        (EditField.HIDDEN, True),
        (EditField.APPROVED, False),
        (EditField.TITLE, "Other words"),
    )

    @staticmethod
    def decide(desk: Desk, field: EditField, value: object) -> None:
        with desk.engine.begin() as connection:
            record_edit(connection, FIRST.key, field, value, made_by="ann")

    @pytest.mark.parametrize(("field", "value"), HOLD)
    def test_what_is_in_doubt_is_not_sent_again(self, desk: Desk, field: EditField, value: object) -> None:
        desk.settings = {"resend": True}
        desk.server.faults.append(RESET)
        assert desk.send(FIRST.key) == ["unknown"]
        assert [each.key for each in desk.outbox.prepare().again] == [FIRST.key], "the dry run shows it"

        self.decide(desk, field, value)

        assert desk.outbox.prepare().again == ()
        assert desk.send(FIRST.key, at_once=True) == []
        assert desk.posts == {}
        assert "in doubt" in desk.outbox.prepare([FIRST.key]).not_sent[FIRST.key]

    def test_only_what_is_named_is_sent_again(self, desk: Desk) -> None:
        desk.settings = {"resend": True}
        desk.server.faults.append(RESET)
        assert desk.send(FIRST.key) == ["unknown"]

        assert desk.send(SECOND.key, at_once=True) == ["published"]

        assert desk.titles() == ["Fixed a crash"]

    @pytest.mark.parametrize(("field", "value"), HOLD[:2])
    def test_what_was_planned_and_is_held_now_is_not_planned(self, desk: Desk, field: EditField, value: object) -> None:
        desk.now = WEDNESDAY.replace(hour=20)
        assert desk.send(FIRST.key) == []

        self.decide(desk, field, value)
        desk.outbox.tidy()

        [withdrawn] = desk.outbox.find(PublicationState.WITHDRAWN)
        assert withdrawn.achievement_key == FIRST.key
        assert withdrawn.detail in ("hidden by the user", "not approved for linkedin")
        assert desk.send(FIRST.key, at_once=True) == []
        self.decide(desk, field, not value)
        assert desk.send(FIRST.key, at_once=True) == ["published"], "it goes out when it may again"

    def test_what_failed_is_not_sent_after_it_was_hidden(self, desk: Desk) -> None:
        desk.server.faults.append(RESET)
        desk.send(FIRST.key)
        desk.outbox.settle(FIRST.key, found=False)

        self.decide(desk, EditField.HIDDEN, value=True)

        assert desk.send(FIRST.key, at_once=True) == []
        assert desk.outbox.prepare([FIRST.key]).not_sent == {FIRST.key: "hidden by the user"}

    def test_a_text_that_changed_since_it_was_approved_waits(self, desk: Desk) -> None:
        changed = replace(FIRST, columns={"title": "Leak a name"})
        collect(desk.engine, by_the_rules, git=(changed, SECOND))

        assert desk.send(FIRST.key, at_once=True) == []
        assert desk.outbox.prepare([FIRST.key]).not_sent == {FIRST.key: "changed since you approved it"}


def test_a_post_that_differs_from_a_published_one_by_its_link_only_is_held(desk: Desk) -> None:
    desk.settings = {"template": "{{ done }} {{ link }}"}
    assert desk.send(FIRST.key) == ["published"]
    again = Piece(f"git:{REPOSITORY}@3333", impact=80, columns={**FIRST.columns, "url": "https://example.com/3333"})
    collect(desk.engine, by_the_rules, git=(FIRST, SECOND, again))
    with desk.engine.begin() as connection:
        record_edit(connection, again.key, EditField.APPROVED, value=True, made_by="ann")

    prepared = desk.outbox.prepare()

    assert [each.key for each in prepared.ready] == [SECOND.key]
    assert FIRST.key in prepared.not_sent[again.key]
    assert desk.send(again.key, at_once=True) == []


def test_a_post_without_a_name_can_be_named_deleted_and_marked_deleted(desk: Desk) -> None:
    desk.server.faults.extend([RESET, RESET])
    desk.send(FIRST.key, at_once=True)
    desk.send(SECOND.key, at_once=True)
    for key in (FIRST.key, SECOND.key):
        desk.outbox.settle(key, found=True)
    with pytest.raises(PublishingError, match="no known address"):
        desk.outbox.delete(FIRST.key)

    named = desk.outbox.settle(FIRST.key, found=True, address="urn:li:share:71")
    assert (named.state, named.remote_id) == (PublicationState.PUBLISHED, "urn:li:share:71")
    assert desk.outbox.delete(FIRST.key).state is PublicationState.DELETED
    assert desk.outbox.mark_deleted(SECOND.key).state is PublicationState.DELETED


def test_a_limit_is_obeyed_to_the_letter(desk: Desk) -> None:
    desk.server.faults.append(Reply({"message": "throttle"}, 429, headers={"Retry-After": "7200"}))
    assert desk.send() == ["planned"]
    desk.now += dt.timedelta(seconds=7199)
    assert desk.send(FIRST.key, SECOND.key, at_once=True) == []
    desk.now += dt.timedelta(seconds=1)
    assert desk.send() == ["published"]
    assert len(desk.server.requests) == 2


def test_what_is_refused_is_tried_again_only_by_name(desk: Desk) -> None:
    desk.server.faults.append(error(422, "bad words"))
    assert desk.send() == ["failed"]
    assert desk.outbox.prepare().ready[0].key == SECOND.key
    assert desk.send(FIRST.key) == ["published"]


def test_what_was_posted_can_be_deleted_and_is_not_posted_again(desk: Desk) -> None:
    desk.send()
    assert desk.outbox.delete(FIRST.key).state is PublicationState.DELETED
    assert desk.posts == {}
    assert desk.send(FIRST.key, at_once=True) == []
    for key in (FIRST.key, SECOND.key):
        with pytest.raises(PublishingError):
            desk.outbox.delete(key)


def test_a_post_that_another_process_sends_is_not_sent_here(desk: Desk) -> None:
    with only_sender(desk.engine, "linkedin"), pytest.raises(Exception, match="Another process"):
        desk.send()
    assert desk.server.requests == []


@pytest.mark.parametrize("mode", ["settle", "resend"])
def test_killed_at_any_step_it_is_posted_at_most_once(engine: sa.Engine, database_url: str, mode: str) -> None:
    collect(engine, by_the_rules, git=(FIRST,))
    members = LinkedInServer()
    outcomes: list[tuple[list[str], list[str], int]] = []
    with Loopback(members.handle) as server:
        command = [sys.executable, "-m", KILLED_POSTING, database_url, server.url, mode]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            for line in process.stdout:
                _, killed, after = json.loads(line)
                outcomes.append((killed, after, len(members.posts)))
                members.posts.clear()
                process.stdin.write("go on\n")
                process.stdin.flush()
        assert process.returncode == 0
    assert all(posts <= 1 for _, _, posts in outcomes)
    for killed, after, posts in outcomes:
        if after == ["published"]:
            assert posts == 1
        else:
            assert (killed, after, mode) == (["sending"], ["unknown"], "settle")
    states = {tuple(killed) for killed, _, _ in outcomes}
    assert states == {(), ("sending",), ("published",)}, "every step was met"
    in_doubt = {posts for _, after, posts in outcomes if after == ["unknown"]}
    assert in_doubt == ({0, 1} if mode == "settle" else set())
