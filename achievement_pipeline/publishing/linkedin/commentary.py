r"""The text of a post: from the user's template, in LinkedIn's "little text", inside its limit.

An unescaped reserved character is not refused: the post is accepted and silently cut at it. So each is escaped, but for
the ``#`` of hashtags of our own. How LinkedIn counts its 3,000 characters (raw or rendered, code points or UTF-16) is
not documented; the strictest reading is kept: UTF-16 units of the escaped text.
https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format
"""

from __future__ import annotations

import jinja2

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings, compile_template

LONGEST = 3000

_RESERVED = compile_pattern(r"[\\|{}@\[\]()<>#*_~]")
_ESCAPED = compile_pattern(r"\\(.)")
_WORD = compile_pattern(r"[^\W_]+")
_LETTER = compile_pattern(r"[^\W\d]")
_BLANK_LINES = compile_pattern(r"\n{3,}")
_HASHTAG = compile_pattern(r"(?<![\w#])#(?=\w*[^\W\d_]\w*(?!\w))")
_SPELLED = {"+": "Plus", "#": "Sharp", ".": "", "&": "And"}
"""Spelled-out forms of characters that a hashtag can't contain: CSharp, CPlusPlus, NodeJS."""


def write_post(achievement: PublicAchievement, settings: LinkedInSettings) -> str:
    """Write the post of an achievement in little text, at most `LONGEST` long.

    Raises:
        SettingsError: The user's template fails, or gives no text.
    """
    return _fitting(achievement, settings, compile_template(settings.template))


def escape(text: str) -> str:
    """Return a text that LinkedIn shows as it is here, hashtags as links."""
    tags = {found.start() for found in _HASHTAG.finditer(text)}
    return _RESERVED.sub(lambda found: found[0] if found.start() in tags else f"\\{found[0]}", text)


def as_read(text: str) -> str:
    """Return a text in little text as LinkedIn shows it."""
    return _ESCAPED.sub(r"\1", text)


def length(text: str) -> int:
    """Return how long LinkedIn may think that a text is."""
    return len(text.encode("utf-16-le")) // 2


def hashtag(skill: str) -> str:
    """Return a skill as a hashtag: ``#CSharp``, ``#MachineLearning``; empty if none of it can be in one."""
    spelled = "".join(_SPELLED.get(character, character) for character in skill)
    words = _WORD.findall(spelled)
    joined = "".join(word if any(map(str.isupper, word)) else word.capitalize() for word in words)
    return f"#{joined}" if _LETTER.search(joined) else ""


def _fitting(achievement: PublicAchievement, settings: LinkedInSettings, template: jinja2.Template) -> str:
    """Return the text of a post, what its author wrote of it cut as far as it has to be."""
    summary = facts.summary(achievement)
    while True:
        text = escape(_rendered(achievement, settings, template, summary))
        excess = length(text) - LONGEST
        if excess <= 0:
            return text
        if not summary:
            break
        summary = facts.cut(summary, max(len(summary) - excess - 1, 0)) if len(summary) > excess + 1 else ""
    raise SettingsError(
        f"publishing.linkedin.template: the post of {achievement.id} is {excess:,} characters too long, at most "
        f"{LONGEST:,} after escaping. Shorten the template or the title."
    )


def _rendered(
    achievement: PublicAchievement, settings: LinkedInSettings, template: jinja2.Template, summary: str
) -> str:
    seen = (each.url for each in facts.shown_by(achievement) if each.url)
    tags = dict.fromkeys(filter(None, (hashtag(skill.name) for skill in achievement.skills)))
    result = facts.result(achievement)
    try:
        text = template.render(
            title=facts.plain(achievement.title),
            done=facts.plain(facts.headline(achievement)),
            company=facts.company(achievement),
            summary=facts.plain(summary),
            outcome="" if result in summary else facts.plain(result),
            results=facts.results(achievement),
            skills=[skill.name for skill in achievement.skills],
            hashtags=" ".join(list(tags)[: settings.hashtags]),
            link=next(seen, None) or settings.portfolio or "",
            category=achievement.category,
            repository=facts.place(achievement),
        )
    except (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise SettingsError(f"publishing.linkedin.template can't be filled in: {error}") from error
    text = _BLANK_LINES.sub("\n\n", text).strip()
    if not text:
        raise SettingsError("publishing.linkedin.template gives no text.")
    return text
