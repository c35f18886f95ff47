"""Outcomes in texts: numbers that changed, with their unit and direction.

A statement names two amounts ("p95 420 → 130 ms", "96 bytes, down from 104", "took 17 s, now 5 s"), or their difference
with a word of change before it ("reduces queries by 80 %", "a speedup of 3x", "saves 4 bytes") or behind it ("40 %
faster", "18 ms improvement"); and benchmarks print theirs. benchmarks/outcomes.py measures how well they are read.
Versions, ranges, dates and counts of lines are no outcome, nor is what would be, what is compared with another program,
or what a dependency announces. Nothing is computed that the text does not state; "3m36s" is 216 seconds, and a third
33.3 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

from achievement_pipeline.outcomes import forms
from achievement_pipeline.outcomes.amounts import number, scale
from achievement_pipeline.outcomes.benchmark_output import Change, find_changes, without_blocks, without_rows
from achievement_pipeline.outcomes.spelled_amounts import in_digits
from achievement_pipeline.parsing.patterns import Match, Pattern

_LONGEST_TEXT = 20_000
_LONGEST_SENTENCE = 400
_LONGEST_SEARCH = 2_000
_MOST = 20
_BESIDE = 20
"""Characters behind a difference in which a word may say what it is of."""
_DRAWN: Final = str.maketrans(
    "\u2502\u2503\u2551\u2500\u2501\u2550\u250c\u252c\u2510\u251c\u253c\u2524\u2514\u2534\u2518", "|||------------"
)
"""Tables drawn with lines, as Markdown has them."""
_NEAR = 60
"""Characters behind two amounts in which a word may say which is better."""


class Direction(StrEnum):
    """Which way a number went."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Outcome:
    """A change that a text states in numbers."""

    sentence: str
    """The sentence that states it, on one line; two where the first has the amount before."""
    before: float | None
    after: float | None
    """Both, or where only the difference is stated, neither."""
    amount: float | None
    """The stated difference."""
    unit: str
    direction: Direction | None
    """None where the numbers are equal."""


