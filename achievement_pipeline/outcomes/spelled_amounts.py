"""Amounts in words, and durations in parts, as digits: "three times", "halves", "by a third", "3m36s", "15+%".

The forms of statements (`outcomes.forms`) are written for one style of amounts. Text in another style is rewritten to
it, for matching only. An idiom is rewritten where a word beside it is something that is measured: "cuts
the build time in half", but not "cuts the list in half".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from achievement_pipeline.outcomes.amounts import NUMBER, UNIT
from achievement_pipeline.parsing.patterns import IGNORECASE, Match, Pattern, compile_pattern

_VALUES: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "hundred": 100, "a hundred": 100, "one hundred": 100, "thousand": 1000, "a thousand": 1000,
    "twice": 2, "double": 2, "thrice": 3, "triple": 3, "quadruple": 4, "a": 1, "an": 1,
}  # fmt: skip
_WORD = (
    r"(?:(?:a|one)\shundred|a\sthousand|"
    + "|".join(word for word in _VALUES if word.isalpha() and len(word) > len("an"))
    + r")"
)
_SHARES: Final = {
    "half": "50", "third": "33.3", "quarter": "25", "fourth": "25", "fifth": "20", "sixth": "16.7", "tenth": "10",
    "two thirds": "66.7", "three quarters": "75", "three fourths": "75", "1/2": "50", "1/3": "33.3", "2/3": "66.7",
    "1/4": "25", "3/4": "75", "1/5": "20", "1/10": "10",
}  # fmt: skip
_SHARE = (
    r"(?P<share>(?:(?:an?|one)[\s-])?half|(?:an?|one)[\s-](?:third|quarter|fourth|fifth|sixth|tenth)|two[\s-]thirds"
    r"|three[\s-](?:quarters|fourths)|(?:1/2|1/3|2/3|1/4|3/4|1/5|1/10)(?![\d/]))"
)
_ARTICLE = compile_pattern(r"^(?:an?|one)\s")
_NEARLY = (
    r"(?:(?:about|almost|around|roughly|nearly|over|under|below|well\sunder|just|only|more\sthan|less\sthan"
    r"|at\sleast|up\sto)\s|~\s?)?"
)
_COST = (
    r"(?:[a-z]{0,10}times?|runtimes?|durations?|latency|latencies|memory|sizes?|footprint|costs?|overhead|usage|number"
    r"|amount|allocations?|calls|requests|queries|bytes|cpu|disk|bandwidth|work|space)"
)
_GAIN = r"(?:speed|performance|throughput|rate|fps|qps|rps)"
_SECONDS: Final = {
    "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "\u00b5s": 1e-6, "\u03bcs": 1e-6, "ns": 1e-9,
}  # fmt: skip
_PART = (
    r"(?:\d{1,5}(?:\.\d{1,9})?\s?"
    r"(?:h(?:ours?|rs?)?|m(?:inutes?|ins?)?|s(?:econds?|ecs?)?|ms(?:ecs?)?|[µun]s)(?![a-z]))"
)
_ONE_PART = compile_pattern(r"(?P<value>[\d.]{1,15})\s?(?P<unit>h|ms|[µun]s|m|s)", IGNORECASE)

_AMOUNT = compile_pattern(rf"[~<>+\u2212-]?\s?{NUMBER}(?![\w.]{{0,20}}\.\d)")
_GROUPED = compile_pattern(r"(?<=\d) (?=\d{3}\b)")
_PLAIN = compile_pattern(r"[\w -]{1,80}")


def in_digits(text: str) -> str:
    """Return a text with its amounts in digits and one unit each, in the style that the forms of statements expect."""
    for pattern, rewrite in _STYLES:
        text = pattern.sub(rewrite, text)
    return text


def _duration(match: Match[str]) -> str:
    """Return the seconds of a duration in parts, ``3m36s``; parts that do not descend are no duration."""
    parts = [(float(part["value"]), _SECONDS[part["unit"].casefold()]) for part in _ONE_PART.finditer(match["parts"])]
    sizes = [size for _, size in parts]
    if match["rest"]:
        parts.append((float(match["rest"]), sizes[-1] / 60))
    if sizes != sorted(set(sizes), reverse=True) or len(parts) == 1:
        return match[0]
    return f"{sum(value * size for value, size in parts):.10g} s"


def _value(match: Match[str]) -> str:
    word = match["word"].casefold()
    return str(_VALUES.get(word.removesuffix("d").removesuffix("s"), _VALUES.get(word, word)))


def _share(match: Match[str]) -> str:
    return _SHARES[_ARTICLE.sub("", match["share"].casefold().replace("-", " "))]


def _magnitude(match: Match[str]) -> str:
    return f"{10 ** int(_value(match) if match['word'] else 1)}x"


def _span(match: Match[str]) -> str:
    """Return a span of code without its marks if it is an amount, and without its punctuation if not."""
    code = _GROUPED.sub("", match["code"].strip())
    if _AMOUNT.match(code) or code in {"main", "master"}:
        return code
    return match[0] if _PLAIN.fullmatch(code) else "`code`"


def _clock_units(match: Match[str]) -> str:
    """Return two amounts of time with "min" for "m", which is else no unit of time."""
    first, second = (match[name].replace("m", "min") for name in ("first_unit", "second_unit"))
    return f"{match['first']} {first}{match['link']}{match['second']} {second}"


_STYLES: Final[tuple[tuple[Pattern[str], str | Callable[[Match[str]], str]], ...]] = (
    (compile_pattern(r"`(?P<code>[^`\n]{1,80})`"), _span),
    (compile_pattern(r"(?<!\d)\*\*(?=[~<>+\u2212-]{0,2}\d)|(?<=[a-zA-Z%\u00d7])\*\*"), ""),
    (compile_pattern(r"(?<![\w*])\*{1,2}(?P<word>[a-z]{2,20})\*{1,2}(?![\w*])", IGNORECASE), r"\g<word>"),
    (compile_pattern(r"(?<=\d[kKMGT]B)\+"), ""),
    (
        compile_pattern(r"\s\(!\)|(?<=\d)\s\(\d{2}-bit\)(?:\sor\s\d{1,6}\s\(\d{2}-bit\))?(?=\sbytes\b)|\s\(9[059]%\)"),
        "",
    ),
    (compile_pattern(r"(?<=\d)ish\b"), ""),
    (compile_pattern("[\u223c\u301c\uff5e]"), "~"),
    (compile_pattern(r"(?<![\w.)\]/])\.(?=\d)"), "0."),
    (
        compile_pattern(
            r"(?<=\d)~(?=\d)|(?<=\d)\s~\s(?=\d)|(?<=\d[smh])\s~\s(?=\d{1,4}[smh])|(?<=\d%)\s~\s(?=[\d.]{1,6}%)"
        ),
        "-",
    ),
    (compile_pattern(r"(?<=\d)-(?=(?:times|percent)\b)", IGNORECASE), " "),
    (compile_pattern(r"(?<=\d)\sand\sa\shalf\b"), ".5"),
    (compile_pattern(r"\bO\((?P<amount>\d[\d.]{0,9}\s?[a-zA-Z]{0,3})\)"), r"~\g<amount>"),
    (compile_pattern(r"(?<=\d)\.{2,3}(?=\d)"), "-"),
    (
        compile_pattern(
            rf"\bbetween\s(?:an?\s)?(?P<first>{NUMBER})\s?(?:%|{UNIT})?\sand\s(?:an?\s)?(?P<second>{NUMBER}\s?(?:%|{UNIT}|x\b))",
            IGNORECASE,
        ),
        r"\g<first>-\g<second>",
    ),
    (
        compile_pattern(
            rf"\bx(?P<times>{NUMBER})(?:\stimes\b)?(?=\s(?:faster|quicker|smaller|less|fewer|boost|improve|speed|reduction|gain|for\b|in\b|on\b|\()|[).,]|$)(?<!x86)(?<!x64)",
            IGNORECASE,
        ),
        r"\g<times>x",
    ),
    (compile_pattern(r"\s\(±\s?[\d.]{1,9}%\)"), ""),
    (
        compile_pattern(rf"(?P<amount>{NUMBER})\s?(?:±|\+/-|\+-)\s?{NUMBER}%?(?=\s{{0,2}}(?:{UNIT}|[A-Z]))"),
        r"\g<amount>",
    ),
    (compile_pattern(r"(?<=\d%)(?:\sto\s|\s?-\s?)\d[\d.]{0,5}x\b"), ""),
    (
        compile_pattern(r"(?<![\w:.])(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)\s(?:min|minutes)\b"),
        lambda match: f"{int(match['minutes']) * 60 + int(match['seconds'])} s",
    ),
    (
        compile_pattern(
            r"(?<=\d)\+(?=\s?(?:%|x\b|times\b|percent\b|sec|min|hours?\b|[mun]?s\b|[kmg]i?b\b))|(?<=\d[x%])\+|(?<=\dms)\+",
            IGNORECASE,
        ),
        "",
    ),
    (
        compile_pattern(
            rf"(?<![\w.:-])(?P<parts>{_PART}(?:,?\s?(?:and\s)?{_PART}){{0,3}})(?P<rest>\d{{1,2}}\b)?(?![\w:])",
            IGNORECASE,
        ),
        _duration,
    ),
    (
        compile_pattern(
            rf"(?<![\d.,])(?P<amount>{NUMBER}\s?{UNIT})\s?(?:±|\+/-|\+-)\s?{NUMBER}(?:\s?{UNIT})?", IGNORECASE
        ),
        r"\g<amount>",
    ),
    (
        compile_pattern(
            r"\((?:at\s(?:least|most)|about|approx\.?|approximately|roughly|around|up\sto)\)\s", IGNORECASE
        ),
        "",
    ),
    (
        compile_pattern(
            r"\b(?:(?P<word>an?|one|two|three|four|[1-4])\s(?:full\s)?orders?|order(?=\s))[\s-]of[\s-]magnitudes?\b",
            IGNORECASE,
        ),
        _magnitude,
    ),
    (
        compile_pattern(rf"\b(?P<word>{_WORD}|{NUMBER})[\s-]?fold\b", IGNORECASE),
        lambda match: f"{_value(match)}x",
    ),
    (
        compile_pattern(
            rf"\b(?P<word>(?!double|triple|quadruple){_WORD})[\s-](?P<unit>(?:times|percent|per\scent|(?:(?:milli|micro)?second|minute|hour|(?:kilo|mega)?byte"
            r"|call|allocation|request|instruction|cycle|syscall)s?|quer(?:y|ies))\b)",
            IGNORECASE,
        ),
        lambda match: f"{_value(match)} {match['unit']}",
    ),
    (
        compile_pattern(
            rf"(?P<lead>\b(?:to|from|under|below|than|takes?|took|in)\s{_NEARLY})an?\s(?=(?:milli|micro)?(?:second|minute|hour)\b)",
            IGNORECASE,
        ),
        r"\g<lead>1 ",
    ),
    (
        compile_pattern(
            r"(?<![\w.])(?P<first>\d{1,4}(?:\.\d{1,3})?)\s?(?P<first_unit>[hms])(?P<link>\s?(?:\bto\b|→|->|=>|\bvs\b\.?)\s?[~<>]?)(?P<second>\d{1,4}(?:\.\d{1,3})?)\s?(?P<second_unit>[hms])(?!\w)"
        ),
        _clock_units,
    ),
    (
        compile_pattern(
            r"(?P<lead>\b(?:timeout|interval|delay|deadline|period|duration|ttl|wait(?:s|ing)?)\b[^.;\n]{0,60}?\bto\s)(?P<amount>\d{1,3})m\b(?![\w-])",
            IGNORECASE,
        ),
        r"\g<lead>\g<amount> min",
    ),
    (compile_pattern(r"\bhalf\san?\s(?=(?:second|minute|hour)\b)", IGNORECASE), "0.5 "),
    (
        compile_pattern(rf"(?P<lead>\bfactor\s(?:of\s)?{_NEARLY})(?P<word>{_WORD})\b", IGNORECASE),
        lambda match: f"{match['lead']}{_value(match)}",
    ),
    (
        compile_pattern(
            rf"\b(?P<word>(?:twice|thrice|{NUMBER}(?=\s?(?:x|times)\s))(?=(?:\s?(?:x|times))?\sthe\s)|(?:double|triple|quadruple)[sd]?)"
            r"(?:\s?(?:x|times))?\s(?:the\s|our\s|its\s)?"
            rf"(?P<noun>(?:[a-z-]{{2,15}}\s)?{_GAIN})\b(?!\s(?:degradation|regression|loss|hit|drop|penalty|difference|tests?)\b)",
            IGNORECASE,
        ),
        lambda match: f"{_value(match)}x higher {match['noun']}",
    ),
    (
        compile_pattern(
            r"\b(?P<word>twice|thrice)(?=\s(?:as\sfast|faster|quicker|smaller|less|fewer|cheaper)\b)", IGNORECASE
        ),
        lambda match: f"{_value(match)}x",
    ),
    (
        compile_pattern(rf"(?P<lead>\bby\s{_NEARLY}){_SHARE}\b(?!\s(?:an?|the)\b)", IGNORECASE),
        lambda match: f"{match['lead']}{_share(match)}%",
    ),
    (
        compile_pattern(rf"\b{_SHARE}(?=\s(?:less|fewer|smaller|faster|shorter)\b)", IGNORECASE),
        lambda match: f"{_share(match)}%",
    ),
    (
        compile_pattern(
            rf"(?P<lead>\b(?:takes?|took|taking|in|uses?|using|needs?|requires?|consumes?|costs?|allocates?|at)\s{_NEARLY})half\s"
            rf"(?:of\s)?(?:the|as\smuch|as\smany|its)\s(?P<noun>(?:[a-z-]{{2,15}}\s)?{_COST})\b",
            IGNORECASE,
        ),
        r"\g<lead>50% less \g<noun>",
    ),
    (
        compile_pattern(
            r"(?P<lead>\b(?:cut(?:s|ting)?|reduc(?:e[sd]?|ing)|slash\w{0,3}|drop(?:s|ped)?|decreas(?:e[sd]?|ing)|lower(?:s|ed|ing)?|shr[ia]nks?)\b"
            rf"[^.;:\n]{{0,60}}?\b{_COST}\b[^.;:\n]{{0,60}}?)\s(?:down\s)?(?:in|by|to|into)\s{_NEARLY}(?:a\s)?half\b",
            IGNORECASE,
        ),
        r"\g<lead> by 50%",
    ),
    (
        compile_pattern(
            rf"\b(?P<verb>cut(?:s|ting)?|reduc(?:e[sd]?|ing))\s{_NEARLY}in\shalf(?=\s[^.;:\n]{{0,40}}\b{_COST}\b)",
            IGNORECASE,
        ),
        r"\g<verb> by 50%",
    ),
    (
        compile_pattern(
            r"(?<!\bthe\s)(?<!\btwo\s)(?<!\bboth\s)(?<!\bof\s)\bhalv(?:es?|ed|ing)\b"
            rf"(?=\s[^.;:\n]{{0,50}}\b{_COST}\b)|(?<=\b(?:is|be)\s)halved\b",
            IGNORECASE,
        ),
        "reduces by 50%",
    ),
)
"""The styles and what they are rewritten to, in this order."""
