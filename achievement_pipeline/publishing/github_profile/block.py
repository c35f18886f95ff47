"""The block of a GitHub profile: the text between the markers in the README of ``USER/USER``, and its images.

Everything outside of the markers is preserved, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.parsing.patterns import DOTALL, MULTILINE, Match, compile_pattern
from achievement_pipeline.publishing.channel import Rendered
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.markdown import escaped, link
from achievement_pipeline.publishing.documents.parts.skill_levels import shown_skills
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.github_profile.charts import Chart, draw_skills, draw_timeline

BEGIN = "<!-- achievements:begin -->"
END = "<!-- achievements:end -->"
MARKERS = compile_pattern(rb"<!-- achievements:(begin|end) -->")
"""The lines before and after the block."""
_CODE = compile_pattern(
    rb"^ {0,3}(?P<fence>`{3,}+(?=[^`\n]*+$)|~{3,}).*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*\r?$|\Z)"
    rb"|(?<!`)`+ ?<!-- achievements:(?:begin|end) --> ?`+",
    MULTILINE | DOTALL,
)
"""Code in a README; a marker inside of it does not count."""
_SKILLS = 8
_RECENT = 5


def write_profile_block(achievements: Sequence[PublicAchievement]) -> Rendered:
    """Write the block: how many achievements there are, which skills they show, and the newest of them.

    The text does not contain the markers, and its lines end with a line feed. Images are SVG by path in the repository.
    """
    skills = shown_skills(achievements)
    places = {facts.place(each) for each in achievements} - {""}
    years = sorted(each.completed_at.year for each in achievements if each.completed_at)
    lines = [
        "### Achievements",
        "",
        " · ".join(
            filter(
                None,
                (
                    facts.pieces(len(achievements)),
                    facts.counted(len(places), "repository", "repositories") if places else "",
                    f"since {years[0]}" if years else "",
                ),
            )
        ),
        "",
    ]
    pictures: dict[str, str] = {}
    for chart in (draw_timeline(achievements), draw_skills(skills[:_SKILLS])):
        if chart:
            lines += [*_picture(chart), ""]
            pictures |= {_path(chart, theme): svg for theme, svg in chart.by_theme.items()}
    newest = filter(facts.has_meaning, facts.newest_first(achievements))
    lines += [_entry(each) for each in [*newest][:_RECENT]]
    return Rendered("\n".join(lines).rstrip() + "\n", pictures)


def put_between_markers(readme: bytes, block: Rendered) -> bytes:
    """Return a README with the block between its markers; without markers it is appended.

    The block gets the line ends of the majority of lines outside of it.

    Raises:
        PublishingError: The markers are not a pair, the block contains one, or they are in code that is not closed.
    """
    if MARKERS.search(block.text.encode()):
        raise PublishingError("An achievement's title has a marker of the profile in it. Edit it: `achievements edit`.")
    found = _markers(readme)
    outside = readme[: found[0].end()] + readme[found[-1].start() :] if found else readme
    end_of_line = b"\r\n" if 2 * outside.count(b"\r\n") > outside.count(b"\n") else b"\n"
    inside = end_of_line + block.text.encode().replace(b"\n", end_of_line)
    if not found:
        gap = b"" if not readme else end_of_line if readme.endswith(b"\n") else end_of_line * 2
        head, tail = readme + gap + BEGIN.encode(), END.encode() + end_of_line
    elif [each[1] for each in found] == [b"begin", b"end"]:
        head, tail = readme[: found[0].end()], readme[found[1].start() :]
    else:
        raise PublishingError(
            f"The README has {len(found)} of the markers {BEGIN} and {END}, not one of each in this order. Leave one "
            "pair, or none: then the block is appended."
        )
    written = head + inside + tail
    if [each.start() for each in _markers(written)] != [len(head) - len(BEGIN), len(head + inside)]:
        raise PublishingError(
            "The block would end up in an unclosed code block of the README. Close it, or move the markers "
            f"{BEGIN} and {END} out of it."
        )
    return written


def _markers(readme: bytes) -> list[Match[bytes]]:
    """Return the markers of a README in order, except those in code."""
    code = [match.span() for match in _CODE.finditer(readme)]
    return [match for match in MARKERS.finditer(readme) if not any(begin <= match.start() < end for begin, end in code)]


def _picture(chart: Chart) -> list[str]:
    return [
        "<picture>",
        f'<source media="(prefers-color-scheme: dark)" srcset="{_path(chart, "dark")}">',
        f'<img alt="{escape(chart.description)}" src="{_path(chart, "light")}">',
        "</picture>",
    ]


def _path(chart: Chart, theme: str) -> str:
    return f"achievements/{chart.name}-{theme}.svg"


def _entry(achievement: PublicAchievement) -> str:
    url = next((each.url for each in facts.shown_by(achievement) if each.url), None)
    headline = facts.headline(achievement)
    title = link(headline, url) if url else escaped(headline)
    outcome = escaped(facts.outcome(achievement).rstrip("."))
    place, day = escaped(facts.place(achievement)), facts.day(achievement.completed_at)
    details = ", ".join(filter(None, (facts.company(achievement), place, day)))
    return f"- {title}{f': {outcome}' if outcome else ''}{f' ({details})' if details else ''}"
