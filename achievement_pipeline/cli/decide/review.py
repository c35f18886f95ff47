"""`achievements review`: go through new achievements with one keystroke each."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Unpack

import click

from achievement_pipeline.app.decide.decisions import Decisions, describe_edit, doubted
from achievement_pipeline.app.decide.differences import show_difference
from achievement_pipeline.app.decide.proposals import ShownProposal, with_open_proposals
from achievement_pipeline.app.decide.questions import ASKED, QUESTION, lacks_outcome
from achievement_pipeline.channels import channels_with_approval
from achievement_pipeline.cli.decide.commands import (
    count_verdicts,
    edit_text,
    explain_verdicts,
    open_decisions,
    warn_of_live_posts,
)
from achievement_pipeline.cli.look.achievements import headline
from achievement_pipeline.cli.options.filter_options import Conditions, achievement_filter, condition_options
from achievement_pipeline.cli.output.printing import counted
from achievement_pipeline.cli.output.tables import print_paged, print_wrapped
from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.reading import AchievementView, find_achievements
from achievement_pipeline.store.tables import EditField
from achievement_pipeline.system.terminal import Style, styled

_KEYS = "a approve · h hide · d diff · e edit · s skip · u undo · ? all keys · q quit"
_HELP = """\
  a  approve: it may go out          h  hide it everywhere
  d  what its commits changed        e  edit title and description
  o  what changed, for whom          p  pin it before all others, or not any more
  s  skip: it comes again            u  take the latest decision back
  r  approve all the rest            q  quit: the rest comes again"""
_PROPOSAL_KEYS = "t take · e edit · r reject · s skip · q to the achievements"
_FACTS = 6
_DESCRIPTION_LINES = 8
_DECIDING = (EditField.APPROVED, EditField.HIDDEN)


@click.command()
@condition_options
def review(**conditions: Unpack[Conditions]) -> None:
    """Go through new achievements, the highest impact first, with one keystroke each.

    New are those neither approved nor hidden yet, and those changed since their approval. What an agent or a language
    model proposed is shown beside its facts: take it, edit it or reject it. Each decision takes effect
    immediately; the undecided come again next time. Without a terminal the keys are read from standard input, one per
    line.

    \b
    achievements review
    achievements review --since 2026-01-01 --min-impact 60
    """  # noqa: D301 - click's own mark
    with open_decisions() as decisions:
        with decisions.engine.connect() as connection:
            wanted = achievement_filter(connection, decisions.settings, conditions)
            new = find_achievements(connection, replace(wanted, decided=False))
            proposed = with_open_proposals(connection, wanted)
        if not new and not proposed:
            click.echo("Nothing new: every achievement is approved or hidden, and no proposal is open.", err=True)
            return
        keys = _typed() if sys.stdin.isatty() else _read()
        _decide_proposals(decisions, proposed, keys)
        decided = _go_through(decisions, new, keys)
    click.echo(f"{decided:,} of {len(new):,} decided.", err=True)


def _go_through(decisions: Decisions, new: list[AchievementView], keys: Iterator[str]) -> int:
    """Show one achievement after the other and act on the keys; return how many were decided."""
    position, decided = 0, set[str]()
    while position < len(new):
        achievement = decisions.find(new[position].key)
        notes = [*_outdated(decisions, achievement), *_open_question(achievement, position)]
        _show(achievement, f"{position + 1:,} of {len(new):,}", notes)
        key = next(keys, "q")
        match key:
            case "a":
                _approve(decisions, achievement, keys)
                decided.add(achievement.key)
                position += 1
            case "h":
                decisions.record(achievement.key, {EditField.HIDDEN: True})
                warn_of_live_posts(decisions, [achievement])
                decided.add(achievement.key)
                position += 1
            case "d" | "e" | "o" | "p":
                _look_or_change(decisions, achievement, key)
            case "s":
                position += 1
            case "u":
                undone = decisions.take_back()
                click.echo(f"  undid: {', '.join(describe_edit(each) for each in undone)}")
                again = [index for index, each in enumerate(new) if each.key == undone[0].achievement_key]
                position = (again or [position])[0]
                decided -= {each.achievement_key for each in undone if each.field in _DECIDING}
            case "r":
                rest = [each for each in new[position:] if each.key not in decided]
                if _approve_rest(decisions, rest, keys):
                    decided.update(each.key for each in rest)
                    break
            case "q":
                break
            case _:
                click.echo(_HELP)
    return len(decided)


def _show_difference(decisions: Decisions, achievement: AchievementView) -> None:
    text = show_difference(decisions.engine, decisions.settings, achievement)
    colours: dict[str, Style] = {"+": "green", "-": "red"}
    lines = [styled(line, colours[line[0]]) if line[:1] in colours else line for line in text.splitlines()]
    print_paged(lines or ["  None of its commits is on this machine."])


def _approve_rest(decisions: Decisions, rest: Sequence[AchievementView], keys: Iterator[str]) -> bool:
    """Approve achievements as one decision, once the user agrees; return whether they do."""
    click.echo(
        f"  Approve {counted(len(rest), 'achievement')} without looking at them? [y]es, any other key: no  ", nl=False
    )
    if next(keys, "n") != "y":
        return False
    rest = [decisions.find(each.key) for each in rest]
    decisions.record_each((each.key, {EditField.APPROVED: each.fingerprint}) for each in rest)
    count_verdicts(decisions.verdicts(rest, channels_with_approval()), channels_with_approval())
    click.echo("  To take all of it back: achievements undo")
    return True


def _outdated(decisions: Decisions, achievement: AchievementView) -> Iterator[str]:
    for field in decisions.outdated_wordings(achievement):
        yield f"⚠️  Facts that its {field} rests on have changed since you took it."


def _open_question(achievement: AchievementView, position: int) -> Iterator[str]:
    """Yield the question for the outcome of one of the greatest, where neither the user nor its author states one."""
    if position < ASKED and lacks_outcome(achievement):
        yield f"{QUESTION} o to answer"


def _look_or_change(decisions: Decisions, achievement: AchievementView, key: str) -> None:
    """Show the difference, edit the text, state the outcome, or pin: the achievement is shown again."""
    if key == "d":
        _show_difference(decisions, achievement)
    else:
        _change(decisions, achievement, key)


def _change(decisions: Decisions, achievement: AchievementView, key: str) -> None:
    """Edit the text, state the outcome, or pin."""
    changes: Mapping[EditField, object] = {EditField.PINNED: not achievement.pinned}
    if key == "e":
        changes = edit_text(achievement)
    elif key == "o":
        before = achievement.outcome
        answer = click.prompt(f"  {QUESTION}", default=before, show_default=bool(before)).strip()
        changes = {EditField.OUTCOME: answer} if answer != before else {}
    try:
        decisions.record(achievement.key, changes)
    except StoreError as error:
        click.echo(f"  {error}")


def _decide_proposals(decisions: Decisions, achievements: Sequence[AchievementView], keys: Iterator[str]) -> None:
    """Show the open proposals for achievements, and act on a key each."""
    proposals = decisions.proposals(achievements)
    for achievement in achievements:
        for shown in proposals[achievement.key]:
            _show_proposal(achievement, shown)
            match next(keys, "q"):
                case "t":
                    decisions.accept(shown.proposal.id)
                case "e":
                    edited = (click.edit(shown.proposal.value) or "").strip()
                    decisions.accept(shown.proposal.id, edited or shown.proposal.value)
                case "r":
                    decisions.reject(shown.proposal.id)
                case "q":
                    return


def _show_proposal(achievement: AchievementView, shown: ShownProposal) -> None:
    proposal = shown.proposal
    click.echo(f"\n{headline(achievement)}")
    click.echo(f"  {proposal.made_by} proposes this {proposal.field}:")
    versions: tuple[tuple[str, str, Style], ...] = (
        ("-", shown.before.strip(), "red"),
        ("+", proposal.value, "green"),
    )
    for sign, text, colour in versions:
        for line in text.splitlines():
            click.echo(styled(f"  {sign} {line}".rstrip(), colour))
    for fact in proposal.facts[:_FACTS]:
        click.echo(f"    fact: {fact}")
    if len(proposal.facts) > _FACTS:
        click.echo(f"    and {counted(len(proposal.facts) - _FACTS, 'fact')} more")
    for warning in shown.warnings:
        click.echo(f"  ⚠️  {warning}")
    click.echo(f"  {_PROPOSAL_KEYS}  ", nl=False)


def _approve(decisions: Decisions, achievement: AchievementView, keys: Iterator[str]) -> None:
    decisions.record(achievement.key, {EditField.APPROVED: achievement.fingerprint})
    answers = decisions.verdicts([decisions.find(achievement.key)], channels_with_approval())[achievement.key]
    for line in explain_verdicts(answers):
        click.echo(line)
    for fingerprint in doubted(answers):
        click.echo("  Accept this text? [y]es, any other key: no  ", nl=False)
        if next(keys, "n") == "y":
            decisions.record(achievement.key, {EditField.REVIEWED: fingerprint})


def _show(achievement: AchievementView, place: str, notes: Sequence[str]) -> None:
    click.echo(f"\n{styled(place, 'dim')}{' · pinned' if achievement.pinned else ''}")
    click.echo(headline(achievement))
    for name, value in (
        ("skills", ", ".join(achievement.skills_demonstrated)),
        ("made of", ", ".join(_counted_kinds(achievement))),
        ("see", achievement.source_url or ""),
    ):
        if value:
            click.echo(f"  {name:<10} {value}")
    lines = achievement.description.strip().splitlines()
    for line in lines[:_DESCRIPTION_LINES]:
        print_wrapped(f"  | {line}".rstrip())
    if len(lines) > _DESCRIPTION_LINES:
        click.echo("  | ...")
    for note in notes:
        click.echo(f"  {note}")
    click.echo(f"  {_KEYS}  ", nl=False)


def _counted_kinds(achievement: AchievementView) -> Iterator[str]:
    for kind, number in Counter(line["kind"] for line in achievement.evidence).items():
        yield f"{kind.replace('_', ' ')}{f' x {number:,}' if number > 1 else ''}"


def _typed() -> Iterator[str]:
    """Yield keys as they are pressed."""
    while True:
        key = click.getchar()
        click.echo(key)
        yield key.lower()


def _read() -> Iterator[str]:
    """Yield the first letter of each line of standard input."""
    for line in sys.stdin:
        click.echo()
        yield line.strip()[:1].lower()
