"""The facts of an achievement in words: its prose, outcome, evidence and place. Nothing is added.

All documents use the same words, and the same order whatever order the achievements come in.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, filterfalse
from urllib.parse import urlsplit

from achievement_pipeline.codes import IN_USE
from achievement_pipeline.keys import without_host
from achievement_pipeline.lanes import ActivityKind, kinds
from achievement_pipeline.parsing.patterns import DOTALL, IGNORECASE, MULTILINE, compile_pattern
from achievement_pipeline.publishing.documents.parts.past_tense import past_tense
from achievement_pipeline.publishing.gate.privacy import PublicAchievement, PublicEvidence
from achievement_pipeline.publishing.gate.redaction import Mark

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
_BLANK_LINES = compile_pattern(r"\n(?>(?:[^\S\n]*+\n)+)")
_COMMENT = compile_pattern(r"<!--.*?(?:-->|\Z)", DOTALL)
_CODE_BLOCK = compile_pattern(
    r"^[^\S\n]*(?:```|~~~)[^`\n]*\n.*?(?:^[^\S\n]*(?:```|~~~)[^\S\n]*$|\Z)", DOTALL | MULTILINE
)
_LIST_BEGINS = compile_pattern(r"(?<=:)\n(?=[^\S\n]*(?:[-*+]|\d+[.)])[^\S\n])")
"""The end of the line that leads to a list."""
_ADDRESS = compile_pattern(r"https?://\S+")
_ON_GITHUB = r"github (?:issue|pr|pull request)s? #?\d+"
_REFERENCE = rf"(?:[\w./-]{{0,80}}#\d+|gh-\d+|https?://\S{{1,300}}|{_ON_GITHUB})"
_CREDIT = (
    r"(?:from|(?:written|suggested|reported|found|spotted|requested) by|thanks to) (?-i:[A-Z])[\w.'-]{0,30}"
    r"(?: [\w.'-]{1,30}){0,3}(?:,? thanks)?[.!]?"
)
_CLOSES = "(?:fix|clos|resolv)(?:e?s|ed?)?"
_REFERS = (
    rf"(?:{_CLOSES}|refs?|bug|see|issue|part of|related to):? {{0,3}}{_REFERENCE}"
    rf"(?:,? (?:and )?(?:{_CLOSES} )?{_REFERENCE}){{0,20}}\W{{0,5}}"
)
_TRAILER = compile_pattern(
    r"(?:[\w-]{1,40}-by|change-id|reviewed-on|pr-url|cc|differential revision): .*|\(cherry picked from .*\)"
    rf"|{_REFERS}|{_ON_GITHUB}\.?|{_CREDIT}(?: {_ON_GITHUB}\.?)?",
    IGNORECASE,
)
"""A line that tools and habits append."""
_NO_PROSE = compile_pattern(
    r"#|```|\||>|[-*+] ?\[[ xX]\]|!?\[|https?://\S+$|</?\w|---|===|squashed commit|commit [0-9a-f]{7,40}\b"
    r"|author: |date: |see merge request|conflicts:|this reverts commit|thank(?:s| you) for"
    r"|--hg--|branch ?: |see (?:the )?(?:linked )?(?:pull|issue)|before submitting|by submitting"
    r"|please (?:make sure|ensure|check|describe|read|fill|include|provide|note that)|i have (?:read|added|updated)"
    r"|what (?:does|is) this|what kind of change|checklist|type of change|\W{0,200}$",
    IGNORECASE,
)
"""How paragraphs without prose begin: headings, code, tables, forms, templates."""
_SQUASHED = compile_pattern(r"^\s*\*\s+\S")
"""How GitHub lists the commits of a squash: one paragraph each."""
_BULLET = compile_pattern(r"^\s*(?:[-*+]|\d+[.)])\s+")
_LABEL = compile_pattern(r"[A-Z][^:\n]{0,40}: +\S")
"""How the lines of a list of figures begin: ``Default: 12 -> 8 MB``."""
_COMMIT_TYPE = compile_pattern(r"^[a-z]+(?:\([^()]*\))?!?: (?=\S)")
"""How the subjects of other commits begin, which squashed ones list."""
_SCOPE = compile_pattern(
    r"^(?:\W{0,3}BREAKING(?: CHANGE)?\W{1,4})?(?:[a-z][a-z0-9_./-]{0,30}(?:\([^()]{0,30}\))?!?: )?(?=\S)"
)
"""What release notes made from Conventional Commits put before a sentence: ``http1: Add upgrades``, ``feat!: …``."""
_CODE = compile_pattern(r"`([^`\n]+)`")
_ROLE = compile_pattern(r":[a-z]{1,20}(?::[a-z]{1,20})?:`~?\.?([^`<>\n]{1,200})`")
_DOUBLED = compile_pattern(r"``([^`\n]{1,200})``")
"""Code as reStructuredText has it."""
_TAIL = compile_pattern(
    rf"(?<=\w|[`)'\"])[,;.]?\s\(?(?:(?:see|re|for|per)\s{_REFERENCE}|{_REFERS}|{_ON_GITHUB}|https?://\S{{1,300}})\)?\.?$",
    IGNORECASE,
)
"""A reference behind a title: ``, see #19``."""
_ISSUES = compile_pattern(
    rf"^{_CLOSES}(?: for)? {_REFERENCE}(?:(?:,|,? and| &) (?:{_CLOSES} )?{_REFERENCE}){{0,20}}: (?=\S)",
    IGNORECASE,
)
"""The issues that a title begins with: ``fix #12, fix #13: more cases``."""
_ONLY_IN_BRACKETS = compile_pattern(rf"^(fix(?:es|ed)?) {_REFERENCE} \((.{{10,}})\)$", IGNORECASE)
"""A title that says in brackets what was fixed: ``Fix #12 (wrong order)``."""
_SENTENCE_OF_ISSUES = compile_pattern(
    rf"(?<=[\w`)])\. (?:{_CLOSES}|see|refs?|based on) (?:the )?(?:pr |issue )?{_REFERENCE}.*$", IGNORECASE
)
_AREA = compile_pattern(r"^\[([^\[\]]{1,30})\]:?\s+(?=[^\W\d_a-z]|`)")
_LEAST_WORDS = 2
"""Minimum length of a meaningful sentence."""
_LONGEST_TITLE = 120
_REFERENCE_FIRST = compile_pattern(rf"(?:for |{_CLOSES} )?{_REFERENCE}", IGNORECASE)
_ORDINARY_WORD_FIRST = compile_pattern(r"[a-z]+[ ,]")
_BEGINS_NO_SENTENCE = compile_pattern(r"[a-z`(]")
_ENDS_INSIDE = compile_pattern(r"[\w`),]$")
_UNFINISHED = compile_pattern(
    r" (?:a|an|and|as|at|because|by|from|in|into|its|of|on|or|that|the|their|to|via|when|which|with)$"
)
_WIDTH = 68
"""Characters of a line that was full: one that had room for the next word was not folded there."""
_WORD = compile_pattern(r"\w+")
_FILLING = frozenset(
    {"a", "an", "the", "to", "for", "of", "in", "on", "and", "new", "now", "i", "api", "method", "support"}
)
_ENDINGS = ("ing", "ed", "es", "s", "d")
_LONGEST_SUMMARY = 280
_STILL_USED = compile_pattern(r"(?P<share>\d{1,3})% of its [\d,]+ lines are still in use\b")
_MOST_LINKED = 3
_HALF = 50
"""Per cent."""


