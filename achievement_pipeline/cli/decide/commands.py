"""`achievements edit`, `approve`, `hide`, `pin`, `add`, `merge`, `split`, `undo` and `history`: the user's decisions.

Each decision is an edit of its own on top of the collected data: collecting again changes none of them.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Unpack

import click
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from achievement_pipeline.app.decide.decisions import Decisions, Verdicts, describe_edit, describe_live_post, doubted
from achievement_pipeline.app.decide.statements import AchievementCreate, create_achievement
from achievement_pipeline.channels import channels_with_approval
from achievement_pipeline.cli.decide.choice import Choice, choice_options, choose
from achievement_pipeline.cli.look.achievements import headline, hidden_words
from achievement_pipeline.cli.options.channel_names import ChannelName
from achievement_pipeline.cli.output.opening import open_engine
from achievement_pipeline.cli.output.printing import counted, json_option, print_json
from achievement_pipeline.cli.output.tables import print_wrapped
from achievement_pipeline.errors import StoreError
from achievement_pipeline.parsing.validation import describe_problems
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.documents.parts.sections import NOTES
from achievement_pipeline.publishing.gate.privacy import Held, PublicAchievement
from achievement_pipeline.settings import ME, load_settings
from achievement_pipeline.store.decisions.edits import RecordedEdit, edits_of, recent_edits
from achievement_pipeline.store.reading import AchievementView, get_achievement
from achievement_pipeline.store.tables import EditField
from achievement_pipeline.system.terminal import styled

_RECENT = 30
_BELOW = "# ------ everything below this line is ignored ------"
_channels = click.option(
    "--channel",
    "channels",
    type=ChannelName(),
    multiple=True,
    help="Only for this channel; repeatable. Default: all channels.",
)
_day = click.DateTime(["%Y-%m-%d"])


@contextmanager
def open_decisions(author_name: str | None = None) -> Iterator[Decisions]:
    """Open the database of the settings, to show an author's achievements."""
    settings = load_settings()
    with open_engine(settings) as engine:
        yield Decisions(engine, settings, author_name)


@click.command()
@click.argument("key")
@click.option("--title", help="One line.")
@click.option("--description", help="What was done, and what came of it.")
@click.option("--outcome", help="What changed, for whom: one sentence; empty to remove it.")
@click.option("--category", help="Kind of work: feature, bugfix, talk, ...")
@click.option("--impact", type=click.FloatRange(0, 100), help="Points, 0 to 100.")
@click.option("--complexity", type=click.FloatRange(0, 100), help="Points, 0 to 100.")
@click.option("--portfolio/--no-portfolio", default=None, help="Whether it is ready for the portfolio.")
@json_option
def edit(  # noqa: PLR0913 - one argument an option
    *,
    key: str,
    title: str | None,
    description: str | None,
    outcome: str | None,
    category: str | None,
    impact: float | None,
    complexity: float | None,
    portfolio: bool | None,
    as_json: bool,
) -> None:
    """Change the title, text or scores of an achievement: KEY is its key, the beginning of it, or of its commit's name.

    Without options its title and description are opened in your editor.

    \b
    achievements edit 3cc27d69 --title "Cut start-up time to a third"
    achievements edit 3cc27d69 --outcome "p95 420 ms to 130 ms" --impact 80
    """  # noqa: D301 - click's own mark
    given = {
        EditField.TITLE: title,
        EditField.DESCRIPTION: description,
        EditField.OUTCOME: outcome,
        EditField.CATEGORY: category,
        EditField.IMPACT_SCORE: impact,
        EditField.COMPLEXITY_SCORE: complexity,
        EditField.PORTFOLIO_READY: portfolio,
    }
    changes: dict[EditField, object] = {field: value for field, value in given.items() if value is not None}
    with open_decisions() as decisions:
        achievement = decisions.find(key)
        changes = changes or edit_text(achievement)
        if not changes:
            click.echo("Nothing changed.", err=True)
            return
        decisions.record(achievement.key, changes)
        _print([decisions.find(achievement.key)], as_json=as_json)


