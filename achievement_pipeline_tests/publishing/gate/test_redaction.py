"""Redaction: what tells where work was done leaves no trace in a text, and what is not surely safe is named."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.publishing.gate.redaction import Mark, Names, Redactor

NAMES = Names(
    repositories={"github.com/acme-corp/zephyr-billing", "git.globex.io/team/web-app", "/home/ann/src/quasar"},
    people={"Bob Smithson", "zoe.kravitz@initech.com", "12345+hooli-gavin@users.noreply.github.com"},
    own_addresses={"ann@umbrella.co.uk", "ann@gmail.com"},
    code_names={"Chimera", "Blue Whale", "HR"},
    listed_people={"Dee Reynolds"},
    safe={"PostgreSQL", "GitHub Actions", "Kubernetes"},
)
REDACTOR = Redactor(NAMES)

FORMS = [
    ("https://wiki.acme.internal/x?y=1#z", Mark.LINK),
    ("postgres://db.internal/main", Mark.LINK),
    ("www.acme.example", Mark.LINK),
    ("git@git.acme.example:team/app.git", Mark.LINK),
    ("carol@partner.example", Mark.PERSON),
    ("@carol", Mark.PERSON),
    ("@acme/platform-team", Mark.PERSON),
    ("acme/app#12", Mark.ISSUE),
    ("OPS-1234", Mark.ISSUE),
    ("ops-1234", Mark.ISSUE),
    ("#99", Mark.ISSUE),
    ("10.1.2.3", Mark.ID),
    ("123e4567-e89b-12d3-a456-426614174000", Mark.ID),
    ("8f3c1d2", Mark.ID),
    ("+49 30 1234567", Mark.ID),
    ("(555) 123-4567", Mark.ID),
    ("555-123-4567", Mark.ID),
    ("030 1234567", Mark.ID),
    ("0151/2345678", Mark.ID),
    ("2001:db8::1", Mark.ID),
    ("fe80::1ff:fe23:4567:890a", Mark.ID),
    ("2001:db8:0:0:0:0:0:1", Mark.ID),
    ("4711081500", Mark.ID),
    ("::ffff:10.0.0.1", Mark.ID),
    ("00:1B:44:11:3A:B7", Mark.ID),
    ("ip-10-0-0-1", Mark.ID),
    ("DE89 3704 0044 0532 0130 00", Mark.ID),
    ("4111 1111 1111 1111", Mark.ID),
    ("123-45-6789", Mark.ID),
    ("48.2082,16.3738", Mark.ID),
    ("arn:aws:iam::123456789012:role/x", Mark.ID),
    ("db01.internal", Mark.ID),
    ("src/acme/ledger.py", Mark.PATH),
    ("~/acme/notes", Mark.PATH),
    ("C:\\acme\\notes", Mark.PATH),
    ("`AcmeClient.pay()`", Mark.CODE),
    ("acmeLedger", Mark.CODE),
    ("AcmeLedger", Mark.CODE),
    ("acme_ledger", Mark.CODE),
    ("acme.ledger", Mark.CODE),
    ("acme::ledger", Mark.CODE),
]


@pytest.mark.parametrize(("told", "mark"), FORMS, ids=[told for told, _ in FORMS])
def test_what_looks_like_itself_is_taken_out(told: str, mark: Mark) -> None:
    assert REDACTOR.private(f"Fix the build for {told} and the tests") == f"Fix the build for {mark} and the tests"


NAMED = [
    ("acme-corp", Mark.ORGANISATION),
    ("Acme Corp", Mark.ORGANISATION),
    ("ACME_CORP", Mark.ORGANISATION),
    ("Zephyr Billing", Mark.REPOSITORY),
    ("zephyr-billing", Mark.REPOSITORY),
    ("Quasar", Mark.REPOSITORY),
    ("Globex", Mark.ORGANISATION),
    ("Umbrella", Mark.ORGANISATION),
    ("initech", Mark.ORGANISATION),
    ("Bob Smithson", Mark.PERSON),
    ("Smithson", Mark.PERSON),
    ("bsmithson", Mark.PERSON),
    ("Smíthson", Mark.PERSON),
    ("Zoe Kravitz", Mark.PERSON),
    ("hooli-gavin", Mark.PERSON),
    ("Dee Reynolds", Mark.PERSON),
    ("Chimera", Mark.NAME),
    ("CHIMERA's", "[name]'s"),
    ("chimeraservice", Mark.NAME),
    ("blue-whale", Mark.NAME),
    ("BlueWhale", Mark.NAME),
    ("bluewhales", Mark.NAME),
    ("HR", Mark.NAME),
]


@pytest.mark.parametrize(("told", "mark"), NAMED, ids=[told for told, _ in NAMED])
def test_what_is_known_by_name_is_taken_out(told: str, mark: str) -> None:
    redacted = REDACTOR.private(f"Move {told} to the new queue")
    assert redacted in {f"Move {mark} to the new queue", f"Move {Mark.CODE} to the new queue"}


@pytest.mark.parametrize(
    "text",
    [
        "Handle an I/O error in read/write and/or retry, e.g. on timeouts",
        "Speed up PostgreSQL queries by 40%, from 12,000 ms to 300 ms",
        "Add UTF-8 and SHA-256 to the web-app with GitHub Actions",
        "fix(api): don't block on v1.2.3, 3x faster",
        "Remove Unused Login Page and Tests",
        "Deploy to Kubernetes. Remove the old scripts: they were slow",
    ],
)
def test_ordinary_text_stays_and_is_safe(text: str) -> None:
    assert REDACTOR.private(text) == text
    assert REDACTOR.unfamiliar(text) == []


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("Migrate to zorblax", ["zorblax"]),
        ("Zorblax: add retry", ["Zorblax"]),
        ("Move to Target and to Delta", ["Target", "Delta"]),
        ("Die Rechnung war falsch", ["Rechnung", "war", "falsch"]),
        ("Fix the \u0411\u0435\u0442\u0430 importer", ["\u0411\u0435\u0442\u0430"]),
    ],
)
def test_a_word_that_few_projects_write_so_is_doubted(text: str, doubted: list[str]) -> None:
    assert set(doubted) <= set(REDACTOR.unfamiliar(text))


def test_a_mark_is_no_beginning_of_a_sentence() -> None:
    assert REDACTOR.unfamiliar("[link] Target is down") == ["Target"]


def test_keys_at_the_edges_leave_nothing_behind() -> None:
    assert REDACTOR.private("OPS-12: Fix the cache (#34)") == "Fix the cache"


def test_a_repository_of_common_words_takes_them_from_no_text() -> None:
    assert REDACTOR.private("Add a web app") == "Add a web app"


def test_public_work_keeps_its_names_but_not_those_that_were_listed() -> None:
    assert REDACTOR.outward("go 1.25 for example.com/lint/v2@v2.11.3") == "go 1.25 for example.com/lint/v2@v2.11.3"
    text = "Thank @bob of acme-corp for https://github.com/pallets/flask, not Chimera, Dee Reynolds or dee@x.example"
    assert REDACTOR.outward(text) == (
        "Thank @bob of acme-corp for https://github.com/pallets/flask, not [name], [person] or [person]"
    )


_JOINS = ["", " ", "-", "_", "."]
_CASES = [str.lower, str.upper, str.title]


@given(
    before=st.text(alphabet="abc XYZ.,:;()/-_@#`'\n", max_size=20),
    after=st.text(alphabet="abc XYZ.,:;()/-_@#`'\n", max_size=20),
    form=st.sampled_from(list(itertools.product(_JOINS, _CASES))),
)
def test_a_code_name_leaves_whatever_stands_around_it(before: str, after: str, form: tuple[str, type[str]]) -> None:
    join, case = form
    for redact in (REDACTOR.outward, REDACTOR.private):
        shown = redact(f"{before}{case(f'blue{join}whale')}{after}")
        assert not re.search(r"blue[\s._/'-]{0,2}whale", shown, re.IGNORECASE)


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = REDACTOR.private(text)
    assert REDACTOR.private(once) == once


@given(st.lists(st.sampled_from([told for told, _ in FORMS + NAMED] + ["fix", "the", "build", "in", "\n", "/", "-"])))
def test_nothing_that_is_known_is_left_in_safe_text(parts: list[str]) -> None:
    shown = REDACTOR.private(" ".join(parts))
    if not REDACTOR.unfamiliar(shown):
        telling = [
            "acme",
            "zephyr",
            "quasar",
            "globex",
            "umbrella",
            "initech",
            "smithson",
            "kravitz",
            "hooli",
            "chimera",
        ]
        assert not [word for word in [*telling, "whale", "carol", "reynolds", "4711"] if word in shown.casefold()]


@pytest.mark.parametrize("written", ["web-app", "WebApp", "web_app", "webApp", "WEB_APP", "web.app"])
def test_a_name_of_common_words_is_taken_out_where_it_is_written_as_one(written: str) -> None:
    own = "git.globex.io/team/web-app"
    assert "web" not in REDACTOR.private(f"Release {written} tomorrow", own).casefold()


def test_the_same_words_as_prose_stay() -> None:
    assert REDACTOR.private("Make the web app faster", "git.globex.io/team/web-app") == "Make the web app faster"


@pytest.mark.parametrize(
    "text",
    [
        "Return True when nothing is left",
        "Handle None in the parser",
        "Raise an Exception instead of a Warning",
        "Fix the build on Windows",
        "Fix a crash on Linux and Android",
        "Speed up Python and Java clients",
        "Catch the Error of a Promise",
        "Show dates before January as Monday",
    ],
)
def test_words_of_languages_and_systems_tell_nothing(text: str) -> None:
    assert REDACTOR.unfamiliar(REDACTOR.private(text)) == []


class _Unread(frozenset[str]):
    def __iter__(self) -> Iterator[str]:
        raise AssertionError("they were read")


def test_people_are_read_only_where_something_is_redacted() -> None:
    redactor = Redactor(replace(NAMES, people=_Unread()))
    assert redactor.outward("Add a cache") == "Add a cache"
    with pytest.raises(AssertionError, match="they were read"):
        redactor.private("Add a cache")