def newest_first(achievements: Iterable[PublicAchievement]) -> list[PublicAchievement]:
    """Order achievements by when they were done; those without a date come last."""
    return sorted(best_first(achievements), key=lambda each: -_seconds(each.completed_at))


def best_first(achievements: Iterable[PublicAchievement]) -> list[PublicAchievement]:
    """Order achievements by what they count for the person of a document.

    Pinned ones come first, and those that somebody else did most of come last; then impact decides, complexity, lines
    still in use, and date.
    """
    return sorted(
        achievements,
        key=lambda each: (
            not each.pinned,
            each.is_led_by_another,
            -each.impact_score,
            -each.complexity_score,
            -_share_in_use(each),
            -_seconds(each.completed_at),
            each.id,
        ),
    )


def telling(achievements: Sequence[PublicAchievement]) -> Sequence[PublicAchievement]:
    """Return those that can be named without more: titles of a single word say too little, unless the user wrote them.

    All are returned if there is no other.
    """
    return [each for each in achievements if each.edited_at or " " in headline(each)] or achievements


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
    """Return the title as what was done, without a full stop: ``Added a cache``. A title of the user stays as it is.

    A sentence that was folded into the next line of its message, as old commits have it, is made whole. The area that
    some projects put before a title comes off, and so do issues: ``[api-minor] Add a cache``, ``Fix #1: add a cache``.
    """
    title = achievement.title
    if not achievement.edited_at:
        whole = _without_prefix(f"{title} {_folded(title, achievement.description)}".strip())
        whole = _SENTENCE_OF_ISSUES.sub("", _ONLY_IN_BRACKETS.sub(r"\1 \2", _code(whole)))
        title = _TAIL.sub("", past_tense(whole)) or title
    return title.rstrip(":").removesuffix(".") if not title.endswith("..") else title