def edit_text(achievement: AchievementView) -> dict[EditField, object]:
    """Let the user change title and description in their editor, and return what is other than before."""
    text = f"{achievement.title}\n\n{achievement.description.strip()}\n\n{_BELOW}\n"
    edited = click.edit(f"{text}# The first line is the title, the rest the description. {achievement.key}\n")
    if edited is None:
        return {}
    title, _, description = edited.partition(_BELOW)[0].strip().partition("\n")
    changes = {EditField.TITLE: title.strip(), EditField.DESCRIPTION: description.strip()}
    before = {EditField.TITLE: achievement.title, EditField.DESCRIPTION: achievement.description.strip()}
    return {field: value for field, value in changes.items() if value != before[field]}


@click.command()
@choice_options
@_channels
@click.option("--withdraw", is_flag=True, help="Never publish it, even if a rule approves it.")
@click.option("--let-pass", is_flag=True, help="Also accept the text that the gate doubts: you have read it.")
@json_option
def approve(
    *, channels: Sequence[Channel], withdraw: bool, let_pass: bool, as_json: bool, **choice: Unpack[Choice]
) -> None:
    """Approve achievements for publishing, and print the decision of the privacy gate for each channel.

    Approval is not enough by itself: the policy may keep private work out of a channel, and a text that may reveal
    something is printed, so that you can read and accept it.

    \b
    achievements approve 3cc27d69 c2705ffd --channel resume
    achievements approve --repo flask --min-impact 60
    """  # noqa: D301 - click's own mark
    with open_decisions() as decisions:
        achievements = choose(decisions, "Withdraw" if withdraw else "Approve", choice)
        chosen = channels or channels_with_approval()
        decisions.record_each(
            [(each.key, {EditField.APPROVED: False if withdraw else each.fingerprint}) for each in achievements],
            [each.name for each in channels] or [None],
        )
        answers = decisions.verdicts(achievements, chosen)
        if let_pass:
            decisions.record_each(
                (key, {EditField.REVIEWED: fingerprint})
                for key, verdicts in answers.items()
                for fingerprint in doubted(verdicts)
            )
            answers = decisions.verdicts(achievements, chosen)
        if as_json:
            _print_verdicts(achievements, answers)
        elif choice["keys"]:
            _explain_each(achievements, answers)
        else:
            count_verdicts(answers, chosen)
        if withdraw:
            warn_of_live_posts(decisions, achievements)


def _print_verdicts(achievements: Sequence[AchievementView], answers: Mapping[str, Verdicts]) -> None:
    for achievement in achievements:
        facts = {channel.name: _facts(answer) for channel, answer in answers[achievement.key].items()}
        print_json({"key": achievement.key, "channels": facts})


def _explain_each(achievements: Sequence[AchievementView], answers: Mapping[str, Verdicts]) -> None:
    for achievement in achievements:
        click.echo(headline(achievement))
        for line in explain_verdicts(answers[achievement.key]):
            click.echo(line)


def count_verdicts(answers: Mapping[str, Verdicts], channels: Sequence[Channel]) -> None:
    """Print for each channel how many achievements are shown, and how many are held for which kind of reason."""
    for channel in channels:
        counts = Counter(
            answer.detail.partition(":")[0] if isinstance(answer, Held) else "shown"
            for answer in (verdicts[channel] for verdicts in answers.values())
        )
        shown = counts.pop("shown", 0)
        held = "".join(f" · {number:,} held: {detail}" for detail, number in counts.most_common())
        click.echo(f"  {channel.name:<15} {shown:,} shown{held}")


def warn_of_live_posts(decisions: Decisions, achievements: Sequence[AchievementView]) -> None:
    """Warn on standard error that posts of achievements are still online."""
    for post in decisions.live_posts(*(each.key for each in achievements)):
        print_wrapped(f"⚠️  {describe_live_post(post)}", err=True)


def explain_verdicts(answers: Verdicts) -> Iterator[str]:
    """Explain in lines whether each channel shows it, with the texts that the gate doubts."""
    for channel, answer in answers.items():
        if isinstance(answer, PublicAchievement):
            yield f"  ✅ {channel.name:<15} shown{f' as: {answer.title}' if answer.redacted else ''}"
        else:
            yield f"  -  {channel.name:<15} held: {answer.detail}"
    for text in doubted(answers).values():
        yield "     This is how it would be shown. If it reveals nothing private, accept it: --let-pass"
        yield from (f"     | {line}" for line in text.splitlines())


@click.command()
@choice_options
@json_option
def hide(*, as_json: bool, **choice: Unpack[Choice]) -> None:
    """Hide achievements from every list and every channel.

    \b
    achievements hide 3cc27d69 c2705ffd
    achievements hide --repo dotfiles --yes
    """  # noqa: D301 - click's own mark
    _flag("Hide", choice, EditField.HIDDEN, value=True, as_json=as_json)


