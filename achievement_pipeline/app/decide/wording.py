"""Wordings by a language model: it gets facts cleared for the channel `agent`; what passes both gates is proposed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from achievement_pipeline.app.me import Author, me
from achievement_pipeline.app.publish.rendering import finish_text, render_views
from achievement_pipeline.channels import AGENT
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.http import RequestOptions
from achievement_pipeline.publishing.wording.facts import facts_of
from achievement_pipeline.publishing.wording.gate import refusal
from achievement_pipeline.publishing.wording.model import LanguageModel, Sentence, prompt_hash, request_options
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.decisions.proposals import Proposal, open_proposals, propose
from achievement_pipeline.store.reading import AchievementFilter, AchievementView, find_achievements
from achievement_pipeline.store.tables import EditField

_ONE_SENTENCE = (EditField.TITLE, EditField.OUTCOME)


@dataclass(frozen=True)
class Facts:
    """An achievement, and what a language model may know of it."""

    achievement: AchievementView
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """A text that no proposal was made of."""

    field: EditField
    text: str
    reason: str


def language_model(settings: Settings, options: RequestOptions | None = None) -> LanguageModel:
    """Return the language model of the settings.

    Raises:
        SettingsError: There is none, or its address is not secure.
    """
    wording = settings.config.wording
    if not wording.address:
        raise SettingsError(
            f"No language model is configured, and none is needed. To use one, set address and model in [wording] of "
            f"{settings.config_location}, such as those of a local server."
        )
    limits = options or request_options(wording.timeout)
    return LanguageModel(wording.address, wording.model, settings.environment.wording_api_key, limits)


def choose(connection: sa.Connection, settings: Settings, limit: int) -> list[AchievementView]:
    """Return the user's greatest achievements whose text they have not edited and for which no proposal is open."""
    author = me(connection, settings)
    proposed = open_proposals(connection)
    found = find_achievements(connection, AchievementFilter(authors=author.addresses))
    return [each for each in found if not each.edited_at and each.key not in proposed][:limit]


def facts_for(connection: sa.Connection, settings: Settings, achievements: Sequence[AchievementView]) -> list[Facts]:
    """Return the facts of the achievements that the privacy gate clears for the channel `agent`."""
    cleared = render_views(connection, settings, AGENT, me(connection, settings), achievements).cleared
    return [Facts(cleared.views[each.id], facts_of(each)) for each in cleared.public]


def word(
    engine: sa.Engine, settings: Settings, model: LanguageModel, cleared: Facts
) -> tuple[list[Proposal], list[Refused]]:
    """Let the model word an achievement, and propose what passes the wording gate and then the privacy gate.

    Returns:
        The proposals, and the texts that are refused. What the achievement says already is neither.

    Raises:
        AchievementPipelineError: The model does not answer, or not by the schema.
    """
    sentences = model.word(cleared.facts)  # before the transaction, which would be open for minutes
    proposals, refused = [], []
    with engine.begin() as connection:
        author = me(connection, settings)
        for field, text, cited, reason in _by_field(sentences, cleared.facts):
            if text == getattr(cleared.achievement, field.value):
                continue
            if why := reason or _leak(connection, settings, author, text):
                refused.append(Refused(field, text, why))
                continue
            proposals.append(
                propose(
                    connection,
                    cleared.achievement.key,
                    field,
                    text,
                    made_by=str(model),
                    facts=cited,
                    prompt_hash=prompt_hash(cleared.facts),
                )
            )
    return proposals, refused


def _by_field(
    sentences: Sequence[Sentence], facts: Sequence[str]
) -> Iterator[tuple[EditField, str, list[str], str | None]]:
    """Yield for each field the text, the facts that it cites, and why it is refused if it is."""
    for field in (EditField.TITLE, EditField.OUTCOME, EditField.DESCRIPTION):
        mine = [each for each in sentences if each.field == field.value]
        if not mine:
            continue
        text = " ".join(each.text for each in mine)
        reasons = (_refusal(each, facts) for each in mine)
        reason = "It is more than one sentence." if field in _ONE_SENTENCE and len(mine) > 1 else None
        cited = dict.fromkeys(number for each in mine for number in each.facts)
        named = [facts[number - 1] for number in cited if 1 <= number <= len(facts)]
        yield field, text, named, reason or next(filter(None, reasons), None)


def _refusal(sentence: Sentence, facts: Sequence[str]) -> str | None:
    if any(not 1 <= number <= len(facts) for number in sentence.facts):
        return "It cites a fact that does not exist."
    return refusal(sentence.text, [facts[number - 1] for number in sentence.facts])


def _leak(connection: sa.Connection, settings: Settings, author: Author, text: str) -> str | None:
    faults = finish_text(connection, settings, AGENT, author, text).faults_of_parts()
    return "; ".join(faults) or None