def _without_prefix(title: str) -> str:
    prefix = _ISSUES.match(title) or _AREA.match(title) or _BULLET.match(title)
    if not prefix or prefix[0].rstrip(": ") in set(Mark):
        return title
    rest = title[prefix.end() :]
    return rest[:1].upper() + rest[1:]


def _folded(title: str, description: str) -> str:
    """Return the end of a sentence that began in the title and goes on in the description; else nothing."""
    first = " ".join(_BLANK_LINES.split(description, 1)[0].split())
    is_cut = bool(_UNFINISHED.search(title))
    goes_on = is_cut or (_BEGINS_NO_SENTENCE.match(first) and _ENDS_INSIDE.search(title))
    is_full = is_cut or len(title) + len(first.partition(" ")[0]) >= _WIDTH
    is_new = not (_COMMIT_TYPE.match(first) or _REFERENCE_FIRST.match(first) or _letters(first) in _letters(title))
    if not (goes_on and is_full and is_new):
        return ""
    end = first.partition(". ")[0].removesuffix(".")
    return end if len(title) + len(end) < _LONGEST_TITLE else ""


def _without_folded(title: str, description: str) -> str:
    """Return a description without the words that end the title."""
    for word in _folded(title, description).split():
        description = description.lstrip().removeprefix(word)
    return description.lstrip(". ")


def _code(text: str) -> str:
    """Return a text with code marked by single backticks, as Markdown has it."""
    return _DOUBLED.sub(r"`\1`", _ROLE.sub(r"`\1`", text))


def outcome(achievement: PublicAchievement) -> str:
    """Return what changed, for whom: the user's own words, else a sentence of its author that states it in numbers.

    Where there is neither, what is still in use of it after a year or more, if that is the greater part.
    """
    if achievement.outcome:
        return achievement.outcome
    # whoever runs Dagster imports all channels, and compiles these expressions for nothing
    from achievement_pipeline.outcomes.find import find_outcomes  # noqa: PLC0415

    title = _letters(achievement.title)
    stated = (each.sentence for each in find_outcomes(_COMMENT.sub("", achievement.description)) if each.direction)
    described = (plain(sentence) for sentence in stated if _letters(sentence) not in title)
    # a longer one would be cut, maybe before its number
    return next((text for text in described if len(text) <= _LONGEST_SUMMARY), _still_used(achievement))


