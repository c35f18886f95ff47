"""`achievements word` with a language model on loopback: cleared facts go out, and what they show is proposed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from achievement_pipeline.store.decisions.proposals import open_proposals
from achievement_pipeline_tests.cli.conftest import SETTINGS, Run
from achievement_pipeline_tests.servers.language_model import LanguageModelServer, sentence
from achievement_pipeline_tests.servers.loopback import Reply
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("settings_of_ann")]

CACHE = Piece(
    "git:github.com/acme/engine@1111aaaa",
    impact=80,
    columns={"title": "Add a cache for sessions", "description": "p95 latency: 420 → 130 ms."},
)
CRASH = Piece("git:github.com/acme/engine@2222bbbb", impact=70, columns={"title": "Fix a crash of the parser"})
PRIVATE = Piece(
    "git:github.com/acme/zephyr@3333cccc",
    impact=90,
    columns={"title": "Tune the frobnicator", "repository": "github.com/acme/zephyr"},
)


@pytest.fixture
def language_model(settings_of_ann: Path, engine: sa.Engine) -> Iterator[LanguageModelServer]:
    collect(engine, by_the_rules, git=(CACHE, CRASH, PRIVATE))
    with LanguageModelServer(sentence("Added a cache for sessions.", 1)) as running:
        settings_of_ann.write_text(f'{SETTINGS}\n[wording]\naddress = "{running.address}"\nmodel = "tiny"\n')
        yield running


def proposed(engine: sa.Engine) -> dict[str, list[tuple[str, str]]]:
    with engine.connect() as connection:
        return {
            key: [(each.field.value, each.value) for each in found] for key, found in open_proposals(connection).items()
        }


def test_it_is_off_until_a_model_is_configured(run: Run, engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(CACHE,))
    result = run("word", "--yes")
    assert result.exit_code == 1
    assert "No language model is configured, and none is needed" in result.stderr


def test_facts_are_shown_with_the_host_and_sent_only_if_the_user_agrees(
    run: Run, language_model: LanguageModelServer
) -> None:
    result = run("word", typed="n")
    assert "1. Add a cache for sessions" in result.stdout
    assert f"These facts go to tiny at {language_model.address}" in result.stderr
    assert result.exit_code == 1
    assert language_model.requests == []


def test_what_the_facts_show_is_proposed_with_its_origin(
    run: Run, language_model: LanguageModelServer, engine: sa.Engine
) -> None:
    language_model.sentences = [
        sentence("Reduced p95 latency from 420 to 130 ms.", 2),
        sentence("Introduced a cache for sessions.", 1, field="title"),
    ]
    shown = run("word", "1111", "--yes")
    assert "2 proposals" in shown.stderr, shown.stdout
    with engine.connect() as connection:
        title, outcome = open_proposals(connection)[CACHE.key]
    assert (title.value, outcome.value) == (
        "Introduced a cache for sessions.",
        "Reduced p95 latency from 420 to 130 ms.",
    )
    assert outcome.facts == ("p95 latency: 420 → 130 ms.",)
    assert outcome.made_by == f"tiny at {language_model.address}"
    assert len(outcome.prompt_hash or "") == 64
    assert json.loads(run("show", "1111", "--json").stdout)["outcome"] == ""
    assert "tiny at" in run("review", typed="q").stdout


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Reduced p95 latency from 420 to 130 s.", (2,)),
        ("Reduced p95 latency by a third.", (2,)),
        ("Added a cache for sessions for 94,772 users.", (1, 2)),
        ("Added a Redis cache for sessions.", (1,)),
        ("Led a team of 5 on a cache for sessions.", (1,)),
        ("Added a cache for sessions at Initech.", (1,)),
        ("Added a cache for sessions, reducing costs.", (1,)),
        ("Added a cache for sessions.", ()),
        ("Added a cache for sessions.", (9,)),
        ("Fixed a crash of the parser.", (1, 2)),
    ],
)
def test_what_the_facts_do_not_show_is_refused_with_the_reason(
    run: Run, language_model: LanguageModelServer, engine: sa.Engine, text: str, facts: tuple[int, ...]
) -> None:
    language_model.sentences = [sentence(text, *facts)]
    result = run("word", "1111", "--yes")
    assert f"outcome refused: {text}" in result.stdout
    assert proposed(engine) == {}


def test_private_work_is_never_sent(run: Run, language_model: LanguageModelServer) -> None:
    assert "held by the privacy gate" in run("word", PRIVATE.key, "--yes").stderr
    run("word", "--yes")
    sent = json.dumps([request.body for request in language_model.requests])
    assert "cache" in sent
    assert "frobnicator" not in sent
    assert "ann@example.com" not in sent


def test_scores_and_decisions_stay(run: Run, language_model: LanguageModelServer) -> None:
    before = listed(run)
    language_model.sentences = [sentence("Added a cache for sessions.", 1, field="title")]
    run("word", "--yes")
    assert listed(run) == before
    assert run("history", "--json").stdout.strip() == "[]"


def listed(run: Run) -> Any:
    return json.loads(run("list", "--json").stdout)


def test_one_failure_does_not_stop_the_rest(run: Run, language_model: LanguageModelServer, engine: sa.Engine) -> None:
    language_model.faults.append(Reply({"error": "bad request"}, 400))
    language_model.sentences = [sentence("Fixed a crash of the parser.", 1, field="title")]
    result = run("word", "--yes")
    assert "returned HTTP 400" in result.stderr
    assert list(proposed(engine)) == [CRASH.key]


def test_what_was_proposed_or_edited_is_not_worded_again(run: Run, language_model: LanguageModelServer) -> None:
    run("edit", "2222", "--title", "Fixed the parser")
    run("word", "--yes")
    assert len(language_model.requests) == 1
    assert "Nothing to word" in run("word", "--yes").stderr


def test_a_sentence_that_leaks_is_refused(
    run: Run, language_model: LanguageModelServer, engine: sa.Engine, settings_of_ann: Path
) -> None:
    settings_of_ann.write_text(settings_of_ann.read_text() + '[privacy]\ncode_names = ["Sessions"]\n')
    language_model.sentences = [sentence("Added a cache for sessions.", 1, field="title")]
    run("word", "1111", "--yes")
    assert "sessions" not in json.dumps(language_model.requests[0].body["messages"][1]).casefold()
    assert proposed(engine) == {}
