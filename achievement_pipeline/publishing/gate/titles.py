"""Titles give way to better ones of the same piece of work.

Meaningless ones do ("wip", "Fixes", "Initial commit"), and those of issues that name a problem.
"""

from __future__ import annotations

from collections.abc import Sequence

from achievement_pipeline.keys import without_host
from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern
from achievement_pipeline.publishing.documents.parts.issue_mentions import only_refers
from achievement_pipeline.publishing.documents.parts.past_tense import past_tense
from achievement_pipeline.publishing.documents.parts.titles import CUT, DOTS
from achievement_pipeline.store.tables import JsonObject

_QUALIFIER = (
    r"(?:and|some|more|minor|small|smaller|misc(?:ellaneous)?|various|general|further|final|last|another|first|second|new"
    r"|initial|quick|wip:?|work in)[ -]{1,2}"
)
_NOTHING = (
    r"(?:wip|stuff|things?|fix(?:es|ed|ing)?|bug ?fix(?:es)?|hot ?fix(?:es)?|updates?|updated|chang(?:es?|ed)|tweaks?"
    r"|clean(?: ?up|ing)?|cleanups?|progress|pass|try|attempt|draft|version|work|commit|checkpoint|temp|tmp"
    r"|test(?:s|ing)?|misc|save|edits?|improvements?|adjustments?|review(?: comments?)?|feedback|oops|typos?"
    r"|nits?|optimi[sz]ations?|refactor(?:ing)?)"
)
_CHANGES = (
    r"(?:(?:add|change|clean|edit|fix|improve|move|refactor|remove|rename|revise|tweak|update)(?:e?s|e?d|ing)?(?: ?up)?"
    r"|modif(?:y|ies|ied))"
)
_ANYTHING = (
    r"(?:apis?|bugs?|changelogs?(?: entr(?:y|ies))?"
    r"|class(?:es)?|codes?|comments?|configs?|conflicts?|deps|docs?|documentation|errors?|examples?|files?|functions?"
    r"|imports?|issues?|methods?|names?|problems?|readme(?:\.md)?|scripts?|tests?|typos?|warnings?)"
)
"""What every program has: who changed that does not name anything."""
_UPKEEP = r"(?:build|ci|compilation|formatting|lint(?:ing)?|style|whitespace)"
_HAN_WORK = "(?:更新|优化|修改|修复|重构|完善|调整)"
_HAN_ANYTHING = "(?:官方)?(?:代码|文档|命名|测试|注释|依赖|问题|bug)"
_HAN_RELEASE = (
    r"(?:准备)?发布 ?v?\d[\w.-]{0,30}(?: ?(?:正式)?版本)?"
    r"|(?:更新|升级|修改)?(?:项目|正式)?版本号?\W?[至到为]? ?v?\d[\w.-]{0,30}"
)
"""In Chinese: updates of code, documents, names, tests; releases of a version."""
_VERSION = r"(?:[\w.-]{1,30} )?v?\d{1,5}(?:\.\d{1,5}){1,3}(?:-[\w.]{1,20})?"
_RELEASE = (
    r"(?:bump(?:ed)?|next|new|prep(?:ar(?:ed?|es|ing))?|releas(?:e|ed|ing)|start(?:ed)?) (?:for )?(?:an? |the )?"
    r"(?:(?:latest|new|next) )?"
    r"(?:release|version|v?\d[\w.-]{0,30})(?: \(?v?\d[\w.-]{0,30})?\W{0,5}"
    r"|(?:bump|increas|rais|set|updat)(?:e|es|ed|ing|s|ped|ping)? (?:the )?(?:[\w.-]{1,30} )?version(?: number)?"
    r"(?: (?:to|from) v?\d[\w. -]{0,40})?\W{0,5}"
)
_BRANCH = (
    r"(?:(?:merge|sync|update)[ds]? (?:(?:from|to|with) )?)?(?:the )?(?:latest )?"
    r"(?:dev|develop|development|head|main|master|next|staging|trunk|upstream)(?:[ -]v?\d[\w.-]{0,30})?\W{0,5}"
)
"""A branch that every repository has, of some version: ``Master v23``."""
_DOUBT = compile_pattern(
    r"^(?:attempt(?:ed|ing)|hopefully|i|i'm|i've|let's|let us|not sure|oops|ok|okay|still|to be fair|tried|trying|wip)"
    r"\b(?![-/])"
    r"|\b(?:hopefully|no idea|not sure|i (?:believe|guess|hope|think)|let us)\b"
    r"|\bstill (?:an? |the )?(?:broken|buggy|failing|problem)\b| \(?wip\)?$"
    r"|^[\w.]{1,40}: (?:add|chang|fix|remov|updat)(?:e|ed|es|s)?$",
    IGNORECASE,
)
"""Notes of an author to themselves, and a verb without what it was done to: ``Trying another fix``, ``cache: add``."""
_WEAK = compile_pattern(
    rf"{_HAN_WORK}{_HAN_ANYTHING}|{_HAN_ANYTHING}{_HAN_WORK}|{_HAN_RELEASE}"
    rf"|(?:fix|clean|improve|tweak|update)(?:e?s|e?d|ing)?(?: up)? (?:the )?{_UPKEEP}"
    r"|(?:change|edit|tweak|update)[ds]? (?-i:[a-z]{1,3})"
    rf"|(?:{_ANYTHING}|{_UPKEEP})"
    r" (?:adjustments?|changes?|clean-?ups?|fix(?:es)?|improvements?|tweaks?|updates?)\W{0,5}"
    rf"|{_CHANGES} (?:(?:all|an?|missing|one|the) |{_QUALIFIER}){{0,2}}{_ANYTHING}\W{{0,5}}|{_RELEASE}|{_BRANCH}"
    rf"|(?:{_QUALIFIER}){{0,4}}{_NOTHING}(?:(?:,| and| &) (?:{_QUALIFIER}){{0,4}}{_NOTHING}){{0,3}}\W{{0,10}}"
    r"|(?:fix(?:es|ed)?(?: for)? |close[sd]? )?(?:(?:bug|issue|pr|ticket)s? )?"
    r"#?\d{1,7}(?:,? (?:and )?#\d{1,7}){0,4}\W{0,5}"
    rf"|{_VERSION}(?:, {_VERSION}){{1,9}}"
    rf"|{_ANYTHING} \d{{1,7}}|[^\W\d_]{{1,30}} (?:to |for |towards? )?v?\d{{1,5}}(?:\.[\dx]{{1,5}}){{1,3}}"
    rf"|(?:[\w.-]{{1,30}} )?v?\d[\d.x]{{0,10}} {_NOTHING}"
    r"|(?:.{0,60} )?checkpoint commit|(?:.{0,60} )?(?:first|second|third) checkpoint|cod(?:e|ing) snapshots?"
    r"|finish(?:ed|ing)?(?: (?:it|off|up))?\W{0,5}|v?\d[\d.x]{0,10}[ -]maintenance"
    r"|(?:create|delete|edit|update)d? \S{1,80}\.\w{1,6}|add(?:ed)? files via upload"
    r"|merge (?:pull request|branch|remote-tracking branch)\b.*"
    r"|squashed commit of the following.*|\W*",
    IGNORECASE,
)
_FEW = 5
"""Commits of which one may stand for all; of a long branch the first says little."""
_LONGEST = 100
"""Characters of a sentence that can be a title."""
_FIRST = compile_pattern(
    r"(?:(?P<part>[\w.-]{1,30}): )?(?:init|(?:initial|first) (?:commit|import|version|release|checkin|check-in))\W*",
    IGNORECASE,
)
"""The beginning of a project, or of a part of it."""


