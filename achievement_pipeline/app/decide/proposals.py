"""Proposals in use: which facts they rest on, and whether these still hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from achievement_pipeline.app.me import me
from achievement_pipeline.app.publish.rendering import render_views
from achievement_pipeline.channels import AGENT
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.wording.facts import facts_of
from achievement_pipeline.publishing.wording.gate import refusal
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.decisions.proposals import Proposal, accepted_proposals, open_proposals, propose
from achievement_pipeline.store.reading import AchievementFilter, AchievementView, find_achievements
from achievement_pipeline.store.tables import EditField

AGENT_MAKER = "agent"
"""Who made the proposals that come by `achievements mcp`."""


@dataclass(frozen=True)
class ShownProposal:
    """An open proposal as the user decides it."""

    proposal: Proposal
    before: str
    """The present text."""
    is_stale: bool
    """Whether facts that it rests on have changed since."""

    @property
    def warnings(self) -> list[str]:
        """Reasons to reject it, in sentences."""
        doubt = [f"No fact shows it: {self.proposal.doubt}"] if self.proposal.doubt else []
        return [*doubt, *(["Facts that it rests on have changed since."] if self.is_stale else [])]


def proposals_for(
    connection: sa.Connection, settings: Settings, achievements: Sequence[AchievementView]
) -> dict[str, list[ShownProposal]]:
    """Return the open proposals for achievements by key, each with the present text."""
    views = {each.key: each for each in achievements}
    proposed = open_proposals(connection, list(views))
    if not proposed:
        return {}
    facts = _facts(connection, settings, [views[key] for key in proposed])
    return {
        key: [
            ShownProposal(each, getattr(views[key], each.field.value), each.is_stale(facts.get(key, ())))
            for each in proposals
        ]
        for key, proposals in proposed.items()
    }


def with_open_proposals(connection: sa.Connection, wanted: AchievementFilter) -> list[AchievementView]:
    """Return the achievements that match a filter and have open proposals."""
    if not (proposed := open_proposals(connection)):
        return []
    return [each for each in find_achievements(connection, wanted) if each.key in proposed]


def outdated_wordings(
    connection: sa.Connection, settings: Settings, achievements: Sequence[AchievementView]
) -> dict[str, list[EditField]]:
    """Return by key the fields whose text was proposed and accepted, and whose facts have changed since."""
    views = {each.key: each for each in achievements}
    accepted = accepted_proposals(connection, list(views))
    if not accepted:
        return {}
    facts = _facts(connection, settings, [views[key] for key in accepted])
    return {
        key: [
            each.field
            for each in proposals
            if each.value == getattr(views[key], each.field.value) and each.is_stale(facts.get(key, ()))
        ]
        for key, proposals in accepted.items()
    }


def _facts(
    connection: sa.Connection, settings: Settings, achievements: Sequence[AchievementView]
) -> dict[str, tuple[str, ...]]:
    cleared = render_views(connection, settings, AGENT, me(connection, settings), achievements).cleared
    return {cleared.keys[each.id]: facts_of(each) for each in cleared.public}


def propose_as_agent(  # noqa: PLR0913 - what a proposal is made of
    connection: sa.Connection,
    key: str,
    achievement: PublicAchievement,
    field: EditField,
    text: str,
    *,
    cited: Sequence[int] = (),
) -> Proposal:
    """Store the proposal of an agent, with the doubt of the wording gate where the cited facts do not support it.

    An agent may know from the user what no evidence shows, so the user sees the doubt and decides.

    Args:
        connection: The database.
        key: The achievement.
        achievement: The same, as the agent saw it.
        field: What is worded.
        text: The proposed text.
        cited: Numbers of facts from 1, as in `facts_of`; empty: all of them.

    Raises:
        IndexError: There is no fact of such a number.
        StoreError: The text is invalid for the field.
    """
    facts = facts_of(achievement)
    if any(not 1 <= number <= len(facts) for number in cited):
        raise IndexError(f"There are facts 1 to {len(facts)}.")
    chosen = [facts[number - 1] for number in dict.fromkeys(cited)] or list(facts)
    doubt = refusal(text, chosen)
    return propose(connection, key, field, text, made_by=AGENT_MAKER, facts=chosen, doubt=doubt)