@click.command()
@choice_options
@json_option
def unhide(*, as_json: bool, **choice: Unpack[Choice]) -> None:
    """Show hidden achievements again.

    \b
    achievements unhide 3cc27d69
    """  # noqa: D301 - click's own mark
    _flag("Unhide", choice, EditField.HIDDEN, value=False, as_json=as_json)


@click.command()
@choice_options
@json_option
def pin(*, as_json: bool, **choice: Unpack[Choice]) -> None:
    """Pin achievements: they come before all others.

    \b
    achievements pin 3cc27d69
    """  # noqa: D301 - click's own mark
    _flag("Pin", choice, EditField.PINNED, value=True, as_json=as_json)


@click.command()
@choice_options
@json_option
def unpin(*, as_json: bool, **choice: Unpack[Choice]) -> None:
    """Unpin achievements: their impact decides the order again.

    \b
    achievements unpin 3cc27d69
    """  # noqa: D301 - click's own mark
    _flag("Unpin", choice, EditField.PINNED, value=False, as_json=as_json)


@click.command()
@click.argument("title")
@click.option("--category", help="Kind of work: a lower-case word, such as talk, project. Default: other.")
@click.option(
    "--section", type=click.Choice([*NOTES]), help="Not an achievement: a note for this section of the brag document."
)
@click.option("--impact", type=click.FloatRange(0, 100), help="Your own points, 0 to 100. Default: none.")
@click.option("--complexity", type=click.FloatRange(0, 100), help="Your own points, 0 to 100. Default: none.")
@click.option("--description", default="", help="What was done, and what came of it.")
@click.option("--author", metavar="EMAIL", help="Author. Default: you.")
@click.option("--with", "coauthors", metavar="EMAIL", multiple=True, help="Somebody it is shared with; several times.")
@click.option("--url", "source_url", help="Where it can be seen.")
@click.option("--repository", metavar="KEY", help="What it is about: host/owner/name. It is as public as that.")
@click.option("--started", type=_day, help="First day.")
@click.option("--completed", type=_day, help="Day on which it was done. Default: today.")
@click.option("--skill", "skills", multiple=True, help="A skill that it shows, the strongest first; several times.")
@click.option("--tag", "tags", multiple=True, help="A word to find it by; several times.")
@click.option("--portfolio", is_flag=True, help="It is ready for the portfolio.")
@json_option
def add(  # noqa: PLR0913 - one argument an option
    *,
    author: str | None,
    impact: float | None,
    complexity: float | None,
    started: dt.datetime | None,
    completed: dt.datetime | None,
    skills: Sequence[str],
    tags: Sequence[str],
    coauthors: Sequence[str],
    portfolio: bool,
    section: str | None,
    as_json: bool,
    **fields: Any,  # noqa: ANN401 - title, category, description, source_url, repository
) -> None:
    """Write down an achievement that no source records: a talk, a mentoring, a decision.

    Without scores it comes after scored work; `edit` sets them later, and `pin` puts it first.

    \b
    achievements add "Led the migration to PostgreSQL"
    achievements add "Talk on upserts at PyCon" --category talk --url https://example.org/talk --impact 60
    achievements add "Learn Rust well enough to review it" --section goals
    """  # noqa: D301 - click's own mark
    if section and fields["category"]:
        raise click.UsageError("Give either --section or --category: a note is no achievement.")
    fields["category"] = section or fields["category"]
    with open_decisions() as decisions:
        if author is None or author == ME:
            with decisions.engine.connect() as connection:
                author = decisions.author(connection).addresses[0]
        try:
            achievement = AchievementCreate(
                **fields,
                author=author,
                impact_score=impact,
                complexity_score=complexity,
                started_at=started and started.replace(tzinfo=dt.UTC),
                completed_at=completed.replace(tzinfo=dt.UTC) if completed else dt.datetime.now(dt.UTC),
                skills_demonstrated=tuple(skills),
                tags=tuple(tags),
                coauthors=tuple(coauthors),
                portfolio_ready=portfolio,
            )
        except ValidationError as error:
            problems = (f"{field}: {words}" for field, words in describe_problems(error, AchievementCreate))
            raise click.UsageError("\n".join(problems)) from error
        with Session(decisions.engine) as session, session.begin():
            create_achievement(session, achievement)
        _print([decisions.find(achievement.key)], as_json=as_json)