def is_weak(title: str) -> bool:
    """Whether a title does not name what was done."""
    title = title.strip()
    return bool(_WEAK.fullmatch(title) or _FIRST.fullmatch(title) or _DOUBT.search(title)) or only_refers(title)


def strong_title(title: str, evidence: Sequence[JsonObject], repository: str | None, sentence: str = "") -> str:
    """Return a title, or where it is weak that of the pull request or else of the first member that has a better one.

    Where none has, it is the sentence that announced it, if that can be a title.

    "Initial commit" names the project. An issue that names a problem ("Logins are slow") gives way to its pull request,
    which names what was done ("Speed up logins").

    Args:
        title: The title.
        evidence: `AchievementView.evidence`.
        repository: Key of the repository that all of it is in, if it is one.
        sentence: What the release notes of the project announced it with, as far as it may be shown.
    """
    title = _uncut(title, evidence)
    if not is_weak(title):
        return _what_was_done(title, evidence) if repository else title
    # of a long entry, what it begins with
    first = sentence if len(sentence) <= _LONGEST else sentence.partition(". ")[0]
    announced = [first] if 0 < len(first) <= _LONGEST else []
    if better := next((each for each in (*map(_title, _in_order(evidence)), *announced) if not is_weak(each)), ""):
        return better
    if (begun := _FIRST.fullmatch(title.strip())) and repository:
        return f"Start {begun['part'] or without_host(repository).rpartition('/')[2]}"
    return title


def _uncut(title: str, evidence: Sequence[JsonObject]) -> str:
    """Return the whole of a title that was cut, where a member has it."""
    if not title.endswith(CUT):
        return title
    begins = title.rstrip(DOTS).rstrip()
    return next((each for each in map(_title, evidence) if each.startswith(begins) and len(each) > len(title)), title)


def _what_was_done(title: str, evidence: Sequence[JsonObject]) -> str:
    """Return a title, or where it is that of an issue and begins with no verb, that of a pull request that does."""
    if not evidence or evidence[0]["kind"] != ActivityKind.LINEAR_ISSUE or _says_what_was_done(title):
        return title
    pulls = (_title(line) for line in _in_order(evidence) if line["kind"] == ActivityKind.PULL_REQUEST)
    return next(filter(_says_what_was_done, pulls), title)


def _says_what_was_done(title: str) -> bool:
    return past_tense(title) != title


def _in_order(evidence: Sequence[JsonObject]) -> list[JsonObject]:
    """Return the members that may lend a title: pull requests, then others unless they are many."""
    members = [line for line in evidence if line.get("relation") != "listed"]
    pulls = [line for line in members if line["kind"] == ActivityKind.PULL_REQUEST]
    others = [line for line in members if line["kind"] != ActivityKind.PULL_REQUEST]
    return [*pulls, *others] if len(others) <= _FEW else pulls


def _title(line: JsonObject) -> str:
    return " ".join(line["title"].split())
