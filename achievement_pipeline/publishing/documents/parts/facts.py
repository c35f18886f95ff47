"""The facts of an achievement in words: its prose, outcome, evidence and place. Nothing is added.

All documents use the same words, and the same order whatever order the achievements come in.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from achievement_pipeline.codes import IN_USE
from achievement_pipeline.keys import without_host
from achievement_pipeline.lanes import ActivityKind, kinds
from achievement_pipeline.parsing.patterns import DOTALL, IGNORECASE, Match, compile_pattern
from achievement_pipeline.publishing.documents.parts.added_names import added_names
from achievement_pipeline.publishing.documents.parts.issue_mentions import ASIDE, TAIL, only_refers
from achievement_pipeline.publishing.documents.parts.past_tense import past_tense
from achievement_pipeline.publishing.documents.parts.prose import about_the_whole, paragraphs
from achievement_pipeline.publishing.documents.parts.titles import (
    ISSUES,
    KIND_IN_HAN,
    LABEL,
    as_code,
    as_done,
    capitalised,
    letters,
    names_problem,
)
from achievement_pipeline.publishing.gate.privacy import PublicAchievement, PublicEvidence
from achievement_pipeline.publishing.gate.titles import is_weak

OF_MAINTAINERS = frozenset({ActivityKind.MERGING, ActivityKind.RELEASING})
"""Work for others, one achievement for each year of it."""
EVIDENCE_NEEDED = "(evidence needed)"
"""Placeholder where no evidence shows it."""

_TELLS_NO_RESULT = frozenset({"base", "cut", "edit", "manual"})
"""Rules whose lines describe how points are given, not what was done."""
_OF_POINTS = compile_pattern(r", (?:(?:a|1) point (?:for|per)|[\d.]+ points? each).*", DOTALL)
"""The part of a ledger line about how its points are counted."""
_RESULT = compile_pattern("Registered model |Best ")
"""What the title of an MLflow run begins with where it gave something."""
_SHORT_SHA = 10
_KINDS = kinds()
_IN_ADDRESS = compile_pattern(
    r"/(?:(?:pull|issues|merge_requests)/(?P<number>\d+)|commits?/(?P<sha>[0-9a-f]{7,})|issue/(?P<key>[\w-]+))"
)
"""What in an address is a name for people."""
_ADDRESS = compile_pattern(r"https?://\S+")
_SCOPE = compile_pattern(
    r"^(?:\u3010[^\u3010\u3011]{0,30}\u3011\s*)?(?:\W{0,3}BREAKING(?: CHANGE)?\W{1,4})?"
    r"(?:[a-z][a-z0-9_./-]{0,30}(?:\([^()]{0,30}\))?!?: )?(?=\S)"
)
"""What release notes made from Conventional Commits put before a sentence: ``http1: Add upgrades``, ``feat!: …``."""
_POINTER = compile_pattern(r"(?:^|(?<=[.!?)]) )(?:please )?see (?:[^.]|\.(?=\w)){1,40}(?:\.(?= )|\.?$)", IGNORECASE)
"""A sentence that points to what is no part of the document: ``See the docs.``."""
_OF_VERSION = compile_pattern(
    r"^(?:[A-Z][\w+#-]{0,20} )?v?\d{1,4}(?:\.\d{1,4}){1,2} (?=(?:[A-Z][a-z]{1,15}ed|Add|Allow|Fix|Support)\b)"
)
"""A version that a sentence is headed by: ``[PHP 8.0] Added support for unions``."""
_OF_PART = compile_pattern(r"^(?:[A-Za-z]\w{0,30}(?:\.|::)){1,5}\w{1,40} (?=[A-Z])")
"""The part of the project that a sentence is headed by: ``[Loom.Bar] Add a cache``, without its brackets."""
_OF_COMMIT = compile_pattern(r"^(?:due to )?`[0-9a-f]{7,40}` [-\u2013] ", IGNORECASE)
_BY = compile_pattern(r" \((?:commit|(?:pr|issue) #\d{1,7})(?: by @[\w-]{1,40})?\)", IGNORECASE)
"""The commit that generated release notes begin a sentence with, and who made it: `` (PR #12 by @ann)``."""
_CODE = compile_pattern(r"`([^`\n]+)`")
_LEAST_WORDS = 2
"""Minimum length of a meaningful sentence."""
_LEAST_OF_TITLE = 3
"""Minimum words of a sentence that can be a title."""
_WORD = compile_pattern(r"\w+")
_TO_READERS = compile_pattern(
    r"(?:call|check|configure|consider|disable|enable|ensure|give|install|make (?:certain|sure)|note|pass|replace"
    r"|run|see|set|try|update|upgrade|use)\b",
    IGNORECASE,
)
"""Sentences that may instruct their readers rather than name what was done: ``Use --fast to skip tests``."""
_THIS_DOES = compile_pattern(
    r"^This (?:(?:branch|change|commit|patch|pr|pull request) )?(?=(?:adds|allows|changes|deprecates|enables|fixes"
    r"|implements|improves|introduces|moves|removes|renames|replaces|supports) )",
    IGNORECASE,
)
_YOUR = compile_pattern(r"\byour\b", IGNORECASE)
_FILLING = frozenset(
    {"a", "an", "the", "to", "for", "of", "in", "on", "and", "new", "now", "i", "api", "method", "support"}
)
_OF_NAMES = frozenset(
    {"argument", "command", "field", "flag", "function", "option", "parameter", "setting", "variable"}
)
"""What a name in code may be."""
_ENDINGS = ("ing", "ed", "es", "s", "d")
_SHORTEST_SUMMARY = 80
_LONGEST_SUMMARY = 280
_STILL_USED = compile_pattern(r"(?P<share>\d{1,3})% of its [\d,]+ lines are still in use\b")
_MOST_LINKED = 3
_STOPS = (".", "!", "?", ":", "…", "\u3002", "\uff01", "\uff1f", "\uff1a")
"""What ends a sentence, in full width too."""
_CLOSING = ')]"\u201d\u2019\uff09'
"""What may stand behind the stop of a sentence."""
_HAN_OR_KANA = compile_pattern(r"[\u3040-\u30ff\u3400-\u9fff]")
_STATEMENTS = compile_pattern(
    r"(?<=[a-z0-9)`])(?<! the)(?<! an)(?<! a)(?<! of) (?=(?:Add|Allow|Chang|Deprecat|Fix|Improv|Introduc|Mak|Remov"
    r"|Renam|Support|Updat)(?:|e|ed|ing|s|es) )"
)
"""Where a statement begins that no stop separates from the one before: lines of release notes without bullets."""
_SEVERAL = 3
_SHARED = 4
"""Minimum words of a title that a sentence repeats, for it to tell nothing by one other word."""
_OPEN_END = compile_pattern(r"(?:[:;,\u3001\u3002\uff0c\uff1a\uff1b]|(?<=\s)[-\u2013\u2014])\s*$")
_NEXT_SENTENCE = compile_pattern(
    r"(?<=[a-z0-9)`])(?<!e\.g)(?<!i\.e)(?<!\bvs)[.!?] (?=[A-Z][a-z]+ )"
    r"|[\u3002\uff1b](?=.)|(?<=[\u3400-\u9fff])- (?=.)"
)
"""Where the second sentence of a title begins; the full-width stops end clauses."""
_WITHOUT_BLANK = compile_pattern(r"(?<=[a-z0-9)`]{3})[.!?](?=[A-Z][a-z]+ )")
"""Where it may begin without a blank, if a verb follows: ``Add bars.Fix tiles``, but ``Add loom.Bar to x``."""
_LONGEST_HEADLINE = 120
_PAIR = compile_pattern(
    r"^[a-z](?=[a-z]{1,20}-(?:aware|based|free|level|like|line|only|safe|side|specific|time|wide) )"
)
"""The first letter of an ordinary word of two parts: ``thread-safe``, but ``sqlite-utils``."""
_NOT = compile_pattern(r"[a-z]{1,8}n't ")
_HALF = 50
"""Per cent."""


def newest_first(achievements: Iterable[PublicAchievement]) -> list[PublicAchievement]:
    """Order achievements by when they were done; those without a date come last."""
    return sorted(best_first(achievements), key=lambda each: -_seconds(each.completed_at))


def best_first(achievements: Iterable[PublicAchievement]) -> list[PublicAchievement]:
    """Order achievements by what they count for the person of a document.

    Pinned ones come first, and those that somebody else did most of come last; then impact decides, in whole points as
    it is shown, complexity, lines still in use, and date.
    """
    return sorted(
        achievements,
        key=lambda each: (
            not each.pinned,
            each.is_led_by_another,
            -round(each.impact_score),
            -each.complexity_score,
            -_share_in_use(each),
            -_seconds(each.completed_at),
            each.id,
        ),
    )


def telling(achievements: Iterable[PublicAchievement], most: int) -> list[PublicAchievement]:
    """Return the first that can be named without more, at most so many, each title once.

    Titles of a single word or without a meaning say too little, unless the user wrote them.
    """
    by_title = dict[str, PublicAchievement]()
    for each in achievements:
        title = headline(each)
        if each.edited_at or _tells(title):
            by_title.setdefault(title, each)
        if len(by_title) == most:
            break
    return [*by_title.values()]


def examples(achievements: Sequence[PublicAchievement], most: int) -> list[PublicAchievement]:
    """Return the first that can be named without more, else the first with a meaning, if there is one."""
    return telling(achievements, most) or [*filter(has_meaning, achievements)][:1]


def _tells(title: str) -> bool:
    return not is_weak(title) and _has_words(title)


def has_meaning(achievement: PublicAchievement) -> bool:
    """Whether the title names what was done, or is the user's own."""
    return bool(achievement.edited_at) or not is_weak(headline(achievement))


def results(achievement: PublicAchievement) -> list[str]:
    """Return what was done, as the ledger has it: ``1,786 effective lines``, ``34 effective files``."""
    shown = (_OF_POINTS.sub("", line.evidence) for line in achievement.ledger if line.rule not in _TELLS_NO_RESULT)
    return list(dict.fromkeys(filter(None, shown)))


def shown_by(achievement: PublicAchievement) -> list[PublicEvidence]:
    """Return the evidence that somebody else can look at or look up: a person's own word is none."""
    return [each for each in achievement.evidence if each.url or each.kind in _KINDS]


def kind_words(kind: str) -> str:
    """Return what a kind of activity is called: ``pull request``."""
    return _KINDS.get(kind, kind.replace("_", " "))


def evidence_words(evidence: PublicEvidence) -> str:
    """Name a piece of evidence: ``pull request #7``, ``commit c2705ffd9c``; without an address, what it is.

    A run is named by what it gave: ``registered model churn 3``.
    """
    if evidence.kind == ActivityKind.MLFLOW_RUN and _RESULT.match(evidence.title):
        return f"{evidence.title[:1].lower()}{evidence.title[1:]}"
    kind = kind_words(evidence.kind)
    found = _IN_ADDRESS.search(urlsplit(evidence.url or "").path)
    if not found:
        return kind
    number, sha, key = found.group("number", "sha", "key")
    return f"{kind} #{number}" if number else f"{kind} {key or sha[:_SHORT_SHA]}"


def main_evidence(achievement: PublicAchievement) -> tuple[list[PublicEvidence], list[str]]:
    """Return the evidence to link first, and counts of the rest by kind: ``3 commits``.

    Commits are linked only if there is nothing else.
    """
    evidence = shown_by(achievement)
    with_address = [each for each in evidence if each.url]
    linked = ([each for each in with_address if each.kind != ActivityKind.COMMIT] or with_address)[:_MOST_LINKED]
    kinds = Counter(kind_words(each.kind) for each in evidence if each not in linked)
    return linked, [counted(number, kind) for kind, number in kinds.items()]


def headline(achievement: PublicAchievement) -> str:
    """Return the title as what was done, without a full stop: ``Added a cache``. A title of the user stays as it is."""
    title = achievement.title
    if not achievement.edited_at:
        title = as_done(_without_name(title, place(achievement)), achievement.description)
        title = f"Fixed: {title}" if achievement.category == "bugfix" and names_problem(title) else title
        title = capitalised(title) if _NOT.match(title) else _PAIR.sub(_capital, title)
        title = cut(_first_sentence(title), _LONGEST_HEADLINE)
    return _OPEN_END.sub("", title).removesuffix(".").rstrip() if not title.endswith("..") else title


def _capital(found: Match[str]) -> str:
    return found[0].upper()


def _first_sentence(title: str) -> str:
    """Return a title without a second sentence, unless the first is hardly one."""
    first = _NEXT_SENTENCE.split(title, 1)[0]
    if (stop := _WITHOUT_BLANK.search(first)) and past_tense(rest := first[stop.end() :]) != rest:
        first = first[: stop.start()]
    is_sentence = len(first.split()) >= _LEAST_OF_TITLE or len(_HAN_OR_KANA.findall(first)) > _LEAST_OF_TITLE
    return first if is_sentence else title


def _without_name(title: str, repository: str) -> str:
    """Return a title without the name of its own repository before it: ``loom: Add a cache``."""
    scope, colon, rest = title.partition(": ")
    is_name = colon and scope.casefold() == repository.rpartition("/")[2].casefold()
    return f"{rest[:1].upper()}{rest[1:]}" if is_name else title


def outcome(achievement: PublicAchievement) -> str:
    """Return what changed, for whom: the user's own words, else a sentence of its author that states it in numbers.

    Where there is neither, what is still in use of it after a year or more, if that is the greater part.
    """
    return _stated(achievement) or _still_used(achievement)


def result(achievement: PublicAchievement) -> str:
    """Return what came of it, for readers of title and summary: a stated outcome, else added names, else use."""
    if stated := _stated(achievement):
        return stated
    names = added_names(achievement, f"{headline(achievement)} {summary(achievement)}")
    return f"Adds {names}." if names else _still_used(achievement)


def _stated(achievement: PublicAchievement) -> str:
    if achievement.outcome:
        return achievement.outcome
    # whoever runs Dagster imports all channels, and compiles these expressions for nothing
    from achievement_pipeline.outcomes.find import find_outcomes  # noqa: PLC0415

    title = letters(achievement.title)
    stated = (each.sentence for each in find_outcomes(about_the_whole(achievement.description)) if each.direction)
    described = (plain(sentence) for sentence in stated if letters(sentence) not in title)
    # a longer one would be cut, maybe before its number
    return next((text for text in described if len(text) <= _LONGEST_SUMMARY), "")


def sentence(achievement: PublicAchievement) -> str:
    """Return what was done, with what outcome, without a full stop: ``Added a cache: lookups are 2x faster``.

    If none is stated, it names what was added instead: ``Added a cache, with option `--cache```.
    """
    done = headline(achievement)
    if not _stated(achievement) and (names := added_names(achievement, done)):
        return f"{done}, with {names}"
    came = outcome(achievement).rstrip(".")
    return f"{done}: {came}" if came else done


def _still_used(achievement: PublicAchievement) -> str:
    return f"{_use(achievement)}." if _share_in_use(achievement) > _HALF else ""


def _share_in_use(achievement: PublicAchievement) -> int:
    """Return how much of it is still in use, in per cent; 0 if unknown."""
    found = _STILL_USED.match(_use(achievement))
    return int(found["share"]) if found else 0


def _use(achievement: PublicAchievement) -> str:
    return next((line.evidence for line in achievement.ledger if line.rule == IN_USE), "")


def release(achievement: PublicAchievement) -> str:
    """Return the release that brought it to users: ``Released in 2.1 (2026-03-04), announced under “Fixes”.``."""
    announced = achievement.announced
    if not announced:
        return f"Released in {achievement.first_release}." if achievement.first_release else ""
    released = f"Released in {announced.version}" if announced.version else "Part of the next release"
    day_of_release = f" ({announced.date})" if announced.date else ""
    where = f"under \u201c{announced.section}\u201d" if announced.section else "in its release notes"
    return f"{released}{day_of_release}, announced {where}."


def summary(achievement: PublicAchievement) -> str:
    """Return what was done in a sentence or two, on one line, cut where it is long; may be empty.

    It is the sentence of the project's release notes, else the first paragraph of prose by its author. Templates,
    checklists, trailers, lists of squashed commits and repetitions of the title are no prose.
    """
    title = headline(achievement)
    if sentence := _without_first(_statement(as_code(announced_sentence(achievement)), title), title):
        return _shortened(sentence if achievement.edited_at else _as_done(sentence, for_readers=True))
    done = str if achievement.edited_at else _as_done
    for is_list, items in paragraphs(achievement.title, achievement.description):
        text = as_code("; ".join(_listed(items, done)) if is_list else _finished(" ".join(items)))
        text = _POINTER.sub("", ASIDE.sub("", text)).lstrip()
        if (
            not _tells_little(text, title)
            and not repeats(text, title)
            and _has_words(_ADDRESS.sub("", text))
            and not only_refers(text)
        ):
            text = text if is_list else done(text)
            return _shortened(capitalised(text))
    return ""


def _statement(text: str, title: str) -> str:
    """Return the statement that fits the title best, of a text in which several stand without a stop between them."""
    statements = [
        text[begin:end].strip()
        for begin, end in pairwise([0, *map(Match.start, _STATEMENTS.finditer(text)), len(text)])
    ]
    if len(statements) < _SEVERAL:
        return text
    return ended(max(statements, key=lambda each: len(_stems(each) & _stems(title))))


def _shortened(text: str) -> str:
    """Return the first sentences of a text that is long, or the beginning of one that is long itself."""
    end = text.rfind(". ", _SHORTEST_SUMMARY, _LONGEST_SUMMARY)
    is_cut = len(text) > _LONGEST_SUMMARY and end > 0
    return ended(TAIL.sub("", text[: end + 1])) if is_cut else cut(text, _LONGEST_SUMMARY)


def _listed(items: Iterable[str], done: Callable[[str], str]) -> list[str]:
    """Return the items of a list without their stops, in one tense: in the past only if all of them can be.

    What may instruct readers in a sentence is a step of the author beside others that can't.
    """
    plain = [KIND_IN_HAN.sub("", item).rstrip(" .;\u3002\uff1b") for item in items]
    if any(done(item) != item for item in plain) and not any(map(_YOUR.search, plain)):
        done = past_tense
    past = [*map(done, plain)]
    return past if all(item != other for item, other in zip(plain, past, strict=True)) else plain


def _as_done(text: str, *, for_readers: bool = False) -> str:
    """Return a text with all of its sentences in the past tense, as titles are, if all of them can be.

    Sentences that may instruct readers can't. In release notes they do, and the others are put into the past.
    """
    first, *others = capitalised(_THIS_DOES.sub("", text)).split(". ")
    past = [past_tense(first), *(past_tense(each) if each[:1].isupper() else each for each in others)]
    pairs = [*zip([first, *others], past, strict=True)]
    instruct = [one != other and bool(_TO_READERS.match(one) or _YOUR.search(one)) for one, other in pairs]
    if any(instruct) and not for_readers:
        return text
    return ". ".join(one if stays else other for (one, other), stays in zip(pairs, instruct, strict=True))


def _without_first(text: str, title: str) -> str:
    """Return a text without the sentences at its front that only repeat the title."""
    while text and (repeats((first := text.partition(". "))[0], title) or _tells_little(first[0], title)):
        text = first[2]
    return text


def _finished(text: str) -> str:
    """Return a text without a last sentence that only leads to what follows: ``It looks like this:``."""
    before, stop, _ = text.rpartition(". ")
    return text if not text.endswith(":") else f"{before}{stop}".rstrip()


def repeats(sentence: str, title: str) -> bool:
    """Whether a sentence has no word that the title does not have, but for their endings."""
    return _stems(sentence) <= _stems(title)


def _tells_little(sentence: str, title: str) -> bool:
    """Whether a sentence repeats most of the title, and has one plain word that the title does not have."""
    own, told = _stems(sentence), _stems(title)
    new = own - told
    return (
        len(own & told) >= _SHARED and len(new) == 1 and all(map(str.isalpha, new)) and not _names_more(sentence, title)
    )


def _names_more(sentence: str, title: str) -> bool:
    """Whether a sentence has code that the title does not have."""
    return any(code not in title for code in _CODE.findall(sentence))


def _stems(text: str) -> set[str]:
    words = _WORD.findall(past_tense(text).casefold())
    return {_stem(word) for word in words} - _FILLING


def _stem(word: str) -> str:
    return next((word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)), word)


