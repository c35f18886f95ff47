"""The privacy gate: what passes, what is removed, what is held, and that there is no way around it."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.channels import AGENT, BRAG, CHANNELS, FEED, JSON, LINKEDIN, PORTFOLIO, RESUME
from achievement_pipeline.lanes import LANES
from achievement_pipeline.publishing.channel import About, Channel
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.policy import PrivacyPolicy, Visibility
from achievement_pipeline.publishing.gate.privacy import (
    PrivacyError,
    PublicAchievement,
    Reason,
    clear,
    write,
)
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.publishing.tokens import made_up_secrets, tell_tale
from achievement_pipeline_tests.publishing.views import (
    ME,
    NOON,
    PRIVATE,
    PUBLIC,
    VISIBILITY,
    evidence,
    known,
    public,
    view,
)

OUTWARD = [channel for channel in CHANNELS.values() if channel.is_outward]
OWN = [channel for channel in CHANNELS.values() if not channel.is_outward]
REDACT_EVERYWHERE = {"channels": {name: {"private": "redact"} for name in CHANNELS}}
SHOW_EVERYWHERE = {"channels": {name: {"private": "show"} for name in CHANNELS}}


def held(channel: Channel, *views: AchievementView, policy: Any = None, **changes: Any) -> list[tuple[Reason, str]]:
    cleared = clear(views, channel, PrivacyPolicy.model_validate(policy or {}), known(views, **changes))
    return [(each.reason, each.detail) for each in cleared.held]


def reasons(channel: Channel, *views: AchievementView, **changes: Any) -> list[Reason]:
    return [reason for reason, _ in held(channel, *views, **changes)]


class TestWhatPublicWorkSays:
    @pytest.mark.parametrize("text", [f"moved from {PRIVATE}", "as in Acme-Corp/Zephyr."])
    def test_one_that_names_a_private_place_in_full_is_held_and_stops_no_other(self, text: str) -> None:
        cleared = clear([view(description=text), view("Fix", number=8)], FEED, PrivacyPolicy(), known([view()]))
        assert [(each.reason, each.preview) for each in cleared.held] == [
            (Reason.TELLS, None),
            (Reason.NOT_APPROVED, None),
        ]
        assert reasons(FEED, view(description=text), view("Fix", number=8)) == [Reason.TELLS]

    def test_what_only_looks_like_a_private_place_passes(self) -> None:
        assert public(FEED, view(description="see acme-corp/zephyr-docs and zephyr"))

    @pytest.mark.parametrize("server", ["localhost:5000", "127.0.0.1:5000", "[::1]:5000"])
    def test_a_server_that_every_machine_has_is_no_place(self, server: str) -> None:
        servers = {**VISIBILITY, f"mlflow:{server}": Visibility.PRIVATE}
        assert public(FEED, view(description=f"see http://{server}"), visibility_of=servers)

    def test_where_private_work_is_shown_it_passes(self) -> None:
        assert public(FEED, view(description=PRIVATE), policy=SHOW_EVERYWHERE)


class TestWhoMayPass:
    @pytest.mark.parametrize("channel", [channel for channel in OUTWARD if channel is not AGENT], ids=str)
    def test_nothing_goes_to_strangers_without_approval(self, channel: Channel) -> None:
        assert reasons(channel, view(), approved=set()) == [Reason.NOT_APPROVED]

    @pytest.mark.parametrize("channel", OWN, ids=str)
    def test_files_for_the_users_own_eyes_need_no_approval(self, channel: Channel) -> None:
        assert len(public(channel, view(), view("Fix a crash", PRIVATE), approved=set())) == 2

    @pytest.mark.parametrize("channel", CHANNELS.values(), ids=str)
    def test_what_is_hidden_or_retracted_goes_nowhere(self, channel: Channel) -> None:
        gone = view(number=2, retracted_at=NOON, retracted_reason="reverted")
        assert reasons(channel, view(hidden=True), gone) == [Reason.HIDDEN, Reason.RETRACTED]

    @pytest.mark.parametrize("channel", [channel for channel in OUTWARD if channel is not RESUME])
    def test_private_work_is_left_out_by_default(self, channel: Channel) -> None:
        assert reasons(channel, view(repository=PRIVATE)) == [Reason.LEFT_OUT]

    def test_what_is_not_known_to_be_public_is_private(self) -> None:
        assert reasons(PORTFOLIO, view(), visibility_of={}) == [Reason.LEFT_OUT]

    def test_every_origin_of_the_work_has_to_be_public(self) -> None:
        elsewhere = view(key="linear:123e4567-e89b-12d3-a456-426614174000", source_type="linear_issue", evidence=[])
        assert reasons(PORTFOLIO, elsewhere) == [Reason.LEFT_OUT]
        assert public(PORTFOLIO, elsewhere, visibility_of={**VISIBILITY, "linear": Visibility.PUBLIC})

    def test_what_the_user_wrote_is_as_public_as_what_it_is_about(self) -> None:
        about = view(key="manual:talk:1", source_type="talk")
        on_its_own = view(key="manual:2", source_type="manual", repository=None)
        assert reasons(PORTFOLIO, about, on_its_own) == [Reason.LEFT_OUT]
        assert public(PORTFOLIO, on_its_own, visibility_of={"manual": Visibility.PUBLIC})

    @pytest.mark.parametrize(
        ("rule", "passes"),
        [
            ({}, [True, False, False]),
            ({"portfolio_ready": False}, [True, True, False]),
            ({"portfolio_ready": False, "min_impact": 60}, [True, False, False]),
            ({"public_only": False}, [True, False, True]),
        ],
    )
    def test_auto_approval_lets_pass_what_meets_all_of_it(self, rule: dict[str, Any], passes: list[bool]) -> None:
        views = [view(number=1), view(number=2, impact_score=50, portfolio_ready=False), view("Fix it", PRIVATE)]
        policy = PrivacyPolicy.model_validate({"channels": {"resume": {"auto_approve": rule}}})
        cleared = clear(views, RESUME, policy, known(views, approved=set()))
        assert [each.key in cleared.keys.values() for each in views] == passes

    def test_a_post_has_a_title_that_names_what_was_done(self) -> None:
        ((reason, detail),) = held(LINKEDIN, view("Issue #328"))
        assert (reason, detail) == (
            Reason.FAULTY,
            "its title \u201cIssue #328\u201d does not name what was done: edit it",
        )
        assert held(LINKEDIN, view("Issue #328", edited_at=NOON)) == held(RESUME, view("Issue #328")) == []

    def test_an_approval_of_one_channel_says_nothing_of_auto_approval_of_another(self) -> None:
        policy: dict[str, Any] = {"channels": {"feed": {"auto_approve": {}}}}
        assert reasons(LINKEDIN, view(), policy=policy, approved=set()) == [Reason.NOT_APPROVED]


class TestWhatIsTakenOut:
    def test_redacted_work_tells_what_it_was_and_not_where(self) -> None:
        secretive = view(
            "OPS-12: Fix Zephyr crash for acme-corp reported by @bob (#7)",
            PRIVATE,
            coauthors=["bob.smithson@acme-corp.com"],
            tags=["github", "fix", "scope:zorblax"],
            evidence=[evidence(f"git:{PRIVATE}@8f3c1d2", title="Fix Zephyr", url=f"https://{PRIVATE}/commit/8f3c1d2")],
        )
        (shown,) = public(RESUME, secretive)
        assert shown.title == "Fix [repository] crash for [organisation] reported by [person]"
        assert shown.tags == ("github", "fix")
        assert shown.coauthors == ("[person]",)
        assert shown.redacted
        everything = repr(dataclasses.asdict(shown)).casefold()
        for word in ("zephyr", "acme", "bob", "smithson", "ops-12", "8f3c1d2", "zorblax", "http", "12:30"):
            assert word not in everything

    def test_its_name_is_made_of_nothing_but_what_is_shown(self) -> None:
        one, other = view("Fix a crash", PRIVATE, number=7), view("Fix a crash", PRIVATE, number=8)
        (first,), (second,) = public(RESUME, one), public(RESUME, other)
        assert first == second

    def test_two_that_look_alike_have_names_of_their_own(self) -> None:
        views = [view("Fix a crash", PRIVATE, number=7), view("Fix a crash", PRIVATE, number=8)]
        cleared = clear(views, RESUME, PrivacyPolicy(), known(views))
        assert [cleared.keys[each.id] for each in cleared.public] == [each.key for each in views]

    def test_a_public_piece_of_work_does_not_show_its_private_evidence(self) -> None:
        issue = evidence("linear:1", title="Zephyr is slow", url="https://linear.app/acme/OPS-1", kind="linear_issue")
        mixed = view(evidence=[*view().evidence, issue])
        (left_out,) = public(PORTFOLIO, mixed)
        (redacted,) = public(PORTFOLIO, mixed, policy=REDACT_EVERYWHERE)
        (shown,) = public(PORTFOLIO, mixed, policy=SHOW_EVERYWHERE)
        assert [each.kind for each in left_out.evidence] == ["github_pull_request"]
        assert [(each.kind, each.title, each.url) for each in redacted.evidence][1:] == [("linear_issue", "", None)]
        assert [each.title for each in shown.evidence] == ["Add a cache", "Zephyr is slow"]

    def test_a_private_issue_is_shown_by_the_public_work_that_solved_it(self) -> None:
        issue = evidence("linear:1", title="Zephyr is slow", url="https://linear.app/acme/OPS-1", kind="linear_issue")
        commit = evidence(f"git:{PUBLIC}@8f3c1d2", title="Cache it")
        solved = view(
            "Zephyr is slow", None, key="linear:1", source_type="linear_issue", description="Customers complain",
            evidence=[issue, commit, *view().evidence],
        )  # fmt: skip
        (shown,) = public(PORTFOLIO, solved)
        assert (shown.title, shown.kind, shown.url) == ("Add a cache", "github_pull_request", view().source_url)
        assert "zephyr" not in repr(shown).casefold()
        assert "linear" not in repr(shown).casefold()
        assert shown.description == ""

    @pytest.mark.parametrize("channel", OUTWARD, ids=str)
    def test_strangers_get_no_listed_name_and_no_address_of_public_work_either(self, channel: Channel) -> None:
        policy = {"code_names": ["Chimera"], "people": ["Dee Reynolds"]}
        told = view(
            "Move Chimera for Dee Reynolds",
            description="Ask dee@corp.example",
            coauthors=["dee@corp.example"],
            source_url="https://github.com/ann/loom/pull/7?chimera=1",
        )
        (shown,) = public(channel, told, policy=policy)
        assert shown.title == "Move [name] for [person]"
        assert shown.url is None
        assert "dee" not in repr(shown).casefold()

    def test_the_user_is_no_coauthor_of_themselves(self) -> None:
        (own,) = public(JSON, view(coauthors=["bob@example.com"]))
        (joined,) = public(JSON, view(author="bob@example.com", coauthors=[ME]))
        assert own.coauthors == joined.coauthors == ("bob@example.com",)

    def test_who_has_the_authors_name_is_nobody_else(self) -> None:
        names = {ME: "Ann Example", "ann@work.example": "Ann Example", "bob@example.com": "Bob"}
        work = view(coauthors=["ann@work.example", "bob@example.com"])
        for channel, shown in ((BRAG, "Bob"), (RESUME, "[person]")):
            (mine,), (of_all,) = (public(channel, work, names_of=names, everybody=each) for each in (False, True))
            assert (mine.coauthors, len(of_all.coauthors)) == ((shown,), 1)

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "data:text/html,x", "https://ann:pw@host/x", "file:///etc/x"]
    )
    def test_an_address_that_a_page_should_not_link_to_is_none(self, url: str) -> None:
        (shown,) = public(JSON, view(source_url=url, evidence=[evidence(view().key, url=url)]))
        assert (shown.url, shown.evidence[0].url) == (None, None)

    def test_characters_that_hide_words_are_taken_out(self) -> None:
        persian = "\u0647\u0627\u200c\u0633"
        hiding = view(f"Move Chi\u200bm\u00ader\u200da\u202e to\x00 \x1b[31mred 👩\u200d💻 {persian}")
        (shown,) = public(FEED, hiding, policy={"code_names": ["Chimera"]})
        assert shown.title == f"Move [name] to [31mred 👩\u200d💻 {persian}"


SECRETS = made_up_secrets(seed=2)


class TestSecrets:
    @pytest.mark.parametrize("kind", SECRETS)
    @pytest.mark.parametrize("channel", [BRAG, JSON])
    def test_no_secret_leaves_on_any_channel(self, channel: Channel, kind: str) -> None:
        leaky = view("Rotate a key", description=f"It was {SECRETS[kind]} before")
        (shown,) = public(channel, leaky)
        assert tell_tale(SECRETS[kind]) not in repr(shown)
        assert "[secret]" in shown.description

    def test_strangers_get_nothing_in_which_a_secret_was_until_somebody_has_read_it(self) -> None:
        leaky = [view(description=f"It was {SECRETS['Linear key']} before")]
        cleared = clear(leaky, PORTFOLIO, PrivacyPolicy(), known(leaky))
        (doubted,) = cleared.held
        assert doubted.reason is Reason.UNSURE
        assert doubted.detail == "there was a secret in it (linear api key)"
        assert doubted.preview == "Add a cache\n\nIt was [secret] before"
        assert public(PORTFOLIO, *leaky, reviewed={doubted.fingerprint})[0].description == "It was [secret] before"

    @pytest.mark.parametrize(
        "place",
        [
            lambda secret: {"title": secret},
            lambda secret: {"description": secret},
            lambda secret: {"tags": [secret]},
            lambda secret: {"category": secret},
            lambda secret: {"skills_demonstrated": [secret]},
            lambda secret: {"source_url": f"https://host.example/?q={secret}"},
            lambda secret: {"repository": f"github.com/ann/{secret}"},
            lambda secret: {"evidence": [evidence("git:x@1", title=secret, url=f"https://host.example/{secret}")]},
            lambda secret: {
                "score_ledger": [{"score": "impact", "rule": secret, "points": 1.0, "evidence": secret}]
            },
        ],
    )  # fmt: skip
    def test_no_place_hides_a_secret(self, place: Callable[[str], dict[str, Any]]) -> None:
        secret = SECRETS["GitHub token"]
        (shown,) = public(JSON, view(**place(secret)))
        assert secret not in repr(shown)


class TestWhatIsHeld:
    def test_a_title_that_may_tell_something_is_held_with_the_words(self) -> None:
        assert held(RESUME, view("Migrate to Zorblax", PRIVATE)) == [
            (Reason.UNSURE, "the title may tell something: Zorblax")
        ]

    def test_approval_alone_does_not_let_it_pass(self) -> None:
        doubtful = view("Migrate to Zorblax", PRIVATE)
        assert reasons(RESUME, doubtful, approved={doubtful.key}) == [Reason.UNSURE]

    def test_it_passes_once_exactly_this_text_was_read(self) -> None:
        doubtful = view("Migrate to Zorblax", PRIVATE, description="Since Quux is old.")
        (doubted,) = clear([doubtful], RESUME, PrivacyPolicy(), known([doubtful])).held
        assert doubted.preview == "Migrate to Zorblax\n\nSince Quux is old."
        (shown,) = public(RESUME, doubtful, reviewed={doubted.fingerprint})
        assert (shown.title, shown.description) == ("Migrate to Zorblax", "Since Quux is old.")
        changed = view("Migrate to Zorblax", PRIVATE, description="Since Quux and Corge are old.")
        assert reasons(RESUME, changed, reviewed={doubted.fingerprint}) == [Reason.UNSURE]

    def test_a_description_that_may_tell_something_stays_behind(self) -> None:
        (shown,) = public(RESUME, view("Fix a crash", PRIVATE, description="Since Quux is old."))
        assert (shown.description, shown.withheld) == ("", ("description",))

    def test_an_outcome_that_may_reveal_something_is_left_out(self) -> None:
        safe, unsafe = "It is faster now.", "Acme-corp waits less for Zorblax."
        shown = public(
            RESUME,
            view("Fix a crash", PRIVATE, number=1, outcome=safe),
            view("Fix a crash", PRIVATE, number=2, outcome=unsafe),
            policy=REDACT_EVERYWHERE,
        )
        assert [each.outcome for each in shown] == [safe, ""]

    def test_a_skill_that_the_work_shows_tells_nothing(self) -> None:
        assert public(RESUME, view("Speed up Zorblax", PRIVATE), vocabulary={"Zorblax"})

    def test_a_word_that_the_user_called_safe_tells_nothing(self) -> None:
        assert public(RESUME, view("Speed up Zorblax", PRIVATE), policy={"safe_words": ["zorblax"]})


_WORDS = st.sampled_from(
    ["fix", "Zephyr", "acme-corp", "@bob", "OPS-1", "Zorblax", "\u202e", "<b>", "[x](http://y)", "🚀"]
)


@given(
    title=st.lists(_WORDS, min_size=1).map(" ".join),
    repository=st.sampled_from([PUBLIC, PRIVATE, None]),
    channel=st.sampled_from(list(CHANNELS.values())),
    policy=st.sampled_from([{}, REDACT_EVERYWHERE, SHOW_EVERYWHERE]),
)
def test_every_achievement_is_either_shown_or_held(
    title: str, repository: str | None, channel: Channel, policy: dict[str, Any]
) -> None:
    views = [view(title, repository, number=number) for number in (1, 2)]
    cleared = clear(views, channel, PrivacyPolicy.model_validate(policy), known(views))
    went = [*cleared.keys.values(), *(each.achievement.key for each in cleared.held)]
    assert sorted(went) == sorted(each.key for each in views)
    assert [each.id for each in cleared.public] == list(cleared.keys)


def visibilities(shown: PublicAchievement) -> set[Visibility]:
    """Return those of an achievement and of all its parts."""
    parts = {each.visibility for each in shown.evidence} | {each.visibility for each in shown.ledger}
    return {shown.visibility} | parts


_PREFIXES = {"manual", *(form.prefix for lane in LANES for form in lane.keys)}


class TestKeys:
    @pytest.mark.parametrize("visibility", list(Visibility))
    def test_a_pull_request_on_an_enterprise_host_is_as_public_as_its_repository(self, visibility: Visibility) -> None:
        repository = "ghe.acme.example/acme/engine"
        url = f"https://{repository}/pull/12"
        own = view(key=f"github:{repository}#12", repository=repository, source_url=url)
        (shown,) = public(BRAG, own, visibility_of={repository: visibility})
        assert visibilities(shown) == {visibility}

    @given(
        prefix=st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True).filter(lambda prefix: prefix not in _PREFIXES),
        rest=st.sampled_from(["1", f"{PUBLIC}@8f3c1d2", f"{PUBLIC}#7", f"{PUBLIC}/1", "ann/loom#7"]),
        repository=st.sampled_from([PUBLIC, None]),
    )
    def test_a_key_that_no_lane_has_is_private(self, prefix: str, rest: str, repository: str | None) -> None:
        key = f"{prefix}:{rest}"
        everything = {**VISIBILITY, **dict.fromkeys(["manual", "linear", prefix, key, rest], Visibility.PUBLIC)}
        (shown,) = public(BRAG, view(key=key, repository=repository), visibility_of=everything)
        assert visibilities(shown) == {Visibility.PRIVATE}


class TestNoOtherWay:
    def test_only_the_gate_makes_a_public_achievement(self) -> None:
        (shown,) = public(FEED, view())
        values = {field.name: getattr(shown, field.name) for field in dataclasses.fields(shown)}
        with pytest.raises(PrivacyError):
            PublicAchievement(gate=object(), **values)
        with pytest.raises(PrivacyError):
            dataclasses.replace(shown, gate=None, title="anything")
        with pytest.raises(dataclasses.FrozenInstanceError):
            shown.title = "anything"  # type: ignore[misc]

    def test_a_renderer_takes_nothing_but_what_was_cleared_for_its_channel(self) -> None:
        about = About(profile=Profile(), period=Period(), resume={})
        assert write(FEED, public(FEED, view()), about).text
        with pytest.raises(PrivacyError, match="cleared for brag only"):
            write(FEED, public(BRAG, view()), about)
        with pytest.raises(PrivacyError, match="not been through the gate"):
            write(FEED, [view()], about)  # type: ignore[list-item]


ANNOUNCED = {
    "version": "2.1",
    "date": None,
    "section": "New",
    "highlight": False,
    "sentence": "Looms count.",
    "path": "N",
}


def test_strangers_see_the_release_and_not_a_sentence_that_nobody_approved() -> None:
    (own,) = public(BRAG, view(announced=ANNOUNCED, first_release="2.1"))
    (stranger,) = public(PORTFOLIO, view(announced=ANNOUNCED, first_release="2.1"))
    assert own.announced
    assert own.announced.sentence == "Looms count."
    assert stranger.announced
    assert (stranger.announced.version, stranger.announced.sentence) == ("2.1", "")


def test_redacted_work_names_no_release() -> None:
    private = view("Fix a crash", PRIVATE, announced=ANNOUNCED, first_release="2.1")
    (shown,) = public(PORTFOLIO, private, policy=REDACT_EVERYWHERE)
    assert (shown.announced, shown.first_release) == (None, "")
