"""Convert an entry to readable text, without markup, and without references and thanks at its ends."""

from __future__ import annotations

from typing import Final

from achievement_pipeline.judging.announced.references import ATTRIBUTE, ROLE
from achievement_pipeline.parsing.patterns import IGNORECASE, MULTILINE, Match, compile_pattern

_LONGEST: Final = 400
DASHES: Final = "\u2013\u2014-"
_NAME: Final = r"[^\W\d_a-z][\w.'\u2019-]{1,30}(?: [^\W\d_][\w.'\u2019-]{0,30}){1,3}"
_NAMES: Final = compile_pattern(
    rf"(?:(?:^|\n)[ \t]{{0,20}}|(?<=[.!?)] ))[\[*]{_NAME}(?:(?:,| and|, and| &) [^\[\]*\n,]{{2,40}}){{0,9}}[\]*]\s*$"
)
"""People in brackets or stars of their own at the end of an entry: ``(#12) [Ada Lovelace]``."""
_PROFILE: Final = compile_pattern(
    r"\[([^\[\]\n]{1,60})\]\(https?://(?:www\.)?(?:github|gitlab)\.com/[\w-]{1,40}/?\)(?:\[\])?"
)
_AROUND: Final = "\1"
_ON_A_LINE: Final = "\2"
"""Stand around the name of a person, and before one that begins a line, until it is clear whether the entry ends so."""
_PERSON: Final = rf"{_AROUND}[^{_AROUND}]{{1,60}}{_AROUND}"
_PEOPLE: Final = rf"{_PERSON}(?:(?:,| and|, and| &)? {_ON_A_LINE}?{_PERSON}){{0,9}}"
_ONE_OF_THEM: Final = compile_pattern(rf"[{_AROUND}{_ON_A_LINE}]")
_SHORTCODE: Final = compile_pattern(r"(?<![\w:`]):[a-z][a-z\d_+-]{1,30}:(?![\w:`])")
"""An emoji by its name: ``:tada:``."""
_KIND: Final = compile_pattern(
    r"^\s*\[(?:new )?(?:features?|bug(?:[ -]?fix)?|fix(?:ed)?|enhancements?|improvements?|changed?|added|removed|docs?"
    r"|documentation|perf(?:ormance)?|refactor(?:ing)?|deprecat\w{1,6}|breaking(?: change)?|security|internal|chore)\]"
    r"[ :]{1,3}(?=\S)",
    IGNORECASE,
)
"""The kind in brackets before the sentence: ``[FEATURE] Turbo``."""
_TAG: Final = compile_pattern(r"^(\[[\w -]{2,30}\])(?=\[)")
_INLINE_LINK: Final = compile_pattern(r"!?\[([^\[\]\n]{0,200})\]\([^()\n]{0,400}\)")
_REFERENCE_LINK: Final = compile_pattern(r"\[([^\[\]\n]{1,200})\](?:\[[^\[\]\n]{0,100}\])?")
_RST_LINK: Final = compile_pattern(r"`([^`<>\n]{1,200})[ \n]<[^`<>\n]{1,400}>`_{0,2}")
_NUMBER_ROLE: Final = compile_pattern(
    rf",?[ \n]?{ROLE}`[#\d, ]{{1,60}}(?:major|backported)?`:?|{ATTRIBUTE}\[[^\[\]\n]{{0,40}}\]",
    IGNORECASE,
)
_CODE_ROLE: Final = compile_pattern(
    r"(?<![\w:]):(?:[\w+.-]{1,40}:){0,2}(?:attr|class|const|data|exc|func|meth|mod|obj|option):`~?([^`<>\n]{1,200})`"
)
_ROLE: Final = compile_pattern(
    r"(?:(?<![\w:]):(?:[\w+.-]{1,40}:){1,3}|\{[\w+.-]{1,40}\})`~?([^`<>\n]{1,200})(?:<[^`<>\n]{1,200}>)?`"
)
_ASCIIDOC_LINK: Final = compile_pattern(r"(?:link:)?https?://[^\s\[\]]{1,400}\[([^\[\]\n]{1,200})\]")
_URL: Final = compile_pattern(r"<?https?://[^\s<>()]{1,500}(?:\([^\s<>()]{0,100}\)[^\s<>()]{0,200})?>?")
_GONE: Final = "\0"
"""Stands for an address until its brackets are gone too."""
_ONLY_ADDRESSES: Final = compile_pattern(rf"\s?[(\[](?:{_GONE}|[\s,;.&]|and|or){{1,99}}[)\]]")
_POINTERS: Final = compile_pattern(
    rf"(?:^|(?<=[.!?] ))(?:(?:please )?see (?:also )?[^.!?]{{0,80}}{_GONE}[^.!?]{{0,80}}"
    r"|(?:please )?see [^.!?]{0,80}\bfor (?:more |further |the )*(?:details?|info(?:rmation)?|examples?)"
    r"|for (?:more |further )?(?:details?|info(?:rmation)?),? (?:please )?see[^.!?]{0,80}"
    r"|[^.!?]{1,150} (?:described|documented|explained|found|listed|seen) here)(?:[.!]|$)",
    IGNORECASE,
)
"""Sentences that only point to an address, or to another part of a document."""
_STOP_AFTER_COLON: Final = compile_pattern(r"(?<=:)[ .]+$")
_AT_ENDS: Final = f" ,;:{DASHES}"
_STOPS: Final = (".", "!", "?", ":", ";", ",")
_PARAGRAPHS: Final = compile_pattern(r"\n[^\S\n]*\n")
_EMPHASIS: Final = compile_pattern(r"\*\*([^*\n]{1,300})\*\*|(?<![\w*`])\*([^*\s`][^*\n]{0,200})\*(?![\w*`])")
_DOUBLED: Final = compile_pattern(r"``([^`\n]{1,200})``|`~([^`\n]{1,200})`")
_CODE: Final = compile_pattern(r"(?<![:}`])(`{1,2})(?!~)([^`<>\n]{1,200})\1(?![`_])")
_BRACKETS: Final = str.maketrans("[]{}", "\3\4\5\6")
_BRACKETS_AGAIN: Final = str.maketrans("\3\4\5\6", "[]{}")
"""Brackets in code are no links and roles: they are other characters until those are gone."""
_SPACES: Final = compile_pattern(r"\s+")
_BEFORE_A_STOP: Final = compile_pattern(r"(?<! ) ++(?=[,;:.](?: |$))")
_BLOCK: Final = compile_pattern(r"^[ \t]*(?:```|~~~|\.\. code|\[source|-{4,}[ \t]*$)", MULTILINE)
"""The beginning of a block of code, in Markdown, reStructuredText and AsciiDoc."""
_SIGNS: Final = compile_pattern(r"^[^\w\s!-~]{1,8}\s+(?=\w|`)")
"""Emoji and the like before a sentence."""
_WITHOUT_LINK: Final = compile_pattern(
    rf"(?<![ ,;.{DASHES}])[ ,;.{DASHES}]{{1,9}}(?:for (?:more )?(?:information|details),? )?see:?[ .]*$"
    rf"|(?<![ ,{DASHES}])[ ,]{{0,2}}[{DASHES}]{{1,2}} ?by [\w-]{{1,40}}\.?$",
    IGNORECASE,
)
"""What is left of a reference once its address is gone, and thanks without a sign."""
_REFERENCE: Final = (
    r"(?:(?:closes?|fix(?:es)?|resolves|see|refs?|via|in|issues?|prs?|pulls?(?: requests?)?|gh|bug|feature|support)"
    r"[ :]*+)*"
    r"(?:[\w.-]{1,60}/[\w.-]{1,60})?(?:#|!|GH-|gh-)?\d{1,7}_?|(?=\d*[a-f])[0-9a-f]{7,40}|@[\w-]{1,40}|by @[\w-]{1,40}"
)
_BETWEEN: Final = r"(?:(?:,| and| &|;|/)? +|[,;/&]|(?=[#!@]))"
"""What separates references; something must, since digits are references too and may be split in many ways."""
_OF_THE_SENTENCE: Final = ("in", "of", "by", "to", "for", "from", "with", "since", "after", "and", "revert", "reverts")
_BARE: Final = (
    r"(?:(?:and )?\b(?:closes?|fix(?:es)?|resolves|see|refs?|via):? )?"
    + "".join(rf"(?<!\b{word} )" for word in _OF_THE_SENTENCE)
    + r"(?<![\w./-])(?:[\w.-]{1,60}(?:/[\w.-]{1,60})?)?[#!]\d{1,7}(?:(?:,|,? and| or| &)? [#!]\d{1,7}){0,9}"
)
"""Numbers without brackets, unless they belong to the sentence: "introduced in #12"."""
_LAST: Final = compile_pattern(
    rf"(?<![ ,;{DASHES}])[ ,;{DASHES}]*+"
    rf"(?:[(\[]++(?:{_REFERENCE})(?:{_BETWEEN}(?:{_REFERENCE})){{0,40}}[)\]]+"
    rf"|{_BARE}"
    r"|\uff08[^\uff08\uff09\n]{0,60}[#@][^\uff08\uff09\n]{0,60}\uff09"
    r"|[(\[]@[\w-]{1,40},[^()\[\]\n]{1,60}[)\]]"
    rf"|(?:[,-]? ?(?:by|thanks(?: to)?|contributed by|courtesy of) (?:@[\w-]{{1,40}}|{_PERSON})!?)"
    rf"|[(\[](?:(?:by|thanks(?: to)?|contributed by) )?{_PEOPLE}[)\]]|(?:(?<=[.!?)\]`] )|{_ON_A_LINE}){_PEOPLE}"
    r"|[(\[][ ,;&/]{0,8}[)\]])[ .,;]*+$",
    IGNORECASE,
)
_FIRST: Final = compile_pattern(
    r"^[ ]*(?:#{1,6} |\[[ xX]\] |(?:[(\[]?(?:#|!|GH-|gh-)\d{1,7}[)\]]?|\d{1,7}_(?= ))"
    r"(?:(?:, ?| and | & | / ?| )(?:#|GH-)\d{1,7}[)\]]?){0,9}"
    rf"[ :.{DASHES}]+|[0-9a-f]{{7,40}}: "
    r"|(?:Bug|Enh|Chg|New|Feature|Fix) (?:#\d{1,7}: ?)|-+ )",
    IGNORECASE,
)


