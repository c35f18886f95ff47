"""Amounts in texts: numbers, units, and the words around them, as parts of expressions."""

from __future__ import annotations

from typing import Final

from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

NUMBER: Final = r"(?:\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,20})?|\d{1,12}(?:\.\d{1,20})?)"
TIME: Final = (
    r"(?:[µμun]s(?:/op|/iter)?|[mµμu]secs?|ms|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?"
    r"|(?:micro|milli|nano)\s?seconds?|days?)\b"
)
SIZE: Final = r"(?:(?:[kKMGT]i?)?B(?:/s|/op)?|(?:kilo|mega|giga)?bytes?|(?-i:[kKMG](?<=\d[kKMG])))\b"
_RATED = (
    r"(?:req|requests?|ops|operations?|rows|its?|i|msgs?|messages|tokens|records|events|docs|documents|items|samples"
    r"|frames|packets|txs?|queries|lines|calls)"
)
RATE: Final = rf"(?:(?:[kM]\s?)?{_RATED}(?:/s(?:ec(?:ond)?)?|\sper\ssecond)\b|[rqftn]ps\b|iops\b)"
_COUNTED = (
    r"(?:[kM]\s?)?(?:calls?|queries|allocations?|allocs?(?:/op)?|requests?|points?|words|cycles|instructions"
    r"|syscalls?)\b"
)
PERCENT: Final = r"(?:%|percent\b|per\scent\b)"
TIMES: Final = r"(?:x\b|\u00d7|times\b)"
UNIT: Final = rf"(?:{PERCENT}|{RATE}|{_COUNTED}|{TIME}|{SIZE})"
RANGE: Final = rf"(?:\s?(?:%|x|m?s)?\s?(?:-|\u2013|~|\bto\b|\bor\b|\band\b)\s?[~+-]?{NUMBER})?"
"""The second end of a range: "17-20", "2x to 3"; the first one is what counts."""
ABOUT: Final = (
    r"(?:[~`*_+<>=(\u2248-]{0,3}(?:(?:about|around|approx\.?|approximately|ca\.?|circa|almost|nearly|over|only"
    r"|just|like|under|below|well|up\s?to|at\smost|at\sleast|more\sthan|less\sthan|roughly|another|some|perhaps"
    r"|an?\s(?:much\s|more\s){0,2}(?!factor)[a-z]{3,14}(?<!of)|an?"
    r"|(?:of\s)?the\sorder\sof|close\sto|as\s(?:much|low|high|little|few)\sas)\s){0,3}"
    r"[~`*_+<>(\u2248\u2212-]{0,3}\s?)"
)
"""What may stand before a number and changes nothing: "about ~"."""
_SECONDS = {
    "n": 1e-9, "nano": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "micro": 1e-6, "m": 1e-3, "milli": 1e-3, "": 1,
}  # fmt: skip
_SCALES = {
    **{
        f"{prefix}{end}": size
        for prefix, size in _SECONDS.items()
        for end in ("s", "sec", "secs", "second", "seconds", " second", " seconds")
    },
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("day", "days"), 86400.0),
}
_SIZES = {
    **{f"{prefix}{end}": 1000.0**power for power, prefix in enumerate(("", "k", "m", "g", "t")) for end in ("b", "ib")},
    **{prefix: 1000.0**power for power, prefix in enumerate(("k", "m", "g"), 1)},
    **dict.fromkeys(("byte", "bytes"), 1.0),
}
_PREFIXED = compile_pattern(rf"(?P<prefix>[kKMG]) ?(?P<noun>{RATE}|{_COUNTED})", IGNORECASE)
_PLAIN = compile_pattern(rf"{RATE}|{_COUNTED}", IGNORECASE)
_PREFIXES = {"K": 1e3, "M": 1e6, "G": 1e9}
_PER = ("/op", "/iter", "/s")


def number(text: str) -> float:
    """Return the value of a number as texts write it: ``1,200.5``."""
    return float(text.replace(",", ""))


def scale(unit: str) -> tuple[str, float] | None:
    """Return what a unit measures and its size in the basic unit of that: ``("time", 0.001)`` for ``ms``."""
    if prefixed := _PREFIXED.fullmatch(unit):
        return prefixed["noun"], _PREFIXES[prefixed["prefix"].upper()]
    if _PLAIN.fullmatch(unit):
        return unit, 1.0
    name = unit.casefold()
    rate = next((end for end in _PER if name.endswith(end)), "")
    name = name.removesuffix(rate)
    if name in _SCALES:
        return f"time{rate}", _SCALES[name]
    return (f"size{rate}", _SIZES[name]) if name in _SIZES else None
