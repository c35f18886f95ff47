"""`achievements word`: let a language model propose wordings. Optional, and off until it is configured."""

from __future__ import annotations

from collections.abc import Sequence

import click

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.app.decide.wording import Facts, choose, facts_for, language_model, word
from achievement_pipeline.cli.decide.commands import open_decisions
from achievement_pipeline.cli.look.achievements import headline
from achievement_pipeline.cli.output.printing import counted
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.publishing.wording.model import LanguageModel


@click.command("word")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Without KEY: at most so many."
)
@click.option("--yes", is_flag=True, help="Send without asking.")
def word_achievements(keys: Sequence[str], limit: int, yes: bool) -> None:
    """Let a language model propose titles, outcomes and descriptions, which you decide by `review`.

    Without KEY it words the greatest achievements whose text you have not edited. What is sent is printed first:
    numbered facts that the privacy gate lets through for the channel `agent`. A sentence that says more than the
    facts it cites is refused, with the reason. It is off until [wording] in achievements.toml names a model.

    \b
    achievements word
    achievements word 3cc27d69 --yes
    """  # noqa: D301 - click's own mark
    with open_decisions() as decisions:
        model = language_model(decisions.settings)
        cleared = _facts(decisions, keys, limit)
        if not cleared:
            click.echo("Nothing to word: all is edited, proposed, or held by the privacy gate.", err=True)
            return
        for each in cleared:
            click.echo(headline(each.achievement))
            for number, fact in enumerate(each.facts, 1):
                click.echo(f"  {number:>2}. {fact}")
        click.echo(f"These facts go to {model}.", err=True)
        if not yes:
            click.confirm("Send them?", abort=True, err=True)
        made = sum(_word(decisions, model, each) for each in cleared)
    click.echo(f"{counted(made, 'proposal')}. Decide: achievements review", err=True)


def _facts(decisions: Decisions, keys: Sequence[str], limit: int) -> list[Facts]:
    with decisions.engine.connect() as connection:
        named = [decisions.find(key) for key in keys]
        return facts_for(connection, decisions.settings, named or choose(connection, decisions.settings, limit))


def _word(decisions: Decisions, model: LanguageModel, cleared: Facts) -> int:
    """Word one achievement and print what came of it; one that fails does not stop the rest."""
    click.echo(f"\n{headline(cleared.achievement)}")
    try:
        proposals, refused = word(decisions.engine, decisions.settings, model, cleared)
    except AchievementPipelineError as error:
        click.echo(f"  ❌ {error}", err=True)
        return 0
    for proposal in proposals:
        click.echo(f"  ✅ {proposal.field}: {proposal.value}")
    for each in refused:
        click.echo(f"  -  {each.field} refused: {each.text}\n     {each.reason}")
    return len(proposals)