def as_sentence(text: str) -> str:
    """Return the text of an entry on one line, up to its first block of code.

    A paragraph without a full stop, as the heading of an entry is, gets one before the next paragraph. A sentence that
    only leads to references or code is left out: ``Related issues: #12``.
    """
    paragraphs = [*filter(None, map(_cleaned, _PARAGRAPHS.split(_BLOCK.split(text[: 4 * _LONGEST], maxsplit=1)[0])))]
    while len(paragraphs) > 1 and paragraphs[-1].endswith(":"):
        before, stop, _ = paragraphs.pop().rpartition(". ")
        paragraphs += [f"{before}."] if stop else []
    ended = [text if text.endswith(_STOPS) else f"{text}." for text in paragraphs[:-1]]
    plain = " ".join([*ended, *paragraphs[-1:]]).rstrip(_AT_ENDS)
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…"


def _cleaned(text: str) -> str:
    """Return a paragraph without markup, and without what refers and thanks at its ends."""
    if text.rstrip().endswith(("]", "*")):
        text = _NAMES.sub("", text, count=1)
    text = _CODE.sub(lambda code: code[0].translate(_BRACKETS), _PROFILE.sub(_marked, text))
    plain = _NUMBER_ROLE.sub("", _SPACES.sub(" ", _SHORTCODE.sub(" ", text)).strip())
    plain = _TAG.sub(r"\1 ", _KIND.sub("", plain, count=1))
    plain = _CODE_ROLE.sub(r"`\1`", plain)
    for pattern in (_INLINE_LINK, _ASCIIDOC_LINK, _ROLE, _RST_LINK):
        plain = pattern.sub(r"\1", plain)
    plain = _POINTERS.sub("", _ONLY_ADDRESSES.sub("", _URL.sub(_GONE, plain))).replace(_GONE, "")
    plain = _REFERENCE_LINK.sub(r"\1", plain)
    plain = _DOUBLED.sub(r"`\1\2`", plain)
    plain = _EMPHASIS.sub(lambda match: match[1] or match[2], plain)
    plain = _SIGNS.sub("", _BEFORE_A_STOP.sub("", _SPACES.sub(" ", plain).strip()))
    for pattern in (_FIRST, _WITHOUT_LINK, _LAST, _WITHOUT_LINK):
        for _ in range(4):
            shorter = pattern.sub("", plain, count=1).strip()
            if shorter == plain:
                break
            plain = shorter
    return _STOP_AFTER_COLON.sub("", _ONE_OF_THEM.sub("", plain).lstrip(_AT_ENDS)).translate(_BRACKETS_AGAIN)


def _marked(profile: Match[str]) -> str:
    """Return the name in a link to a person's profile, marked."""
    if profile[1].startswith("@"):
        return profile[1]
    begins_line = profile.string[: profile.start()].rstrip(" \t").endswith("\n")
    return f"{_ON_A_LINE if begins_line else ''}{_AROUND}{profile[1]}{_AROUND}"
