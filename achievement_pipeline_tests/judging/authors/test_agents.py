"""Coding agents that commits name are no people, and people with their names are no agents."""

import pandas as pd
import pytest

from achievement_pipeline.judging.authors.agents import known_agents, read_agents
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.authors.people import read_coauthors
from achievement_pipeline.judging.rules import BotRules


def agents_of_each(*bodies: str, author: str = "Ann Example") -> list[str]:
    authors, emails = (pd.Series(text, range(len(bodies)), dtype="str") for text in (author, "ann@example.com"))
    return read_agents(authors, emails, pd.Series(bodies, dtype="str")).tolist()


def agents(body: str, author: str = "Ann Example") -> list[str]:
    (named,) = agents_of_each(body, author=author)
    return [name for name in named.split(",") if name]


def coauthors(body: str) -> list[str]:
    return read_coauthors(pd.Series([body], dtype="str"), (), BotRules()).tolist()


@pytest.mark.parametrize(
    ("line", "agent"),
    [
        ("Co-authored-by: Claude <noreply@anthropic.com>", "Claude"),
        ("Co-Authored-By: Claude Opus 4.5 (1M context) <noreply@anthropic.com>", "Claude"),
        ("Co-Authored-By: Claude Sonnet 4 <claude@users.example>", "Claude"),
        ("Assisted-by: Claude:claude-opus-4-6 coccinelle sparse", "Claude"),
        ("Assisted-By: Claude Code", "Claude"),
        ("AI-assisted-by: Claude", "Claude"),
        ("🤖 Generated with [Claude Code](https://claude.com/claude-code)", "Claude"),
        ("Generated with Claude Code", "Claude"),
        ("Co-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>", "GitHub Copilot"),
        ("Co-authored-by: GitHub Copilot <copilot@users.noreply.github.com>", "GitHub Copilot"),
        (
            "Co-authored-by: copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>",
            "GitHub Copilot",
        ),
        ("Assisted-by: GitHub Copilot", "GitHub Copilot"),
        ("Co-authored-by: Cursor <cursoragent@cursor.com>", "Cursor"),
        ("Co-authored-by: Cursor Agent <agent@cursor.example>", "Cursor"),
        ("Co-authored-by: Codex <codex@openai.com>", "Codex"),
        ("Co-authored-by: Codex <noreply@openai.com>", "Codex"),
        ("Assisted-by: gpt-5-codex", "Codex"),
        (
            "Co-authored-by: Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>",
            "Devin",
        ),
        ("Co-authored-by: aider (openai/gpt-4o) <aider@aider.chat>", "aider"),
        ("Co-authored-by: aider (deepseek/deepseek-chat) <noreply@example.org>", "aider"),
        ("Co-authored-by: Gemini <gemini-cli@google.com>", "Gemini"),
        ("Assisted-by: Gemini 2.5 Pro", "Gemini"),
        ("Co-authored-by: google-labs-jules[bot] <161369871+google-labs-jules[bot]@users.noreply.github.com>", "Jules"),
        ("Co-authored-by: Amp <amp@ampcode.com>", "Amp"),
        ("Co-authored-by: Junie <junie@jetbrains.com>", "Junie"),
        ("Co-authored-by: opencode <noreply@opencode.ai>", "opencode"),
        ("Co-authored-by: openhands <openhands@all-hands.dev>", "OpenHands"),
        ("Generated-by: Windsurf", "Windsurf"),
    ],
)
def test_an_agent_in_a_message_is_named_and_is_no_coauthor(line: str, agent: str) -> None:
    body = f"Because.\n\n{line}\nCo-authored-by: Bob Example <bob@example.com>"
    assert agents(body) == [agent]
    assert coauthors(body) == ["bob@example.com"]


@pytest.mark.parametrize(
    "line",
    [
        "Co-authored-by: Claude <claude@dupont.example>",
        "Co-authored-by: Claude Dupont <claude.dupont@example.com>",
        "Co-authored-by: Devin Smith <devin@example.com>",
        "Co-authored-by: Jules <jules@example.com>",
        "Co-authored-by: Gemini Lasswell <gazally@example.org>",
        "Co-authored-by: Bob <bob@anthropic.com>",
        "Co-authored-by: Ann Aider <ann@example.com>",
    ],
)
def test_a_person_with_the_name_of_an_agent_is_a_person(line: str) -> None:
    assert agents(line) == []
    assert len(coauthors(line)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Written by hand, with help of the Claude documentation.",
        "Add a Copilot button\n\nCreated with care",
        "Generated with protoc 3.1",
        "Reviewed-by: Claude <noreply@anthropic.com>",
        "Assisted-by: Bob <bob@example.com>",
    ],
)
def test_text_about_an_agent_names_none(text: str) -> None:
    assert agents(text) == []


def test_the_mark_that_aider_adds_to_an_author_names_it_and_the_author_stays_a_person() -> None:
    assert agents("", author="Ann Example (aider)") == ["aider"]
    names, emails = pd.Series(["Ann Example (aider)"], dtype="str"), pd.Series(["ann@example.com"], dtype="str")
    assert are_bots(names, emails, BotRules()).tolist() == [False]


def test_several_agents_are_sorted_and_named_once() -> None:
    body = (
        "Co-authored-by: Cursor <cursoragent@cursor.com>\nCo-authored-by: Claude <noreply@anthropic.com>\n\n* more\n\n"
        "Co-authored-by: Claude <noreply@anthropic.com>"
    )
    assert agents(body) == ["Claude", "Cursor"]


@pytest.mark.parametrize("handle", ["cursor", "codex", "amp", "goose"])
def test_an_author_with_a_handle_like_an_agent_is_a_person(handle: str) -> None:
    names, emails = pd.Series([handle], dtype="str"), pd.Series([f"{handle}@example.com"], dtype="str")
    assert are_bots(names, emails, BotRules()).tolist() == [False]


def test_every_known_agent_is_recognised_by_each_of_its_names_and_addresses() -> None:
    for agent in known_agents():
        lines = [f"Assisted-by: {name}" for name in agent.names]
        lines += [f"Co-authored-by: x <{address}>" for address in agent.addresses]
        assert agents_of_each(*lines) == [agent.name] * len(lines)