@click.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY KEY...")
@json_option
def merge(keys: Sequence[str], as_json: bool) -> None:
    """Merge achievements into the first one.

    \b
    achievements merge 3cc27d69 c2705ffd
    """  # noqa: D301 - click's own mark
    with open_decisions() as decisions:
        key = decisions.merge(keys)
        whole = decisions.find(key)
        _print([whole], as_json=as_json)
        if whole.hidden:
            click.echo(f"⚠️  It is hidden {hidden_words(whole)}", err=True)


@click.command()
@click.argument("key")
@click.argument("activities", nargs=-1, metavar="[ACTIVITY]...")
@json_option
def split(key: str, activities: Sequence[str], as_json: bool) -> None:
    """Turn activities of an achievement into achievements of their own, each with what belongs to it.

    ACTIVITY is one that `achievements explain KEY` names; without any it is all that belong to the root directly.

    \b
    achievements split 3cc27d69
    achievements split 3cc27d69 git:github.com/acme/loom@c2705ffd
    """  # noqa: D301 - click's own mark
    with open_decisions() as decisions:
        root, parts = decisions.split(key, activities)
        with decisions.engine.connect() as connection:
            made = [each for part in parts if (each := _achievement_if_any(connection, part))]
        _print([decisions.find(root), *made], as_json=as_json)
        if len(made) < len(parts):
            click.echo(f"{len(parts) - len(made)} of {len(parts)} make no achievement: not significant.", err=True)


@click.command()
@click.argument("number", type=int, required=False)
@json_option
def undo(number: int | None, as_json: bool) -> None:
    """Undo the latest decision, or the edit with the NUMBER that `achievements history` shows.

    \b
    achievements undo
    achievements undo 17
    """  # noqa: D301 - click's own mark
    with open_decisions() as decisions:
        _print_edits(decisions.take_back(number), "took back", as_json=as_json)


@click.command()
@click.argument("key", required=False)
@json_option
def history(key: str | None, as_json: bool) -> None:
    """Show every edit of an achievement, undone ones too; without KEY the latest of all.

    \b
    achievements history
    achievements history 3cc27d69
    """  # noqa: D301 - click's own mark
    with open_decisions() as decisions, decisions.engine.connect() as connection:
        edits = edits_of(connection, get_achievement(connection, key).key) if key else recent_edits(connection, _RECENT)
    _print_edits(edits, "", as_json=as_json)


def _flag(what: str, choice: Choice, field: EditField, *, value: bool, as_json: bool) -> None:
    with open_decisions() as decisions:
        achievements = choose(decisions, what, choice, hidden=field is EditField.HIDDEN and not value)
        decisions.record_each((achievement.key, {field: value}) for achievement in achievements)
        if field is EditField.HIDDEN and value:
            warn_of_live_posts(decisions, achievements)
        if choice["keys"] or as_json:
            _print([decisions.find(achievement.key) for achievement in achievements], as_json=as_json)
        else:
            click.echo(f"{what}: {counted(len(achievements), 'achievement')}. To take it back: achievements undo")


def _achievement_if_any(connection: sa.Connection, key: str) -> AchievementView | None:
    try:
        return get_achievement(connection, key)
    except StoreError:
        return None


def _facts(answer: PublicAchievement | Held) -> dict[str, Any]:
    if isinstance(answer, PublicAchievement):
        return {"goes_out": True, "title": answer.title, "redacted": answer.redacted}
    return {"goes_out": False, "reason": answer.reason, "detail": answer.detail, "preview": answer.preview}


def _print(achievements: Sequence[AchievementView], *, as_json: bool) -> None:
    if as_json:
        facts = [asdict(achievement) for achievement in achievements]
        print_json(facts if len(facts) > 1 else facts[0])
        return
    for achievement in achievements:
        click.echo(headline(achievement))


def _print_edits(edits: Sequence[RecordedEdit], did: str, *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(edit) for edit in edits])
        return
    for each in edits:
        undone = f" (undone {each.undone_at:%Y-%m-%d %H:%M})" if each.undone_at else ""
        print_wrapped(
            f"{each.id:>5}  {each.made_at:%Y-%m-%d %H:%M}  {did}{' ' * bool(did)}{describe_edit(each)}{undone}"
        )
        print_wrapped(f"       {styled(f'{each.achievement_key} by {each.made_by}', 'dim')}")
