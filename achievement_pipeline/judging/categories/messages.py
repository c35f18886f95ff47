"""What a commit message says in forms that tools agreed on.

`Conventional Commits 1.0.0 <https://www.conventionalcommits.org/en/v1.0.0/>`_, the sentences that git and GitHub write
themselves (reverts, cherry-picks, autosquash, squash merges), and release commits. A message that follows no form is
left as it is: nothing is guessed here.

Functions take columns of `RawCommits` and return with their index; what can occur several times in a message comes
back with one row an occurrence, the index repeated.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import pandas as pd

from achievement_pipeline.columns.text import contains, extract, extract_all, extract_groups, replace
from achievement_pipeline.patterns import compile_pattern

_FOOTER = compile_pattern(
    r"^(?:(?P<breaking>BREAKING[ -]CHANGE):(?: |$)|(?P<token>[^\W_][\w-]*)(?:: | #))(?P<value>.*)$"
)
"""Rules 8, 9, 12 and 16. git strips blanks at line ends, so ``BREAKING CHANGE:`` may have lost the one it was written
with: of 887 in forty histories, 236 had."""

_SHA = r"[0-9a-f]{7,64}"
_REVERT_SENTENCE = rf"(?i)(?:^|\n)\W*this reverts commits?:?\s+((?:{_SHA}(?:\s*\([^)]*\))?[\s,;]*(?:and\s+)?)+)"
_REVERTED_NUMBER = r"(?:^|\n)Reverts (?:[\w.-]+/[\w.-]+)?#(\d+)\b"
_REVERT_SUBJECT = (
    r"(?i)^(?:[\w-]{1,30}(?:\([^()]{0,60}\))?!?: +)?\W{0,3}(?P<verb>revert|reapply)(?:s|ed|ing)?\b"
    r"(?P<mark>(?:\([^()]{0,60}\))?[\]:,!]*)[ \t]*(?P<rest>.*)$"
)
_REVERTED_SHA = r"(?i)^(?:commits? |changeset |merge )?(?P<sha>[0-9a-f]{7,64})\b"
_REVERTED_IN_SUBJECT = r"(?i)^(?:pull request |merge request |pr |mr )?[#!](?P<number>\d+)\b"
_QUOTED = r"^[\"'`\x{201c}\x{201e}\x{2018}\x{00ab}](?P<quoted>.+)[\"'`\x{201d}\x{201c}\x{2019}\x{00bb}]"
_LOOKED_AT = 500
"""Characters of a subject that are looked at."""
_CHERRY_PICK = rf"(?:^|\n)\(cherry picked from commit ({_SHA})\)"
_SAYS_REVERT = (
    r"(?i)\b(?:un)?(?:revert(?:s|ed|ing)?|re-?appl(?:y|ies|ied)|re-?land(?:s|ed|ing)?|undo(?:es|ne)?|"
    r"back(?:s|ed|ing)?[ -]out)\b"
)
_SQUASH_NUMBER = r"[\s\pZ]*\(#(?P<number>\d+)\)[\s\pZ]*$"
_MERGE_NUMBER = r"^Merge pull request #(?P<number>\d+) from "
"""Both in the syntax of RE2: they are asked of every commit."""

_AUTOMATIC = (
    r"(?i)^(?:deploying to \S+ from @ |deployed [0-9a-f]{7,40} with mkdocs|deploy: [0-9a-f]{7,40}$|"
    r"(?:vault|auto(?:matic)?) ?-?(?:backup|save|sync|commit)\b.*\d{4}-\d\d|auto-?(?:backup|save|commit)[: ]*$|"
    r"\[automated\]|\[maven-release-plugin\]|\[gradle release plugin\]|\(cargo-release\)|setting version to \S+$)"
)
"""What GitHub's Pages actions, MkDocs, obsidian-git, and the release plugins of Maven, Gradle, cargo and sbt write."""

