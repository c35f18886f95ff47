"""Names that work added are evidence of what came of it."""

from typing import Any

import pytest

from achievement_pipeline.channels import AGENT, BRAG, FEED, PORTFOLIO, RESUME
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.added_names import added_names
from achievement_pipeline.publishing.wording.facts import facts_of
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.publishing.views import PRIVATE, ledger_line, public, view

THREE = "class `Loom`, `weave` and 2 other functions, option `--speed`"


def adding(words: str = THREE, title: str = "Add a machine", **changes: Any) -> AchievementView:
    return view(
        title, score_ledger=[ledger_line("impact", "public names", 0, f"adds {words}", "github:ann/loom#7")], **changes
    )


@pytest.mark.parametrize(
    ("words", "told", "shown"),
    [
        (THREE, "", THREE),
        (THREE, "Added `Loom` that can weave", "option `--speed`"),
        ("class `LoomError`, function `mend`", "", "function `mend`"),
        ("method `Loom::Weave`", "Added a way to weave", ""),
        ("class `Loom`", "Added Loom", ""),
        ("classes `A` and `M<K, V>`, type `B`, option `-c`", "", "classes `A` and `M<K, V>`, option `-c`"),
        ("type `A`, function `b`, methods `c` and `d`, environment variable `LOOM`", "",
         "type `A`, function `b`, environment variable `LOOM`"),
    ],
)  # fmt: skip
def test_three_names_are_shown_those_of_users_first(words: str, told: str, shown: str) -> None:
    assert added_names(public(BRAG, adding(words))[0], told) == shown


def test_where_no_outcome_is_stated_names_stand_in_its_place() -> None:
    (brag,), (resume,) = public(BRAG, adding()), public(RESUME, adding())
    assert facts.result(brag) == f"Adds {THREE}."
    assert (
        facts.plain(facts.sentence(resume))
        == "Added a machine, with class Loom, weave and 2 other functions, option --speed"
    )
    assert facts.outcome(brag) == ""
    stated = adding(outcome="Weavers wait less.")
    assert {facts.result(each) for each in public(BRAG, stated)} == {"Weavers wait less."}
    assert facts.sentence(public(RESUME, stated)[0]) == "Added a machine: Weavers wait less"


def test_names_that_the_title_or_the_summary_has_are_not_repeated() -> None:
    (shown,) = public(BRAG, adding("class `Loom`", "Add Loom"))
    (told,) = public(BRAG, adding("option `--speed`", description="It has an option `--speed` for looms."))
    assert facts.result(shown) == facts.result(told) == ""


def test_names_are_facts_for_a_wording() -> None:
    assert f"Adds {THREE}" in facts_of(public(AGENT, adding())[0])


def test_names_of_private_work_stay_behind() -> None:
    private = adding(title="Add a cache", repository=PRIVATE, key="git:github.com/acme-corp/zephyr@1")
    policy = {"channels": {"feed": {"private": "redact"}}}
    assert [facts.result(each) for each in public(FEED, private, policy=policy)] == [""]
    assert [facts.result(each) for each in public(PORTFOLIO, adding("class `Loom`"))] == ["Adds class `Loom`."]
