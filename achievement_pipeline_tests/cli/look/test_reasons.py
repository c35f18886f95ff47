"""Every reason code has its words."""

from pathlib import Path

import pytest

from achievement_pipeline.cli.look.reasons import REASONS, why_not
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.reading import JudgedActivity

pytestmark = pytest.mark.usefixtures("home")

_DOCS = Path(__file__).parents[3] / "docs/scores.md"


def judged(*reasons: str, person: str = "ada@example.org") -> JudgedActivity:
    return JudgedActivity(
        key="git:local/engine@1111aaaa",
        kind="git_commit",
        title="Count",
        url=None,
        category="feature",
        category_rule="type",
        person=person,
        retracted_by="git:local/engine@2222bbbb",
        significant=False,
        reasons=list(reasons),
        details={},
    )


def words(*reasons: str, person: str = "ada@example.org") -> str:
    return "\n".join(why_not(judged(*reasons, person=person), load_settings(), {"ada@example.org"}))


def test_every_documented_code_has_words() -> None:
    against = _DOCS.read_text().partition("| against |")[2].partition("## Next")[0]
    codes = compile_pattern(r"(?m)^\| `([a-z-]+)` \|").findall(against)
    assert len(codes) > 10
    assert set(codes) <= REASONS.keys()


def test_all_reasons_are_given_each_with_its_remedy() -> None:
    text = words("bot", "no-work")
    assert '→ [rules.bots] allow = ["ada@example.org"]' in text
    assert "None of its files is work" in text


def test_work_of_others_is_theirs_and_an_old_one_is_old() -> None:
    assert "collect --author bob@example.org" in words("unread", person="bob@example.org")
    assert "before the first day" in words("unread")


def test_a_copy_names_what_counts_instead() -> None:
    assert "a copy of git:local/engine@2222bbbb" in words("type:feat", "duplicate")


def test_no_reason_at_all_is_said_too() -> None:
    assert "Nothing about it makes it count" in words()