_VERSION = r"(?:[\w/-]*@)?\bv?\d+(?:\.(?:\d+|x))+[\w.+-]*"
_RELEASE_WORDS = (
    r"releas(?:e|es|ed|ing)|version(?:s|ed)?|bump(?:s|ed|ing)?|tag(?:s|ged|ging)?|publish(?:ed|ing)?|prep|"
    r"prepar(?:e|es|ed|ing)|cut(?:ting)?|mark|stamp|start|begin|open|switch|set|updat(?:e|es|ed|ing)|increment|"
    r"a|an|the|to|for|from|of|on|in|and|with|as|new|next|final|back|post|pre|minor|major|patch|development|dev|alpha|"
    r"beta|rc|candidate|iteration|cycle|snapshot|changelogs?|numbers?|packages?|all|main|master|branch|skip|ci|v?\d+"
)
_OTHER = r"[^\pL\pN_]*"
_ONLY_RELEASE_WORDS = rf"(?i)^(?:{_OTHER}\b(?:{_VERSION}|{_RELEASE_WORDS})\b)+{_OTHER}$"
_RELEASES_PACKAGES = rf"(?i)^\W*releas(?:e|es|ed|ing)(?:(?:[\s,]+@?\w[\w/-]*){{1,3}}[\s,@]+{_VERSION})+\W*$"
_SAYS_RELEASE = r"(?i)\b(?:v?\d+\.|release[sd]?|releasing|versions?|publish(?:ed|ing)?|development|snapshot)"


class Footer(NamedTuple):
    """One footer of a message."""

    token: str
    """As written; compare it without case."""
    value: str
    """May have several lines and paragraphs."""


class RevertTarget(StrEnum):
    """How a revert names what it reverts, the surest way first."""

    SHA = "sha"
    """An object name or the beginning of one."""
    NUMBER = "number"
    """The number of a pull request."""
    SUBJECT = "subject"
    """The subject of a commit."""
    WORDS = "words"
    """What follows ``Revert``: the subject of a commit, or anything else."""


def split_body(body: str) -> tuple[str, list[Footer]]:
    """Split what follows the subject into its free text and its footers.

    The first footer begins a paragraph; from there on every line with a token and a separator begins another one, and
    all other lines, blank ones too, continue the one before them.
    """
    text: list[str] = []
    footers: list[tuple[str, list[str]]] = []
    for line in body.split("\n"):
        match = _FOOTER.match(line)
        if match and (footers or not text or not text[-1].strip()):
            footers.append((match["breaking"] or match["token"], [match["value"]]))
        else:
            (footers[-1][1] if footers else text).append(line)
    return "\n".join(text).strip(), [Footer(token, "\n".join(value).strip()) for token, value in footers]


def have_breaking_footer(bodies: pd.Series[str]) -> pd.Series[bool]:
    """Whether a footer tells of a breaking change."""
    candidates = bodies[contains(bodies, "BREAKING[ -]CHANGE")]
    return candidates.map(_is_breaking).astype(bool).reindex(bodies.index, fill_value=False)


def are_autosquash(subjects: pd.Series[str]) -> pd.Series[bool]:
    """Whether the commit was made to be folded into another one: git's ``fixup!``, ``squash!``, ``amend!``."""
    return contains(subjects, r"^(?:fixup|squash|amend)! ")


def are_automatic(subjects: pd.Series[str]) -> pd.Series[bool]:
    """Whether a tool or a timer wrote the commit under a person's name: a built site, a backup, a release plugin's."""
    return contains(subjects, _AUTOMATIC)


def are_releases(descriptions: pd.Series[str], projects: pd.Series[str]) -> pd.Series[bool]:
    """Whether the commit does nothing but release: its words are those of releases and of versions, no others.

    Args:
        descriptions: Subjects without the type and scope of Conventional Commits.
        projects: Names of the projects, which may stand beside the version (``Git 2.44``).
    """
    plain = without_squash_number(descriptions[contains(descriptions, _SAYS_RELEASE)])
    project = extract(plain, rf"(?i)^(?P<project>\S+?)[ @-]+{_VERSION}$").str.lower()
    releases = (
        contains(plain, _ONLY_RELEASE_WORDS)
        | contains(plain, _RELEASES_PACKAGES)
        | (project == projects[plain.index].str.lower())
    )
    return releases.reindex(descriptions.index, fill_value=False)