def _has_words(text: str) -> bool:
    """Whether a text can be a sentence; Han and Kana have no blanks between words."""
    return len(text.split()) >= _LEAST_WORDS or bool(_HAN_OR_KANA.search(text))


def announced_sentence(achievement: PublicAchievement) -> str:
    """Return the maintainers' sentence without the heading or the scope that it may begin with."""
    announced = achievement.announced
    if not announced or not announced.sentence:
        return ""
    rest = _BY.sub("", _OF_COMMIT.sub("", announced.sentence.removeprefix(f"{announced.section}:").lstrip()))
    for prefix in (ISSUES, LABEL, _SCOPE, _OF_VERSION):
        rest = prefix.sub("", rest)
    if (part := _OF_PART.match(rest)) and past_tense(done := rest[part.end() :]) != done:
        rest = done
    rest = TAIL.sub("", _POINTER.sub("", ASIDE.sub("", rest))).lstrip()
    if not _has_words(rest) or _is_only_code(rest):
        return ""
    first, colon, again = rest.rstrip(".").partition(": ")
    # a period after a reference went with it
    return ended(capitalised(again if colon and letters(first).endswith(letters(again)) else rest))


def _is_only_code(text: str) -> bool:
    """Whether a sentence has code and no word but of what kind it is: ``The `--jobs` option``."""
    plain = _CODE.sub("", text)
    return plain != text and not (_stems(plain) - _OF_NAMES or _HAN_OR_KANA.search(plain))