def sentence(achievement: PublicAchievement) -> str:
    """Return what was done, with what outcome, without a full stop: ``Added a cache: lookups are 2x faster``."""
    stated = outcome(achievement).rstrip(".")
    return f"{headline(achievement)}: {stated}" if stated else headline(achievement)


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
    if sentence := _without_first(announced_sentence(achievement), title):
        return cut(sentence, _LONGEST_SUMMARY)
    for is_list, items in paragraphs(achievement):
        text = _code("; ".join(item.rstrip(" .;") for item in items) if is_list else _finished(" ".join(items)))
        if not repeats(text, title) and len(_ADDRESS.sub("", text).split()) >= _LEAST_WORDS:
            return cut(text[:1].upper() + text[1:] if _ORDINARY_WORD_FIRST.match(text) else text, _LONGEST_SUMMARY)
    return ""


def _without_first(text: str, title: str) -> str:
    """Return a text without the sentences at its front that only repeat the title."""
    while text and repeats((first := text.partition(". "))[0], title):
        text = first[2]
    return text


def _finished(text: str) -> str:
    """Return a text without a last sentence that only leads to what follows: ``It looks like this:``."""
    before, stop, _ = text.rpartition(". ")
    return text if not text.endswith(":") else f"{before}{stop}".rstrip()


def repeats(sentence: str, title: str) -> bool:
    """Whether a sentence has no word that the title does not have, but for their endings."""
    return _stems(sentence) <= _stems(title)


def _stems(text: str) -> set[str]:
    words = _WORD.findall(past_tense(text).casefold())
    return {_stem(word) for word in words} - _FILLING


def _stem(word: str) -> str:
    return next((word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)), word)


def paragraphs(achievement: PublicAchievement) -> Iterator[tuple[bool, list[str]]]:
    """Yield the paragraphs of prose that its author wrote: whether each is a list, and its lines."""
    title = _letters(achievement.title)
    description = _without_folded(achievement.title, achievement.description)
    text = _LIST_BEGINS.sub("\n\n", _CODE_BLOCK.sub("\n", _COMMENT.sub("", description)))
    for paragraph in _BLANK_LINES.split(text):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
        lines = [line for line in lines if not _TRAILER.fullmatch(line)]
        if not lines or _NO_PROSE.match(lines[0]) or (len(lines) == 1 and _SQUASHED.match(lines[0])):
            continue
        has_bullets = bool(_BULLET.match(lines[0]))
        is_list = has_bullets or (len(lines) > 1 and all(map(_LABEL.match, lines)))
        items = [_TAIL.sub("", _COMMIT_TYPE.sub("", item)) for item in (_items(lines) if has_bullets else lines)]
        # a line in the middle of a text may be the last word of a sentence, and one that the title has
        without = filterfalse if is_list else dropwhile
        own = list(without(lambda item: _letters(item) in title, items))
        # a list that has the title too is of the commits that were squashed
        if own and not (is_list and len(own) < len(items)):
            yield is_list, own


def _items(lines: Iterable[str]) -> Iterator[str]:
    """Yield the items of a list, each on one line, without their bullets."""
    item: list[str] = []
    for line in lines:
        if _BULLET.match(line) and item:
            yield " ".join(item)
            item = []
        item.append(_BULLET.sub("", line))
    yield " ".join(item)


def announced_sentence(achievement: PublicAchievement) -> str:
    """Return the maintainers' sentence without the heading or the scope that it may begin with."""
    announced = achievement.announced
    if not announced or not announced.sentence:
        return ""
    rest = _SCOPE.sub("", announced.sentence.removeprefix(f"{announced.section}:").lstrip())
    if len(rest.split()) < _LEAST_WORDS:
        return ""
    # a period after a reference went with it
    return ended(f"{rest[:1].upper()}{rest[1:]}")


def ended(text: str) -> str:
    """Return a text as a sentence, with a full stop if nothing else ends it; an empty one stays."""
    return text if not text or text.endswith((".", "!", "?", ":", "…")) else f"{text}."


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
    """Cut a text after a word, so that it has at most so many characters."""
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0].rstrip(' ,;:.')}…"


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


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _seconds(moment: dt.datetime | None) -> float:
    return moment.timestamp() if moment else float("-inf")
