"""No text with something that its facts lack passes; faithful ones do."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from achievement_pipeline.publishing.wording.gate import refusal
from achievement_pipeline_tests.publishing.wording.corpus import Rewrite, faithful, lies, unfaithful

REWRITES = list(faithful())
REFUSED = 0.02
"""The part of these rewrites that the gate may refuse. Of more freely worded ones it refuses more: docs/wording.md."""
LIES = 2_000


def test_faithful_rewrites_pass() -> None:
    refused = [(rewrite.sentence, why) for rewrite in REWRITES if (why := refusal(rewrite.sentence, rewrite.facts))]

    assert len(REWRITES) >= 300
    assert len(refused) <= REFUSED * len(REWRITES), refused


@pytest.mark.parametrize("text", list(unfaithful()), ids=lambda text: text.sentence)
def test_the_words_of_the_facts_in_other_relations_are_refused(text: Rewrite) -> None:
    assert refusal(text.sentence, text.facts)


def test_no_lie_passes() -> None:
    all_lies = [(kind, lie, rewrite) for rewrite in REWRITES for kind, lie in lies(rewrite)]
    some = random.Random(1).sample(all_lies, 2 * LIES)
    passed = [(kind, lie, rewrite.facts) for kind, lie, rewrite in some if refusal(lie, rewrite.facts) is None]

    assert len(all_lies) >= LIES
    assert len(Counter(kind for kind, *_ in all_lies)) >= 10
    assert passed == []


def test_facts_of_other_work_support_nothing() -> None:
    shuffled = random.Random(7)
    others = {rewrite.facts for rewrite in REWRITES}
    for rewrite in REWRITES:
        facts = shuffled.choice([each for each in others if not set(each) & set(rewrite.facts)])
        assert refusal(rewrite.sentence, facts), (rewrite.sentence, facts)


FACTS = {
    "users": "16,181 active users",
    "contributed": "Contributed to the parser",
    "cache": "Add a Redis cache for sessions",
    "latency": "p95 latency: 420 → 130 ms",
    "leak": "Did not fix the leak in worker.py",
    "release": "Released in 2.1.0 on 2026-03-05",
    "breaking": "Breaking change announced in the release notes of 4.0",
    "review": "Reviewed by Bob",
    "share": "Tests cover 33 % of the parser",
    "drop": "Drop the CSV export",
    "dark": "Add dark mode",
    "heap": "Replace the list of jobs with a heap",
    "library": "Extract the pricing rules into a library",
    "shared": "Extract the pricing rules into the library",
}


@pytest.mark.parametrize(
    ("sentence", "cited", "word"),
    [
        ("94,772 active users.", "users", "94,772"),
        ("16,181 ms.", "users", ""),
        ("16,181 active teams.", "users", "teams"),
        ("Led the parser.", "contributed", "Led"),
        ("Wrote the parser.", "contributed", "Wrote"),
        ("Led a team of 5 to add a Redis cache for sessions.", "cache", "Led"),
        ("Added a Redis cache for sessions, saving $40k.", "cache", "saving"),
        ("Added a Redis cache for sessions, reducing p95 latency from 420 to 130 ms.", "cache latency", "reducing"),
        ("Added a Redis cache for sessions so that p95 latency is 130 ms.", "cache latency", "that"),
        ("Added a Redis cache for sessions, which cut p95 latency.", "cache latency", "which"),
        ("p95 latency went from 130 to 420 ms.", "latency", "130"),
        ("Raised p95 latency from 420 to 130 ms.", "latency", "Raised"),
        ("Added a Memcached cache for sessions.", "cache", "Memcached"),
        ("Added a Redis 7 cache for sessions.", "cache", "7"),
        ("Fixed the leak in worker.py.", "leak", "Fixed"),
        ("Fixed the leak in other.py.", "leak", ""),
        ("Added the first Redis cache for sessions.", "cache", "first"),
        ("Added a critical Redis cache for sessions.", "cache", "critical"),
        ("Released in 2.1.1.", "release", "2.1.1"),
        ("Released in April 2026.", "release", "April"),
        ("Released on 6 March 2026.", "release", "6"),
        ("Added a Redis cache for sessions with Bob.", "cache review", "Bob"),
        ("Tests cover a third of the parser, twice over.", "share", "third"),
        ("Added the CSV export.", "drop dark", "CSV"),
        ("Dropped dark mode.", "drop dark", "Dropped"),
        ("Added a Redis\u200bCluster cache for sessions.", "cache", "RedisCluster"),
        ("Added a \u0420edis cache for sessions.", "cache", ""),
        ("Added a Redis cache for sessions.", "", "no fact"),
        ("", "cache", "states nothing"),
        ("It's also a", "cache", "states nothing"),  # cut off, by a small model
        ("It was created", "cache", "states nothing"),
        ("Redis", "cache", "states nothing"),
        ("Redis, redis!", "cache", "states nothing"),
        ("A: Breaking news, breaking!", "breaking", "news"),  # by a small model
        ("Released no notes.", "breaking", "“no”"),
        ("Redis cache for sessions that", "cache", "cut off after “that”"),
        ("Add nothing.", "leak", "states nothing"),
        ("Redis sessions:", "cache", "cut off after “:”"),
        ("A Redis cache for sessions is to be added.", "cache", "to be"),
        ("A Redis cache is being added.", "cache", "is being"),
        ("Was a Redis cache for sessions added?", "cache", "?"),
        ("Created a library of the pricing rules.", "shared", "library"),
        ("Moved from a heap to the list of jobs.", "heap", "heap"),
        ("Redis " * 200, "cache", "longer"),
    ],
)
def test_what_went_wrong_elsewhere_is_refused_and_named(sentence: str, cited: str, word: str) -> None:
    why = refusal(sentence, [FACTS[name] for name in cited.split()])
    assert why is not None
    assert word in why


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("16181 active users.", "users"),
        ("16 181 active users.", "users"),
        ("Contributed to the parser.", "contributed"),
        ("Reduced p95 latency from 420 to 130 ms.", "latency"),
        ("Cut p95 latency from 420 ms to 130 milliseconds.", "latency"),
        ("Improved p95 latency from 420 to 130 ms.", "latency"),
        ("Moved from a list of jobs to a heap.", "heap"),
        ("Created a library of the pricing rules.", "library"),
        ("Did not fix the leak in worker.py.", "leak"),
        ("Released on 5 March 2026 in 2.1.0.", "release"),
        ("Tests cover 33 percent of the parser.", "share"),
        ("Added a Redis cache for sessions; p95 latency went from 420 to 130 ms.", "cache latency"),
    ],
)
def test_the_same_in_other_words_passes(sentence: str, cited: str) -> None:
    assert refusal(sentence, [FACTS[name] for name in cited.split()]) is None


def test_the_gate_takes_time_in_proportion_to_the_text() -> None:
    facts = ["Add a cache. " * 200]
    assert refusal("a " * 10_000, facts)
    assert refusal("Added a cache. " * 30, facts) is None


def test_every_rewrite_has_its_facts() -> None:
    assert all(isinstance(rewrite, Rewrite) and rewrite.facts for rewrite in REWRITES)