def find_outcomes(text: str) -> list[Outcome]:
    """Return the outcomes that a text states, each once: of its sentences, at most one each, then rows of benchmarks.

    Numbers without a unit, such as settings, come last.
    """
    text = forms.TAG.sub("\n\n", text[:_LONGEST_TEXT].translate(_DRAWN))
    if forms.QUOTES.match(text.lstrip()):
        return []
    in_sentences = list(_in_sentences(without_blocks(without_rows(text))))
    counts = [each for each in in_sentences if not each.unit]
    measured = (each for each in map(_measured, find_changes(text)) if not _costs_more(each))
    stated = [*(each for each in in_sentences if each.unit), *measured, *counts] or _far_apart(text)
    known = {(each.before, each.after, each.amount): each for each in reversed(stated)}
    return [each for each in stated if known[each.before, each.after, each.amount] is each][:_MOST]


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences and list items of a text, each on one line. Very long ones are left out."""
    for part in forms.SENTENCE_END.split(text):
        sentence = " ".join(forms.BULLET.sub("", part).split())
        clauses = [sentence] if len(sentence) <= _LONGEST_SENTENCE else forms.CLAUSE_END.split(sentence)
        yield from (clause for clause in clauses if 0 < len(clause) <= _LONGEST_SENTENCE)


def _in_sentences(text: str) -> Iterator[Outcome]:
    """Yield the outcome of each sentence, else of it with the one before."""
    on_one_line = " ".join(text.split())
    found_before = False
    for last, sentence in pairwise(["", *sentences(text)]):
        found = _outcome(sentence)
        both = f"{last} {sentence}"
        if not found and last and not found_before and both in on_one_line:
            found = _in_two(both)
        found_before = found is not None
        if found:
            yield found


def _in_two(both: str) -> Outcome | None:
    """Return the outcome that two sentences state together."""
    if not forms.MAY_STATE.search(both):
        return None
    plain = in_digits(both)
    found = next(_two_amounts(plain, forms.APART), None) or _setting(plain) or _set_to(plain)
    return replace(found, sentence=both) if found else None


def _far_apart(text: str) -> list[Outcome]:
    """Return the setting whose two values are sentences apart."""
    plain = in_digits(" ".join(text.split())[:_LONGEST_SEARCH])
    found = _setting(plain)
    title = next(sentences(text), "")
    return [replace(found, sentence=title)] if found else []


def _setting(text: str) -> Outcome | None:
    """Read a setting whose value stands before: "The timeout of 2 s is too short. Increase the timeout to 5 s."."""
    for match in forms.RAISED.finditer(text):
        for before in (
            *forms.SETTING_OF.finditer(text, 0, match.start()),
            *forms.SETTING_WAS.finditer(text, match.end()),
        ):
            values = (number(before["before"]), before["unit_before"], number(match["after"]), match["unit"])
            noun = before["noun"] or before["noun_before"] or match["noun"]
            direction = _direction_between(*values)
            stated = _stated_direction(match["verb"]) or direction
            if noun.casefold() == match["noun"].casefold() and direction is stated:
                return Outcome(text, values[0], values[2], None, match["unit"], direction)
    return None


def _set_to(text: str) -> Outcome | None:
    """Read a value that is changed to another, of one measure: "It took 50 s. This drops the time to 3 s."."""
    match = forms.RAISED_TO.search(text)
    if not match or forms.UNREAL.search(text[: match.start()]) or forms.DENIED.search(text[: match.start()]):
        return None
    after, unit = number(match["after"]), match["unit"]
    stated = Direction.UP if match["verb"].casefold().startswith(forms.RISES) else Direction.DOWN
    befores = {
        (number(found["before"]), found["unit_before"])
        for found in forms.AN_AMOUNT.finditer(text)
        if not match.start() <= found.start() < match.end()
        and _measures(found["unit_before"]) == _measures(unit)
        and (found.start() < match.start() or forms.IS_PAST.search(text, match.end()))
    }
    if len(befores) != 1:
        return None
    ((before, unit_before),) = befores
    direction = _direction_between(before, unit_before, after, unit)
    return Outcome(text, before, after, None, unit, direction) if direction is stated else None


def _outcome(sentence: str) -> Outcome | None:
    if not forms.MAY_STATE.search(sentence) or forms.ELSEWHERE.search(sentence):
        return None
    plain = in_digits(sentence)
    found = next((found for read in _FORMS if (found := read(plain)) and not _costs_more(found)), None)
    return replace(found, sentence=sentence) if found else None


def _costs_more(outcome: Outcome) -> bool:
    """Whether something takes more time or space, or is done less often; that of a setting is no cost."""
    measured = _measures(outcome.unit)
    is_rate = measured.endswith("/s") or forms.IS_RATE.fullmatch(outcome.unit) is not None
    is_cost = measured.partition("/")[0] in {"time", "size"} or outcome.unit.casefold().startswith("alloc")
    is_worse = outcome.direction is (Direction.DOWN if is_rate else Direction.UP)
    return is_worse and (is_rate or is_cost) and not forms.IS_SETTING.search(outcome.sentence)


def _measured(change: Change) -> Outcome:
    if change.before is None or change.after is None:
        difference = change.difference or 0
        return Outcome(change.words, None, None, abs(difference), change.unit, _compared(0, difference))
    direction = _direction_between(change.before, change.unit_before, change.after, change.unit)
    return Outcome(change.words, change.before, change.after, None, change.unit, direction)


def _from_to(sentence: str) -> Outcome | None:
    patterns = (
        forms.TO_FROM,
        forms.VERB_TO,
        forms.FROM_TO,
        forms.NOW_WAS,
        forms.INSTEAD,
        forms.NOW_AGAINST_BEFORE,
        forms.WITH_WITHOUT,
        forms.BEFORE_AFTER,
        forms.FROM_X_TO,
        forms.TIMES_TO,
        *forms.APART,
    )
    return next(_two_amounts(sentence, patterns), None)


def _two_amounts(sentence: str, patterns: Iterable[Pattern[str]]) -> Iterator[Outcome]:
    """Yield what two amounts state that is no cost, by the surest form first."""
    for match in (match for pattern in patterns for match in pattern.finditer(sentence)):
        lead = sentence[: match.start()]
        unit = match["unit"] or match["unit_before"] or ""
        before, after = number(match["before"]), number(match["after"])
        is_wait = forms.IS_CHANGED.search(lead) and _measures(unit) == "time"
        starts_at_nothing = before == 0 and unit != "%" and not is_wait
        is_negative = lead.endswith(("-", "\u2212")) or match[0].startswith(("from -", "from \u2212"))
        if not unit or starts_at_nothing or is_negative or not _is_change(match, lead) or forms.NO_CHANGE.search(lead):
            continue
        direction = _direction_between(before, match["unit_before"] or unit, after, match["unit"] or unit)
        stated = _stated_direction(match.groupdict().get("link") or "") or _stated_direction(lead)
        if stated and stated is not direction and match.re in forms.UNIT_ONCE:
            continue
        direction = direction if match["unit"] and match["unit_before"] else stated or direction
        rises = match.re is forms.WAS_NOW and direction is Direction.UP
        is_fault = rises and scale(unit) and not forms.WAS_MEANT.match(match[0])
        outcome = Outcome(sentence, before, after, None, unit, direction)
        if not is_fault and (direction or before == after) and not _costs_more(outcome):
            yield outcome


def _is_change(match: Match[str], lead: str) -> bool:
    """Whether two amounts are one before and one after, and no range, version or mixture of measures."""
    link = (match["link"] if "link" in match.re.groupindex else "").casefold()
    has_both = bool(match["unit"] and match["unit_before"])
    unit = match["unit"] or match["unit_before"] or ""
    is_amount = has_both or _measures(unit) == "time"
    if match.re in forms.OF_ONE_MEASURE:
        if not match["unit"]:
            return match["unit_before"] is not None and match.re in forms.UNIT_ONCE
        is_range = match.re is forms.FROM_X_TO and _leads_to_range(lead)
        return has_both and not is_range and _measures(match["unit"]) == _measures(match["unit_before"])
    if link == "to":
        falls = has_both and _direction_between(*_both(match)) is Direction.DOWN
        is_range = not falls and (not match["lead"] or _leads_to_range(lead))
        return not is_range and (has_both or scale(unit) is not None or not _is_other(lead))
    if match.re is forms.INSTEAD:
        is_fault = not lead.strip() or forms.IS_FAULT.search(f"{lead}{match[0]} ")
        return forms.MEASURED.search(lead) is not None or (is_amount and not is_fault)
    if link in {"instead of", "rather than", "as opposed to", "not"}:
        is_plain = link != "not" and is_amount and bool(lead.strip()) and not forms.IS_FAULT.search(lead)
        shown = (forms.IS_NOW,) if link == "not" else (forms.MEASURED, forms.CHANGED)
        return is_plain or any(each.search(lead) for each in shown)
    return has_both or not _is_other(lead)


def _leads_to_range(lead: str) -> bool:
    is_change = forms.STATED.search(lead) or forms.IS_SET.search(lead)
    return forms.RANGE_LEAD.search(lead) is not None and not is_change


def _is_other(lead: str) -> bool:
    """Whether two amounts are of something that no outcome is about, such as a version."""
    return forms.NOT_AN_OUTCOME.search(forms.CODE.sub("", lead)) is not None and not forms.IS_CHANGED.search(lead)


def _both(match: Match[str]) -> tuple[float, str, float, str]:
    unit_before, unit = (match[name] or "" for name in ("unit_before", "unit"))
    return number(match["before"]), unit_before, number(match["after"]), unit


def _measures(unit: str) -> str:
    found = scale(unit)
    return found[0] if found else unit.casefold()


def _direction_between(before: float, unit_before: str, after: float, unit: str) -> Direction | None:
    first, second = scale(unit_before), scale(unit)
    if first and second and (first[0] == second[0] or unit_before in forms.PREFIXES):
        return _compared(before * first[1], after * second[1])
    return _compared(before, after) if unit.casefold().startswith(unit_before.casefold()) else None


def _stated_direction(text: str) -> Direction | None:
    """Return the direction that a verb states: of "increase from 16384 to 2 MiB" the numbers tell the wrong one."""
    found = forms.STATED.findall(text)
    return (Direction.UP if found[-1].casefold().startswith(forms.RISES) else Direction.DOWN) if found else None


def _compared(before: float, after: float) -> Direction | None:
    return None if before == after else Direction.UP if after > before else Direction.DOWN


def _counted(sentence: str) -> Outcome | None:
    match = _first(sentence, forms.COUNTED, forms.COUNTED_BETWEEN, forms.COUNTED_LAST, forms.COUNTED_AFTER, forms.BARE)
    if not match:
        return None
    lead, phrase = sentence[: match.start("before")], f"{sentence[: match.start('unit')]}{match['unit']} "
    if forms.UNREAL.search(lead) or any(map(forms.NOT_AN_OUTCOME.search, (lead, phrase))):
        return None
    before, after = number(match["before"]), number(match["after"])
    return Outcome(sentence, before, after, None, match["unit"], _compared(before, after))


def _first(sentence: str, *patterns: Pattern[str]) -> Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(sentence))), None)


def _difference(pattern: Pattern[str]) -> Callable[[str], Outcome | None]:
    """Return a reader of the difference that an expression finds with its word."""

    def read(sentence: str) -> Outcome | None:
        for match in pattern.finditer(sentence):
            if _is_stated(match, sentence):
                unit = match.groupdict().get("unit") or "x"
                return Outcome(sentence, None, None, number(match["amount"]), unit, _direction(match, sentence))
        return None

    return read


def _is_stated(match: Match[str], sentence: str) -> bool:
    """Whether a difference is one that the change made."""
    word = (match["word"] or "").casefold()
    lead = sentence[: match.start()]
    amount = number(match["amount"])
    lead = forms.TURN.split(lead)[-1]
    is_none = amount == 0 or ((match.groupdict().get("unit") or "x").casefold() in forms.MULTIPLES and amount <= 1)
    if is_none or any(each.search(lead) for each in (forms.UNREAL, forms.DENIED, forms.EARLIER)):
        return False
    if not word:
        return match["unit"].casefold().startswith("alloc")
    if match.re in {forms.WITHOUT_BY, forms.WITHOUT_BY_ABOUT} and not _is_of_verb(match, word):
        return False
    if _is_of_something_else(match, sentence, word):
        return False
    is_reached = word.startswith(forms.RISES) and "up to" in match[0] and match.re is not forms.OF_SHARE
    is_limit = is_reached or forms.THRESHOLD.match(sentence, match.end())
    return not is_limit and (not forms.VERSUS.search(lead) or forms.ITS_PAST.search(sentence) is not None)


def _is_of_something_else(match: Match[str], sentence: str, word: str) -> bool:
    """Whether an amount is a value or the one before: "8 bytes less than 40", "instead of 4", "adds 100 % coverage"."""
    is_before = sentence[: match.start("amount")].rstrip("~ ").endswith("instead of")
    is_value = match.re is forms.ABSOLUTE and forms.THAN_AN_AMOUNT.match(sentence, match.end()) is not None
    is_first = match.re is forms.OF and "from " in match["what"]
    is_coverage = " by " not in match[0] and forms.COVERAGE.search(sentence[: match.start("amount")])
    is_longer = match.groupdict().get("unit") in forms.PERCENT_SIGNS and forms.TAKES_LONGER.search(
        sentence[match.start() : match.end() + _BESIDE]
    )
    is_compared = word in {"more", "higher", "larger", "bigger"} and forms.MORE_THAN.match(sentence, match.end())
    is_behind = forms.EACH_TIME.match(sentence, match.end()) or forms.OF_COVERAGE.match(sentence, match.end())
    is_other = bool(is_coverage or is_longer or is_compared or is_behind)
    is_loss = word.startswith(forms.FALLS) and forms.LOSS.search(match[0].partition(" by ")[0]) is not None
    is_added = word == "adds" and (match["unit"] == "%" or scale(match["unit"]) is not None)
    return is_before or is_value or is_first or is_other or is_loss or is_added


def _is_of_verb(match: Match[str], word: str) -> bool:
    """Whether an amount without "by" is how much: not how often, nor to what amount."""
    how_often = match["unit"] == "times" and not word.startswith(forms.FASTER)
    return not how_often and not forms.TO_AN_AMOUNT.search(match["what"])


def _direction(match: Match[str], sentence: str) -> Direction:
    word = (match["word"] or "").casefold()
    found = match.groupdict()
    if forms.NEGATIVE.search(sentence, 0, match.start("amount")):
        return Direction.DOWN
    measured = scale(found.get("unit") or "")
    is_behind = word.startswith("improv")
    in_what = forms.IN_TIME.match(sentence, match.end())
    near = (in_what[0] if in_what else sentence[max(0, match.start() - _NEAR) : match.end()]) if is_behind else ""
    what = found.get("what") or near
    is_rate = bool(measured and measured[0].endswith(("/s", "/sec", "second", "ps")))
    is_of_time = word.startswith(("improv", "optimi")) and forms.IS_TIME.search(what) is not None
    is_time = (measured is not None and not is_rate) or is_of_time
    if is_time and word.startswith(forms.BETTER):
        return Direction.DOWN
    return Direction.UP if word.startswith(forms.UP) else Direction.DOWN


def _versus(sentence: str) -> Outcome | None:
    """Read "faster (30 s vs 2 min)": what costs less is after, whichever is first."""
    for match in forms.AGAINST.finditer(sentence):
        lead, unit = sentence[: match.start()], match["unit"] or match["unit_before"] or ""
        sides = [(number(match["after"]), unit), (number(match["before"]), match["unit_before"] or unit)]
        is_said = forms.IS_BETTER.search(f"{lead} {sentence[match.end() : match.end() + _NEAR]}")
        if not unit or not is_said or forms.UNREAL.search(lead) or forms.IS_WORSE.search(f"{lead}{match[0]}"):
            continue
        if _direction_between(*sides[0], *sides[1]) is Direction.DOWN:
            sides.reverse()
        (after, unit), (before, unit_before) = sides
        if _direction_between(before, unit_before, after, unit) is Direction.DOWN:
            return Outcome(sentence, before, after, None, unit, Direction.DOWN)
    return None


def _signed(sentence: str) -> Outcome | None:
    match = _first(sentence, *forms.WITH_A_SIGN)
    if (
        not match
        or forms.UNREAL.search(sentence[: match.start()])
        or (forms.VERSUS.search(sentence) and match.re not in forms.COMPARED)
    ):
        return None
    if match["sign"] == "+" and forms.SLOWER.search(sentence):
        return None
    direction = Direction.DOWN if match["sign"] in forms.MINUS else Direction.UP
    return Outcome(sentence, None, None, number(match["amount"]), match["unit"], direction)


_FORMS: Final = (
    _from_to,
    _counted,
    *map(
        _difference,
        (
            forms.RELATIVE,
            forms.SPEEDUP,
            forms.ABSOLUTE,
            forms.FASTER_BY,
            forms.FASTER_SHARE,
            forms.SMALLER_SHARE,
            forms.FEWER,
            forms.FACTOR,
            forms.BY,
            forms.OF,
            forms.OF_SHARE,
            forms.WITHOUT_BY,
            forms.WITHOUT_BY_ABOUT,
            forms.IMPROVES,
            forms.REMOVES,
            forms.IS_DOWN,
            forms.TAKES_OFF,
            forms.PAUSE,
            forms.DROPS,
            forms.REDUCED,
            forms.IS_CUT,
            forms.SAVES,
            forms.COUNTED_BY,
        ),
    ),
    _versus,
    _signed,
    _set_to,
)
"""The forms of statements, the surest first."""