def ended(text: str) -> str:
    """Return a text as a sentence, with a full stop if nothing else ends it; an empty one stays."""
    if not text or text.rstrip(_CLOSING).endswith(_STOPS):
        return text
    return f"{text}{chr(0x3002) if _HAN_OR_KANA.match(text[-1]) else '.'}"


def reference(achievement: PublicAchievement) -> str:
    """Return a short reference to the evidence: ``#7``, ``ENG-12``; empty where it has no number."""
    for each in shown_by(achievement):
        found = _IN_ADDRESS.search(urlsplit(each.url or "").path)
        if found and (found["number"] or found["key"]):
            return f"#{found['number']}" if found["number"] else str(found["key"])
    return ""


def company(achievement: PublicAchievement) -> str:
    """Return with how many others it was done, none of whom is named: ``with 2 others``; empty for own work."""
    others = len(achievement.coauthors)
    return f"with {counted(others, 'other')}" if others else ""


def plain(text: str) -> str:
    """Return a text without the marks of code that Markdown has, for readers of plain text."""
    return _CODE.sub(r"\1", text)


def cut(text: str, longest: int) -> str:
    """Cut a text after a word, so that it has at most so many characters; anywhere if it has no blanks to cut it at."""
    if len(text) <= longest:
        return text
    end = text.rfind(" ", longest // 2, longest + 1)
    return f"{text[: end if end > 0 else longest].rstrip(' ,;:.')}…"


def place(achievement: PublicAchievement) -> str:
    """Return the repository without its host: ``pallets/flask``; empty where there is none, or none that is shown."""
    return without_host(achievement.repository or "")


def only_place(achievements: Iterable[PublicAchievement]) -> str:
    """Return the one repository that all of the achievements are from; empty where they are from several, or none."""
    places = {place(each) for each in achievements}
    return places.pop() if len(places) == 1 else ""


def repository_url(achievement: PublicAchievement) -> str | None:
    """Return the address of the repository, taken from that of some evidence; empty if unknown."""
    url = f"https://{achievement.repository}"
    seen = achievement.repository and any((each.url or "").startswith(f"{url}/") for each in achievement.evidence)
    return url if seen else None


def day(moment: dt.datetime | None) -> str:
    """Return a day, in UTC: ``2026-03-04``; empty without one."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d}" if moment else ""


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """Return a number of things: ``1 commit``, ``1,200 commits``, ``2 pieces of work``."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def pieces(number: int) -> str:
    """Return a number of achievements, in words for people."""
    return counted(number, "piece of work", "pieces of work")


def _seconds(moment: dt.datetime | None) -> float:
    return moment.timestamp() if moment else float("-inf")