def squash_numbers(subjects: pd.Series[str]) -> pd.Series[str]:
    """The number of the pull request that a squash merge put at the end of the subject; missing where there is none."""
    return extract(subjects, _SQUASH_NUMBER)


def without_squash_number(subjects: pd.Series[str]) -> pd.Series[str]:
    """Subjects as they were before a squash merge."""
    return replace(subjects, _SQUASH_NUMBER, "")


def merged_numbers(subjects: pd.Series[str]) -> pd.Series[str]:
    """The number of the pull request that GitHub merged by this commit, whichever way; missing where it did not."""
    return squash_numbers(subjects).fillna(extract(subjects, _MERGE_NUMBER))


def cherry_picked_from(bodies: pd.Series[str]) -> pd.Series[str]:
    """Object names in the lines that ``git cherry-pick -x`` writes."""
    candidates = bodies[bodies.str.contains("cherry picked from commit", regex=False)]
    return extract_all(candidates, _CHERRY_PICK)


def mention_revert(subjects: pd.Series[str]) -> pd.Series[bool]:
    """Whether the subject itself speaks of reverting. A squash merge's body may tell of reverts on its way only."""
    return contains(subjects, _SAYS_REVERT)


def revert_targets(subjects: pd.Series[str], bodies: pd.Series[str]) -> pd.DataFrame:
    """Read what reverts say that they revert.

    Known are git's sentence (``This reverts commit <sha>``) and subjects (``Revert "..."``, ``Reapply "..."``, with any
    quotes, or words behind them), GitHub's sentence (``Reverts owner/name#12``), Conventional Commits' type ``revert``
    with its ``Refs`` footer, and subjects that name a commit, a number or another subject (``[Revert] feat: a``).

    Returns:
        ``way``, a value of `RevertTarget`, and ``target``: the beginning of an object name, a number, or a subject
        without the number of a squash merge.
    """
    mentioned = contains(subjects, "(?i)revert|reapply") | contains(bodies, "(?i)reverts")
    bodies = bodies[mentioned]
    begins = without_squash_number(subjects[mentioned].str.slice(0, _LOOKED_AT))
    parts = extract_groups(begins, _REVERT_SUBJECT)
    parts = parts.dropna(subset="verb").astype("str")
    rest, typed = parts["rest"], parts["mark"].str.startswith(":")
    words = extract(rest, _REVERTED_SHA)
    shas = words.where(contains(words, r"\d"))
    numbers = extract(rest, _REVERTED_IN_SUBJECT)
    quoted = extract(rest, _QUOTED)
    reapplied = quoted.notna() & (parts["verb"].str.lower() == "reapply")
    named = ('Revert "' + quoted + '"').where(reapplied, quoted).fillna(rest.where(typed))
    named = named.where(shas.isna() & numbers.isna())
    worded = rest[named.isna() & shas.isna() & numbers.isna() & (rest != "")]
    typed_bodies = bodies[typed.index[typed]]
    sentences = extract_all(bodies, _REVERT_SENTENCE)
    found = {
        RevertTarget.SHA: _object_names(pd.concat([sentences, typed_bodies.map(_references), shas.dropna()])),
        RevertTarget.NUMBER: pd.concat([extract_all(bodies, _REVERTED_NUMBER), numbers.dropna()]),
        RevertTarget.SUBJECT: named.dropna(),
        RevertTarget.WORDS: worded,
    }
    targets: pd.DataFrame = pd.concat([own.to_frame("target").assign(way=way.value) for way, own in found.items()])
    return targets


def _is_breaking(body: str) -> bool:
    return any(footer.token in {"BREAKING CHANGE", "BREAKING-CHANGE"} for footer in split_body(body)[1])


def _object_names(texts: pd.Series[str]) -> pd.Series[str]:
    return extract_all(texts.str.lower(), rf"\b({_SHA})\b")


def _references(body: str) -> str:
    return " ".join(footer.value for footer in split_body(body)[1] if footer.token.lower() == "refs")
