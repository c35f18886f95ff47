"""The forms in which texts state a change: amounts of two states, or a difference, with a word of change.

Each has a group of each amount (``before``, ``after``, ``amount``) and its unit. Amounts are in digits, in one style
(`spelled_amounts`). The expressions after them separate sentences, and tell what states no change or which way.
"""

from __future__ import annotations

from achievement_pipeline.outcomes.amounts import ABOUT, NUMBER, PERCENT, RANGE, RATE, SIZE, TIME, TIMES, UNIT
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_FIRST = rf"(?P<before>{NUMBER})(?:[-\u2013]{NUMBER})?"
_BEFORE = rf"(?P<before>{NUMBER})(?:[-\u2013]{NUMBER})?[\s-]?(?P<unit_before>{UNIT})?"
_AFTER = rf"(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?\s?(?P<unit>{UNIT})?"
_DIFFERENCE = rf"(?P<amount>{NUMBER}){RANGE}\s?"
_TEXT = r"(?:[^.;\n]|\.(?=\w)|(?<=\b(?:i\.e|e\.g))\.)"
"""Of one clause."""
_FORMER = (
    r"(?:(?:previously|current|currently|default|old|previous|former|original)"
    r"(?:\s(?:used|limit|value|restriction|default|size|setting))?(?:\sof)?)"
)
_SPEED_UP = r"(?:speed(?:s|ed|ing)?|sped)(?:[-\s]?up|\s(?:[^\s.;]{1,40}\s){1,5}?up)"
_VERB = (
    r"(?:reduc(?!tion)\w+|decrea?s\w+|cut(?:s|ting)?|lower(?:s|ed|ing)?"
    r"|out-?performs?|improv(?!ement)\w+|optimi[sz](?!ation)\w+|accelerat\w+"
    r"|increas\w+|rais(?:e|es|ed|ing)|boost(?:s|ed|ing)?|shrink\w*|shrank|drop(?:s|ped|ping)?|fell|falls?(?!\sback)|grew|grows?|rose|rises?"
    rf"|shorten\w*|{_SPEED_UP})"
)
_NOUN = (
    r"(?:reductions?|(?<!performance\s)(?<!speed\s)decreases?|increases?|(?:speed|perf|performance)[-\s]?(?:ups?|boosts?|bumps?)|improve?m?e?nts?"
    r"|savings?|gains?|(?-i:boosts?)|uplifts?|wins?(?!\s(?:probab|rate|chance))|accelerations?|(?<=[%x]\s)(?:speed|perf|performance)(?=\)|$|\s(?:(?:for|in|when|with)\b|\(#))"
    r"|drops?(?=\sin\s(?!coverage|performance|throughput|speed|quality|accuracy)))"
)
_COMPARATIVE = (
    r"(?:faster|quicker|smaller|less|fewer|more(?!\s(?:expensive|costly|likely|memory|often|frequent\w*|(?:[a-z]{2,12}\s)?(?:faults|misses|errors|allocations|time)\b))|lower|higher"
    r"|cheaper|shorter|lighter|better|reduced|improved|decreased|(?<=as\s)fast|fast(?=\sthan)|(?<=more\s)efficient)"
)
_BETWEEN = (
    r"(?:(?!(?:of|is|are|was|since|we|it|which|that|and|or|but|in|to|for|on|from|when|while|if|as|with|than|at|by|per|can|will|may|do|does)\b)"
    r"[a-z][a-z/._-]{0,20}\s)"
)
"""A word between a number and what it is of: "3x less", "5% overall improvement"."""
FROM_TO = compile_pattern(
    rf"(?<![\w.,:#/-])(?<!→)(?<!→\s)(?<![=-]>)(?<![=-]>\s)(?P<lead>from\s{{1,3}}(?:an?\s(?:[a-z]{{2,15}}\s){{1,3}}of\s)?{ABOUT})?[~`*]{{0,2}}{_BEFORE}"
    r"(?:\.?[`*]{0,2}\s?\([^()\n]{1,30}\))?[`*]{0,2},?\s{0,3}"
    r"(?P<link>→|⇒|-{1,2}>|=>|\b(?:(?:all\sthe\sway|got|went|falls|drops|dropped)\s)?(?:(?:back\s)?(?:down|up)\s)?to\b)\s{0,3}"
    rf"{ABOUT}(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?\s?(?P<unit>{UNIT})?(?![\w.-]{{0,20}}\d|\s?(?:{UNIT})?\s?(?:→|->|=>))",
    IGNORECASE,
)
TO_FROM = compile_pattern(
    rf"\bto\s{ABOUT}(?P<after>{NUMBER})\s?(?P<unit>{UNIT})?(?:\s\([^()\d]{{1,30}}\))?(?:(?:\s[a-z/-]{{2,15}}){{0,8}}?(?:\s\(|,\s(?=down|up))|,?\s{{0,3}}\(?)"
    rf"(?:(?:down|up)\s)?from\s(?:the\s)?(?:(?:default|previous|current|original|old)\s(?:of\s)?)?{ABOUT}{_BEFORE}",
    IGNORECASE,
)
NOW_WAS = compile_pattern(
    rf"(?<![\w.,#/-]){_AFTER}[\s`*)]{{0,3}}(?:\b(?:now|after)\s|[a-z]{{3,15}}[`'\"]?(?=,\s(?:down|up)\sfrom))?[,;(]?\s{{0,2}}(?:(?P<link>(?:down|up|reduced|decreased|increased)\sfrom"
    rf"|\(?(?:it\s)?(?:(?:was|previously|formerly):?|before:)|not|(?:rather\sthan|instead\sof|as\sopposed\sto)(?:\s(?:the\s)?{_FORMER})?))\s{ABOUT}{_BEFORE}(?![\w.-]{{0,20}}\d)",
    IGNORECASE,
)
"""The new amount first: "96 bytes (down from 104)"."""
INSTEAD = compile_pattern(
    rf"(?<![\w.,#/-])(?P<after>{NUMBER})[\s-]?(?P<unit>{UNIT})(?:\s[^\s.;:]{{1,30}}){{0,6}}?\s\(?(?P<link>instead\sof|rather\sthan|as\sopposed\sto)(?:\s(?:the\s)?{_FORMER})?\s(?:\w{{1,20}}'s\s)?{ABOUT}{_BEFORE}"
    r"(?![\w.-]{0,20}\d)",
    IGNORECASE,
)
"""With what it is of between: "an 8-byte string for names (instead of 16 bytes)"."""
MEASURED = compile_pattern(
    r"\b(?:now|takes?|took|taking|only|uses?|using|needs?|runs?|ran|reduced?|makes?|try|wait(?:s|ing)?|averag\w{2,5})\b[^.;]{0,15}$",
    IGNORECASE,
)
VERB_TO = compile_pattern(
    rf"\b(?:{_VERB}|tak(?:es|ing)|brings?|turns?|chang(?:e|es|ed|ing)|bump(?:s|ed|ing)?|extend(?:s|ed|ing)?)\s(?:(?:a|an|the|our|its)\s)?{ABOUT}{_BEFORE}\s(?:[a-z-]{{1,20}}\s){{1,4}}?"
    rf"(?P<link>(?:down\s)?to)\s{ABOUT}{_AFTER}(?![\w/])",
    IGNORECASE,
)
"""With what it is of between: "reduces a 70mb executable to 16mb"."""
NOW_AGAINST_BEFORE = compile_pattern(
    rf"(?<![\w.,#/-]){_AFTER},?\s\(?(?:vs\.?|versus|compared\s(?:to|with)|against|(?:while|where|whereas)\sit\s(?:took|needed|used|was))(?P<link>)\s{ABOUT}{_BEFORE}\s(?:before|previously|originally"
    r"|on\s(?:master|main))\b",
    IGNORECASE,
)
WITH_WITHOUT = compile_pattern(
    rf"(?<![\w.,#/-]){_AFTER}\swith\sth(?:is|e)\s[a-z]{{2,12}}[,;]?\s(?P<link>(?:and\s|vs\.?\s|instead\sof\s)?){ABOUT}{_BEFORE}\swithout\b",
    IGNORECASE,
)
_WAS = (
    r"\b(?:used\sto\s(?:take|be|need|use|have)|previously|before(?!\s?[:=])|formerly|originally|instead\sof|took|takes?|was|were)\b"
    rf"[^;:]{{0,60}}?(?<![\w.,#/-]){ABOUT}(?P<before>{NUMBER})(?:[-\u2013]{NUMBER})?[\s-]?(?P<unit_before>{UNIT}).{{0,80}}?"
)
WAS_NOW = compile_pattern(
    rf"{_WAS}(?P<link>\b(?:now|afterwards"
    r"|after(?:\s(?:this|my|the)\s(?:change|commit|patch|pr|fix|diff)|\s[a-z]{3,15}ing\b|(?=,[^\d]{0,40}\d|[^\d:=]{0,12}\d))"
    r"|currently|down\sto|reduc\w+\s(?:it|this|that)\sto|takes|with\sthis)\b)[^\d:]{0,60}?"
    rf"(?<![\w.])(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?\s?(?P<unit>{UNIT})(?![\w/])",
    IGNORECASE,
)
_WAS_NOW_BARE = compile_pattern(
    rf"{_WAS}(?P<link>\b(?:now\s(?:it\s)?(?:takes|is|uses|needs)|now(?=\s[<~>]{{0,2}}\s?[\d.]{{1,9}}[.,;)]?(?:\s[A-Z]|$))|it\s(?:now\s)?takes"
    r"|(?:reduc|cut|bring|lower|drop)\w*\s(?:it|this|that)\s(?:down\s)?to)\b)\s"
    rf"{ABOUT}(?P<after>{NUMBER})(?P<unit>)(?=[.,;)]?(?:\s|$))",
    IGNORECASE,
)
"""With the unit once: "it took 5 s, now it takes 2"."""
BEFORE_AFTER = compile_pattern(
    rf"(?<![\w.,#/-]){_BEFORE}[\s(]{{1,2}}(?:before|previously|originally|on\s(?:master|main))\b(?:\sth(?:is|e)\s(?:change|commit|patch|pr|fix))?(?P<link>[\s,;)]{{1,3}}(?:(?:and|but|to|vs\.?|→|->)\s)?(?:only\s|just\s)?)"
    rf"{ABOUT}{_AFTER}[\s(]{{1,2}}(?:after|now|with\s(?:this|the)|on\sthis)\b",
    IGNORECASE,
)
_BEFORE_COLON = compile_pattern(
    rf"\b(?:before|old|previous(?:ly)?)(?:\s[a-z]{{2,15}}){{0,2}}\s?:[*]{{0,2}}\s[^\d]{{0,60}}?(?<![\w.,#/-]){_BEFORE}(?P<link>\b.{{0,80}}?\b(?:after|now|new)(?:\s[a-z]{{2,15}}){{0,2}}\s?:[*]{{0,2}}\s[^\d]{{0,60}}?)"
    rf"(?<![\w.,#/-]){_AFTER}(?![\w/])",
    IGNORECASE,
)
_TAKES_WITHOUT = compile_pattern(
    rf"\b(?:takes?|took)\s{ABOUT}{_BEFORE}(?P<link>[^\d.;]{{0,60}}?[,;]?\s(?:(?:but|and|while)\s)?(?:only\s|just\s)?)"
    rf"{ABOUT}{_AFTER}(?![\w/])(?=[^\d.;]{{0,20}}\bwithout\b)",
    IGNORECASE,
)
_WITHOUT_TAKES = compile_pattern(
    rf"\b(?:takes?|took)\s{ABOUT}{_BEFORE}(?P<link>[^\d.;]{{0,40}};\swithout[^\d.;]{{0,30}}\b(?:takes?|took)\s)"
    rf"{ABOUT}{_AFTER}(?![\w/])",
    IGNORECASE,
)
"""What is left out: "takes 17 minutes with coverage, and just 4 minutes without it"."""
_THIS_TO = compile_pattern(
    rf"(?<![\w.,#/-]){_BEFORE}[^\d]{{0,100}}?(?P<link>\b(?:reduc|increas|lower|rais|cut|bring|drop|shrink|bump)(?:es?|s|ed|ing)?\s"
    rf"(?:it|that|this)\s(?:down\s|up\s)?to|\.\s(?:Increase|Reduce|Raise|Lower|Decrease|Bump)(?:s|d|ed)?\sto)\s{ABOUT}(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?\s?(?P<unit>{UNIT})?(?![\w/])",
    IGNORECASE,
)
_NOW_PREVIOUSLY = compile_pattern(
    rf"(?<![\w.,#/-]){_AFTER}[^\d]{{0,140}}?\b(?P<link>previously|before(?=,|\sth(?:is|ese)\s[a-z]{{3,15}},)|used\sto\s(?:be|take))\b[^\d]{{0,40}}?{_BEFORE}(?![\w/])",
    IGNORECASE,
)
_OLD = r"(?<!\bof\s)\b(?:old|original|previous|existing)\s[a-z]{2,20}\b[^\d;]{0,60}?"
_NEW = r"\bnew\s[a-z]{2,20}\b[^\d;]{0,60}?"
_OLD_NEW = compile_pattern(
    rf"{_OLD}(?<![\w.,#/-]){_BEFORE}(?P<link>[^\d;].{{0,80}}?{_NEW})(?<![\w.,#/-]){_AFTER}(?![\w/])", IGNORECASE
)
_NEW_OLD = compile_pattern(
    rf"{_NEW}(?<![\w.,#/-]){_AFTER}(?P<link>[^\d;].{{0,80}}?{_OLD})(?<![\w.,#/-]){_BEFORE}(?![\w/])", IGNORECASE
)
_THE_CHANGE = r"(?:th(?:is|e)\s)?(?:patch|change|commit|fix|pr)\b"
_WITHOUT_WITH = compile_pattern(
    rf"\bwithout\s{_THE_CHANGE}[^\d.;]{{0,40}}?(?<![\w.,#/-]){_BEFORE}(?P<link>[^\d]{{0,40}}?\b(?:with|after)\s{_THE_CHANGE}[^\d.;]{{0,40}}?)"
    rf"(?<![\w.,#/-])(?P<after>{NUMBER})\s?(?P<unit>{UNIT})?(?![\w/])",
    IGNORECASE,
)
"""With the unit once: "without the patch 333 nps, with the patch 334"."""
_DOWN_TO = compile_pattern(
    rf"(?<![\w.,#/-]){_BEFORE}(?P<link>[^.;:]{{0,60}}?,?\s(?:down|goes|went|drops|dropped)\s(?:down\s)?to)\s{ABOUT}{_AFTER}(?![\w/])",
    IGNORECASE,
)
"""With more between: "74 ms for each run, down to 19 ms"."""
FROM_X_TO = compile_pattern(
    rf"\bfrom\s(?:(?!anywhere|between)[a-z][a-z\d]{{1,11}}\s){{0,3}}?{ABOUT}{_FIRST}[\s-]?(?P<unit_before>{UNIT})(?:,?\s(?:\([^()]{{1,99}}\)|[^\s;]{{1,30}})){{0,8}}?,?"
    rf"\s(?P<link>(?:down\s|up\s|back\s)?to)\s(?:[a-z'][a-z\d']{{1,11}}\s){{0,3}}?{ABOUT}(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?"
    rf"[\s-]?(?P<unit>{UNIT})(?![\w/])",
    IGNORECASE,
)
"""With what it is of between: "from 14.3 seconds on main to 1.2 seconds"."""
TIMES_TO = compile_pattern(
    rf"\b(?:reduc|decreas|drop|lower|cut|shr[ia]nk|improv|increas|rais)\w{{0,4}}\b[^.;]{{0,120}}?\bfrom\s{ABOUT}(?P<before>{NUMBER})\s?(?P<unit_before>{TIMES})"
    rf"\s(?P<link>(?:down\s|up\s)?to)\s{ABOUT}(?P<after>{NUMBER})\s?(?P<unit>{TIMES})(?![\w/])",
    IGNORECASE,
)
"""Of an overhead: "reduces it from 16x to 1.6x"."""
_SETTING_NOUN = r"timeout|limit|interval|delay|period|threshold|window|tolerance|budget|size"
RAISED = compile_pattern(
    rf"\b(?P<verb>increase[sd]?|raise[sd]?|lower(?:s|ed)?|reduce[sd]?|decrease[sd]?|adjust(?:s|ed)?|sets?|change[sd]?|bump(?:s|ed)?|extend(?:s|ed)?|restore[sd]?)\s(?:[\w-]{{1,20}}\s){{0,4}}?(?P<noun>{_SETTING_NOUN})"
    rf"(?:\s[a-z]{{2,12}}){{0,4}}?\sto\s{ABOUT}(?P<after>{NUMBER})\s?(?P<unit>{TIME}|{SIZE})(?![\w/])",
    IGNORECASE,
)
RAISED_TO = compile_pattern(
    rf"\b(?P<verb>(?:increas|rais|bump|extend|reduc|lower|decreas|drop|cut|bring|shorten)(?:e|es|s|ed|ing|ting|ped|ping)?)\s(?![^.;]{{0,60}}?\bfrom\s~?\d)"
    rf"(?P<what>(?:up\s)?(?:[^\s.;:\d][^\s.;:]{{0,40}}\s){{0,14}}?)(?:down\s|up\s)?to\s{ABOUT}(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?[\s-]?(?P<unit>{TIME}|{SIZE})(?![\w/])",
    IGNORECASE,
)
"""A value that something is changed to; the one before stands elsewhere."""
AN_AMOUNT = compile_pattern(
    rf"(?<![\w.,:#/-])(?<!\bto\s)(?P<before>{NUMBER})(?:[-\u2013]{NUMBER})?[\s-]?(?P<unit_before>{TIME}|{SIZE})(?![\w/])",
    IGNORECASE,
)
"""A time or a size."""
WAS_MEANT = compile_pattern(r"\b(?:used\sto|previously|formerly|originally)\b", IGNORECASE)
"""Before an amount that was no fault, so that it may rise."""
IS_PAST = compile_pattern(
    r"\b(?:was|were|current(?:ly)?|previous(?:ly)?|default|too|prior|instead|old|existing|before|longer\sthan|insufficient|not\senough)\b",
    IGNORECASE,
)
"""Beside a value that stands behind the one it is changed to."""
SETTING_OF = compile_pattern(
    rf"(?:\b(?P<noun_before>{_SETTING_NOUN})s?\s(?:of|was|is)\s{ABOUT}|(?<![\w.,:#/-]))(?P<before>{NUMBER})[\s-]?(?P<unit_before>{TIME}|{SIZE})"
    rf"(?:(?<=[a-zB])\s(?:[\w-]{{1,20}}\s){{0,2}}?(?P<noun>{_SETTING_NOUN})s?\b|\s(?:is|was)\s(?:not|too|sometimes|barely)\b|(?(noun_before)|(?!)))",
    IGNORECASE,
)
SETTING_WAS = compile_pattern(
    rf"\b(?:default|existing|current|old|previous)\s(?:of\s)?(?P<before>{NUMBER})[\s-]?(?P<unit_before>{TIME}|{SIZE})\s(?:[\w-]{{1,20}}\s){{0,2}}?(?P<noun>{_SETTING_NOUN})(?P<noun_before>)s?\b",
    IGNORECASE,
)
"""Of a value that stands behind the one it is changed to: "the default 30 s timeout"."""
APART = (
    WAS_NOW,
    _WAS_NOW_BARE,
    _BEFORE_COLON,
    _TAKES_WITHOUT,
    _WITHOUT_TAKES,
    _THIS_TO,
    _NOW_PREVIOUSLY,
    _OLD_NEW,
    _NEW_OLD,
    _WITHOUT_WITH,
    _DOWN_TO,
)
"""Forms that may take two sentences."""
UNIT_ONCE = (_WAS_NOW_BARE, _THIS_TO, _WITHOUT_WITH)
OF_ONE_MEASURE = (*APART, VERB_TO, FROM_X_TO, TIMES_TO)
COUNTED = compile_pattern(
    rf"\b(?:{_VERB}|go(?:es|ing)?|went|down|changes)\b[^.;\n]{{0,60}}?\b(?P<unit>[a-z]{{2,20}}s)[`'\"]?\s"
    rf"(?:per\s[a-z]{{2,15}}\s)?from\s{ABOUT}(?P<before>{NUMBER})\s(?:down\s|up\s)?to\s{ABOUT}(?P<after>{NUMBER})\b(?!\.?\d)",
    IGNORECASE,
)
"""Things that are counted: "reduces the number of stat syscalls from 3 to 1"."""
COUNTED_LAST = compile_pattern(
    rf"\b(?:{_VERB}|go(?:es|ing)?|went|changes)\b[^.;\n]{{0,60}}?\bfrom\s{ABOUT}(?P<before>{NUMBER})\s(?:down\s|up\s)?to\s{ABOUT}(?P<after>{NUMBER})\s"
    r"(?:[a-z-]{2,15}\s)?(?P<unit>[a-z]{3,20}s)\b",
    IGNORECASE,
)
"""With the noun behind: "from 68 to 22 characters"."""
BARE = compile_pattern(
    rf"\b(?:{_VERB}|down|(?:chang\w+|bump\w*|set)(?=[^.;\n]{{0,40}}?\b(?:default|limit|size|depth|count|level|number|threshold|retries|max\w*|min\w*)\b))\b[^.;\n]{{0,60}}?\bfrom\s{ABOUT}(?P<before>{NUMBER})\s(?:down\s|up\s)?to\s{ABOUT}(?P<after>{NUMBER})(?P<unit>)"
    r"(?=[.,;)]?(?:$|\s(?:on|in|for|by|with|when|per|so|and|to\s[a-z]|\()))(?![.,]\d)",
    IGNORECASE,
)
"""Two numbers of which nothing says what they count: "reduces `sizeof(Node)` from 144 to 136"."""
COUNTED_BETWEEN = compile_pattern(
    rf"\b(?:{_VERB}|go(?:es|ing)?|went|down|changes)\b[^.;\n]{{0,60}}?\bfrom\s{ABOUT}(?P<before>{NUMBER})\s"
    rf"(?:[a-z-]{{2,15}}\s){{0,2}}?(?P<unit>[a-z]{{3,20}}s)\s(?:down\s|up\s|back\s)?to\s{ABOUT}(?P<after>{NUMBER})\b(?!\.?\d)",
    IGNORECASE,
)
"""Named once, between: "drops from 254 loaded modules to 44"."""
COUNTED_BY = compile_pattern(
    r"\b(?P<word>reduc(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|shrinks?|shrank|lower(?:s|ed|ing)?|cuts?)\s(?P<what>[^.;:\n]{0,60}?)\sby\s"
    rf"{ABOUT}(?P<amount>\d{{1,6}})\s(?:[a-z-]{{2,15}}\s)?(?P<unit>(?!lines|words|tests|files|levels|steps|versions|degrees|days|weeks|months|years|orders|times)[a-z]{{3,20}}s)\b",
    IGNORECASE,
)
"""How many fewer: "shrinks each node by 3 pointers"."""
COUNTED_AFTER = compile_pattern(
    r"(?<![\w.,#/-])~?(?P<before>\d{1,3}(?:,\d{3}){1,4}|\d{1,12})\s?(?:->|→)\s?~?(?P<after>\d{1,3}(?:,\d{3}){1,4}|\d{1,12})\s(?:[a-z-]{2,15}\s){0,2}?"
    r"(?P<unit>(?!lines|files|words|tests|versions|commits)[a-z]{2,20}[a-rt-z]s)\b(?!-)",
    IGNORECASE,
)
RELATIVE = compile_pattern(
    rf"(?<![\w.,#/-])(?P<amount>{NUMBER})\s?(?:±\s?{NUMBER}\s?|(?:%|x\b)?\s?(?:-|\u2013|to\b)\s?~?{NUMBER}\s?)?"
    rf"(?P<unit>{PERCENT}|{TIMES})[)`*_+]{{0,3}}(?:\s?/\s?{NUMBER}\s?{UNIT})?\s?(?:or\sso\s)?(?:as\s(?=fast)|of\s)?"
    rf"{_BETWEEN}{{0,3}}?"
    rf"(?P<word>{_COMPARATIVE}|{_NOUN}|optimi[sz]ations?)\b",
    IGNORECASE,
)
SPEEDUP = compile_pattern(
    rf"(?<![\w.,#/-])(?P<amount>{NUMBER})\s?(?P<unit>x\b|\u00d7)\s(?:(?!(?:and|or|but|of|in|to|than|with|for|from|on|as|is)\b)[a-z0-9][\w/.+-]{{0,20}}\s){{1,6}}?(?P<word>speed[-\s]?ups?)\b",
    IGNORECASE,
)
"""With names between: "1.07x AVX3 64-bit sort speedup"."""
ABSOLUTE = compile_pattern(
    rf"(?<![\w.,#/-])(?P<amount>{NUMBER}){RANGE}\s?(?P<unit>{TIME}|{SIZE}|{RATE})\s{_BETWEEN}{{0,2}}"
    r"(?P<word>faster|quicker|smaller|shorter|less|cheaper|speed[-\s]?ups?|improvements?|reductions?|decreases?"
    r"|savings?|wins?|saved|shaved)\b",
    IGNORECASE,
)
FASTER_BY = compile_pattern(
    r"\b(?P<word>faster|quicker|smaller|shorter|cheaper|less|fewer)\s(?:\(?by|around|about|roughly|up\sto|at\sleast|almost|(?=~))\s?"
    rf"{ABOUT}{_DIFFERENCE}(?P<unit>{UNIT}|{TIMES})",
    IGNORECASE,
)
SMALLER_SHARE = compile_pattern(
    rf"\b(?P<word>faster|quicker|smaller|shorter|less)\s\((?!<){ABOUT}{_DIFFERENCE}(?P<unit>{TIME}|{SIZE})\)",
    IGNORECASE,
)
"""In parentheses: "slightly smaller (about 2KB)"."""
IS_DOWN = compile_pattern(
    rf"(?<!performance\s)(?<!throughput\s)(?<!speed\s)(?<!coverage\s)\b(?:is|are|was|went|goes|gone)\s(?P<word>down)\s(?:by\s)?{ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT})",
    IGNORECASE,
)
FASTER_SHARE = compile_pattern(
    rf"\b(?P<word>faster|quicker|shorter|more\sefficient)\b(?:{_TEXT}{{0,60}}(?:\.?\s(?=\()|,\s(?=[~\d]))|\s(?=~)){ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT}|{TIMES})(?!\sof\b)",
    IGNORECASE,
)
FEWER = compile_pattern(
    r"(?<![\w.,#/-])(?P<amount>\d{1,6})\s(?P<word>less|fewer)\s(?P<unit>(?!lines|words|tests|files)[a-z]{3,20}s)\b",
    IGNORECASE,
)
BY = compile_pattern(
    rf"\b(?P<word>{_VERB}|speed(?:s|ed|ing)?)\b(?P<what>{_TEXT}{{0,80}}?)\s\(?(?:by|from(?=\s~?\d[\d.]{{0,5}}%?[-\u2013]\d[\d.]{{0,5}}%(?!\s(?:to|down)\b))|with(?=\s~?\d[\d.,]{{0,9}}\s?(?:%|x\b|times\b|percent\b|bytes\b|[km]i?b\b)))\s{ABOUT}{_DIFFERENCE}(?P<unit>{UNIT}|{TIMES})",
    IGNORECASE,
)
WITHOUT_BY = compile_pattern(
    rf"\b(?P<word>{_VERB})\b(?P<what>(?:[^.;:\n]|\.(?=\w)){{0,80}}?)"
    r"(?<!\bto)(?<!\bat)(?<!\bof)(?<!\bfrom)(?<!\bthan)(?<!\bis)(?<!\bfor)(?<!\babove)(?<!\bbelow)(?<!\bover)(?<!\bunder)(?<!about)(?<!around)(?<!roughly)(?<!nearly)(?<!almost)(?<!approximately)"
    rf"\s(?:with\s|in\s)?(?!over|under|below|at\s|less|more(?!\sthan\s\d))(?<!\bfit\s)(?<!\bto\san\s)(?<!\bto\sa\s){ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT}|{TIMES})[`*)]{{0,3}}"
    r"(?=$|[,.;:)!]|\s(?:on|for|when|with|across|depending|or\sso|using|by|via|due|thanks|because|over|compared|since|based|after|as\swell|too\b|overall|now\b|in\s(?:some|the|my|our|all|most)|and|but|\((?:#\d|faster)))",
    IGNORECASE,
)
"""As titles have it: "speed up `in series` 10x", "improve the parser (~4%)"."""
OF = compile_pattern(
    rf"\b(?P<word>{_NOUN})\b(?P<what>{_TEXT}{{0,60}}?)(?<!minimum)(?<!maximum)(?<!total)(?<!default)(?:\s(?:of|is|was|are|by|on(?=\s[~\d][\d.,]{{0,9}}\s?(?:%|x\b))|being|between|(?<=speedup\s)=|seems\sto\sbe|appears\sto\sbe|amounts\sto|(?:ranges|anywhere)\sfrom)|:)\s{ABOUT}{_DIFFERENCE}"
    rf"(?P<unit>{UNIT}|{TIMES})(?!,\snot\b)",
    IGNORECASE,
)
OF_SHARE = compile_pattern(
    rf"\b(?P<word>{_NOUN})\b(?P<what>[^.;\n]{{0,60}}?)(?<!\bto)(?:\s(?=[(~+])|(?=\()){ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT}|{TIMES})",
    IGNORECASE,
)
"""In parentheses: "a noticeable improvement (of the order of 10%)"."""
FACTOR = compile_pattern(
    rf"\b(?P<word>{_VERB}|{_NOUN}|{_COMPARATIVE})\b{_TEXT}{{0,80}}?\s\(?(?:by\s|of\s)?{ABOUT}factor\s(?:of\s)?[>~]?\s?{ABOUT}x?(?P<amount>{NUMBER})\s?(?P<unit>%)?",
    IGNORECASE,
)
WITHOUT_BY_ABOUT = compile_pattern(
    rf"\b(?P<word>{_VERB})\b(?P<what>(?:[^.;:\n]|\.(?=\w)){{0,80}}?)"
    r"(?<!\bto)(?<!\bat)(?<!\bof)(?<!\bfrom)(?<!\bthan)(?<!\bis)(?<!\bfor)(?<!\bin)(?<!\bafter)(?<!\bwithin)(?<!\bevery)(?<!\bno)"
    rf"\s(?=~|about|around|roughly|approximately|nearly|almost|(?<=\btime\s)up\s?to){ABOUT}{_DIFFERENCE}(?P<unit>{TIME}|{SIZE}|{TIMES}(?=\s\())(?!\s(?:to|->|→))",
    IGNORECASE,
)
"""Where "about" stands for "by": "reduces the binary about 170 kB"."""
IMPROVES = compile_pattern(
    rf"\b(?P<word>improv(?:e|es|ed|ing)|increas(?:e|es|ed)|reduc(?:e|es|ed)|(?:speed(?:s|ed|ing)?|sped)[-\s]up)\s{ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT}|(?<=up\s\d\d)x\b|(?<=up\s\d)x\b)\s(?!of\b)[a-z`]",
    IGNORECASE,
)
SAVES = compile_pattern(
    rf"(?:\b(?P<word>sav(?:e|es|ed|ing):?|reduc(?:e|es|ed|ing)|shav(?:e|es|ed|ing)(?:\soff)?|chop(?:s|ped|ping)?\soff|adds|gain(?:s|ed)?|tak(?:es|ing)\soff|frees?(?:\sup)?|(?:recover|reclaim)(?:s|ed|ing)?(?=\s[a-z~\s]{{0,12}}\d[\d.,]{{0,9}}\s?(?:bytes?|[kmg]i?b|m?s|sec\w{{0,5}}|min\w{{0,5}}|hours?)\b)|eliminat(?:es|ed|ing)(?=\s[\d-]{{1,7}}\s(?:sec|min|hour)))\s"
    rf"(?:us\s(?:from\s\w{{3,12}}ing\s)?|(?:a\slot\sof\s|some\s)?time,\s|(?:code\s)?(?:size|space|memory|time)(?:\s\(|:\s))?{ABOUT}|(?<!\S)[-\u2212]){_DIFFERENCE}(?P<unit>{UNIT})(?!\sworth\b)",
    IGNORECASE,
)
TAKES_OFF = compile_pattern(
    rf"\b(?P<word>takes?|taking|took|knock(?:s|ed|ing)?|shav(?:e|es|ed|ing)|chop(?:s|ped|ping)?)\s{ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT}|{TIME}|{SIZE})"
    r"\s(?:[a-z]{2,12}\s|or\sso\s){0,2}?off\b",
    IGNORECASE,
)
"""The amount between: "takes another 50 ms or so off the build"."""
REMOVES = compile_pattern(
    rf"\b(?P<word>remov(?:e|es|ed|ing)|eliminat(?:e|es|ed|ing)|cut(?:s|ting)?(?:\s(?:out|off))?|trims?|knock(?:s|ed)?(?:\soff)?)\s"
    rf"{ABOUT}{_DIFFERENCE}(?P<unit>{UNIT})(?=\s(?:[a-z]{{2,12}}\s){{0,2}}(?:from|per|off|on\severy|of|for|by|and)\b|[.,;)]|$)",
    IGNORECASE,
)
PAUSE = compile_pattern(
    rf"\b(?P<word>remov(?:e|es|ed|ing)|eliminat(?:e|es|ed|ing)|drops?|skips?|avoids?)\s(?:an?\s|the\s)?{ABOUT}(?P<amount>{NUMBER})[\s-]?(?P<unit>{TIME})"
    r"\s(?:[a-z]{2,12}\s){0,2}?(?:delay|sleep|pause|wait)\b",
    IGNORECASE,
)
"""A wait that is no more: "removes the 1 s delay"."""
IS_CUT = compile_pattern(
    rf"(?<![\w.,#/-])(?P<amount>{NUMBER}){RANGE}\s?(?P<unit>{PERCENT}|{TIME}|{SIZE})\s(?:of\s[^.;\d]{{1,50}}\s)?(?:is|are|was|were|gets?|has\sbeen|have\sbeen)\s"
    r"(?:now\s)?(?P<word>cut|saved|removed|eliminated|shaved|freed)\b",
    IGNORECASE,
)
"""The amount first: "30% of the time is cut"."""
REDUCED = compile_pattern(
    rf"\(\s?(?P<word>reduced|saved|saves|saving)\s{ABOUT}{_DIFFERENCE}(?P<unit>{UNIT})", IGNORECASE
)
DROPS = compile_pattern(
    rf"\b(?P<word>drop(?:s|ped)?|strip(?:s|ped)?|remov(?:e|es|ed))\s{ABOUT}{_DIFFERENCE}(?P<unit>[kmg]i?b|(?:bytes?|B)(?=\s(?:by|and|from|off|of)\b|[.,;)]|$)|calls|queries|allocs|allocations|instructions)\b(?!\s(?:limit|size))",
    IGNORECASE,
)
SIGNED = compile_pattern(
    rf"(?:\w:\s|(?<!\w)\(|,\s(?=[\u2212-][\d.]{{1,8}}%\)))~?(?P<sign>[+\u2212-])(?P<amount>{NUMBER}){RANGE}\s?(?P<unit>%)(?![\w/]|[-\u2013]\d)",
    IGNORECASE,
)
"""A difference with its sign: "lookup: -2.8%", "speed (~+1-2%)"."""
SIGNED_MEASURE = compile_pattern(
    rf"(?<=[a-z)`]\s)(?<!\bof\s)(?<!\bto\s)(?<!\bby\s)~{{0,2}}(?P<sign>[+\u2212-])(?P<amount>{NUMBER})(?P<unit>%)"
    r"(?=\s(?:[a-z]{2,12}\s)?(?:latency|time|memory|cpu|throughput|size|speed|runtime|allocations|ns/op|B/op|allocs/op)\b"
    r"|\s\(|\son\s[a-z`]|[,.;]?$)",
    IGNORECASE,
)
SIGNED_LIST = compile_pattern(
    rf"(?<=[a-z\d_)`]\s)(?<!\bof\s)(?<!\bto\s)(?<!\bby\s)(?P<sign>[+\u2212-])(?P<amount>{NUMBER})(?P<unit>%)(?:\s\([^()]{{1,20}}\))?,?\s{{1,2}}(?:and\s)?(?:[\w()/-]{{1,30}}\s){{1,3}}(?P=sign){NUMBER}%",
    IGNORECASE,
)
"""Several with one sign: "dragon +23%, emu +21%"."""
ELO = compile_pattern(rf"(?<![\w.])(?P<sign>\+)\s?(?P<amount>(?!0\b){NUMBER})\s(?P<unit>elo)\b", IGNORECASE)
SIGNED_SIZE = compile_pattern(
    rf"\((?P<sign>[\u2212-])\s?(?P<amount>{NUMBER})\s?(?P<unit>{SIZE}|{TIME})(?:\s[a-z]{{2,15}}){{0,3}}\)",
    IGNORECASE,
)
SIGNED_TITLE = compile_pattern(
    rf"^[\w ./-]{{1,40}}:\s(?P<sign>[\u2212-])(?P<amount>{NUMBER})\s?"
    r"(?P<unit>[munµ]s|[kKM]i?B|bytes|allocs?)(?=\s\(|[.,;]?$)"
)
"""All that a title says: "people: -3ms (upload is faster)"."""
COMPARED = (SIGNED_LIST, ELO)
WITH_A_SIGN = (SIGNED_LIST, SIGNED, SIGNED_MEASURE, SIGNED_SIZE, SIGNED_TITLE, ELO)
SENTENCE_END = compile_pattern(
    r"(?<=[.!?])(?<!sec\.)(?<!min\.)(?<!\bca\.)(?<!\bvs\.)(?<!\bapprox\.)\s+(?=[A-Z0-9`\"'(])(?!\(~?\d[\d.]{0,9}\s?[%x]\))|\n[^\S\n]*+\n|\n(?=[^\S\n]*+(?:[-*+]\s|\d{1,2}[.)]\s|```|[|$>\[]|[A-Z][a-z]{1,20}(?:-[a-zA-Z]{1,20}){1,3}:\s))"
)
TAG = compile_pattern(
    r"<(?:/?(?:img|p|div|br|li|ul|details|summary|table|tr|td)\b[^<>]{0,400})>|!\[[^\]\n]{0,200}\]\([^()\n]{0,400}\)"
)
"""Markup that is between sentences in the descriptions of pull requests."""
CLAUSE_END = compile_pattern(r"(?<=[;:])\s")
BULLET = compile_pattern(r"^\s*[-*+]\s+")
QUOTES = compile_pattern(
    r"(?:\[[^\]\n]{1,40}\]\s)?(?:revert\b|(?:(?:build|chore|ci|feat|fix|test)\(deps[^)\n]{0,20}\):?\s|bump\s\S{1,80}\sfrom\b)"
    r"|(?:bump|update|upgrade)\s(?:dependency\b|\S{1,80}\s(?:[a-z]{2,12}\s){0,2}to\s(?:v\d|\d+\.\d+\.\d)|\S{1,80}\srequirement\b))",
    IGNORECASE,
)
"""How messages begin that quote what others did, or undo it."""
CODE = compile_pattern(r"`[^`\n]{1,80}`")
NOT_AN_OUTCOME = compile_pattern(
    r"(?i)\b(?:bump|upgrad\w+|updat\w+|version|releas\w+|python|node|line|lines|page|pages|step|issue|pr|chapter|rows?\sof"
    r"|renam\w+|mov\w+|port(?:s|ed)?)\b[^.;\n]{0,30}$"
)
IS_CHANGED = compile_pattern(
    rf"\b(?:timeouts?|limit|interval|delay|buffer|cache|threshold|period|capacity)\b|\b{_VERB}\b[^.;]{{0,60}}$",
    IGNORECASE,
)
"""A setting or a verb: of versions there is none."""
IS_SET = compile_pattern(r"\b(?:bump(?:s|ed|ing)?|chang\w+|default|set(?:s|ting)?)\b[^.;]{0,60}$", IGNORECASE)
"""Before two amounts: they are no range."""
CHANGED = compile_pattern(
    r"\b(?:(?:check|wake|poll|run)\w*\b[^.;]{0,20}\bevery|set|chang\w+|rais\w+|increas\w+|reduc\w+|lower\w*|bump\w*|extend\w*)\b[^.;]{0,40}$",
    IGNORECASE,
)
"""Before "360 seconds instead of 30": the unit may stand once."""
RANGE_LEAD = compile_pattern(
    r"\b(?:reductions?|improvements?|speed-?ups?|gains?|savings|for\s(?:[a-z]{1,15}\s){0,2}[a-z]{1,15}(?<!\bdown)(?<!\bup)|resiz\w+|realloc\S*|sizes|rang\w+|var(?:y|ies|ied|ying)|anywhere|intervals?|buckets?|spans?|if\syou\b[^.]{0,80})\s?$",
    IGNORECASE,
)
_UNREAL_WORDS = (
    r"\b(?:would|should|expect\w*(?!\s(?:time|duration))|likely|can\sbe\sfurther|hope\w*|ideally|theoretical\w*|currently|intent|goal|aims?"
    r"|causing|causes\san?|resulting\sin\san\sincrease|saw\s(?:[a-z]{1,12}\s){1,3}with|claims?|claimed|blog|article|according\sto\s(?:its|their|the)\sauthors?|whether|(?<!check\s)(?<!checks\s)(?<!checking\s)if(?!\s(?:I|we|my)\b)|(?<![-\w])warn(?:s|ed)?|tried|trying|attempt(?:ed|ing))\b[^.;(]{0,60}$"
    r"|\bregress\w*\b[^.;(:]{0,60}$|\b(?:could|might|potential(?:ly)?|possibly|perhaps|maybe|probably|hopefully|unlike)\b[^.;,(]{0,60}$"
)
UNREAL = compile_pattern(_UNREAL_WORDS, IGNORECASE)
"""Before a statement: what would be, what was wrong, what others say."""
NO_CHANGE = compile_pattern(rf"{_UNREAL_WORDS}|\b(?:spans?|spanning|ranges?|ranging|intervals\sfrom)\s$", IGNORECASE)
DENIED = compile_pattern(
    r"(?:\b(?:not(?!\sonly\b)|never|no|without(?!\sth[ei]s?\b))\b|n't)(?:(?!\s[-\u2013\u2014]\s)[^.;,:(]){0,20}$|\bwhen\b(?!\s(?:\w{1,20}ing|needed|necessary|required|possible|used)\b)(?:(?!\b(?:is|are)\s[a-z]{2,15}\s(?:the|this|it)\b)[^.;,(]){0,40}$|\bavoid(?:s|ed|ing)?\s(?:an?|the)\s[~<>]?$|\bnot\s(?:all|every|always)\b[^.;]{0,80}$",
    IGNORECASE,
)
"""Before a difference that there is not."""
TURN = compile_pattern(r",?\sbut\s|;\s", IGNORECASE)
"""Separates clauses about different cases: "not for small inputs, but"."""
EARLIER = compile_pattern(
    r"\b(?:originally|at\sthe\s(?:cost|expense)\sof|limitation)\b[^.;,]{0,40}$|\b(?:larger|bigger|greater|longer|smaller|shorter|wider)\sthan\s$|\bfail(?:s|ed|ing)?\sto\b[^.;(]{0,60}$|\(was\s$|#\d{1,6}\s$",
    IGNORECASE,
)
"""Before a difference that was made before, or is a price."""
ELSEWHERE = compile_pattern(r"\b(?:in|by|since)\s(?:commit\s)?(?=[a-f]{0,39}\d)[0-9a-f]{7,40}\b", IGNORECASE)
"""In a sentence about what another commit did."""
ITS_PAST = compile_pattern(r"\b(?:before|after|baseline|master|main|old|previous)\b", IGNORECASE)
_COST = rf"{TIME}|{SIZE}|(?:instructions|calls|allocations|allocs|cycles|queries)\b"
AGAINST = compile_pattern(
    rf"(?<![\w.,#/-])(?P<after>{NUMBER})\s?(?P<unit>{_COST})?(?:\s\([^()\d]{{1,20}}\))?(?:\s[a-z]{{2,15}}){{0,2}}?\s(?:vs\.?|versus|compared\s(?:to|with))\s"
    rf"{ABOUT}(?P<before>{NUMBER})\s?(?P<unit_before>{_COST})?(?![\w/])",
    IGNORECASE,
)
IS_FAULT = compile_pattern(
    r"\b(?:is|was|are|were|(?<!\bto\s)be|being|got|gets?|gave|gives|returns?|returned|shows?|shown|expected|fail\w*|report\w*|seems?|stable|wrong\w*|incorrect\w*|without|description|produc(?:e|es|ed|ing)|creates?)\s[^.;]{0,60}$",
    IGNORECASE,
)
IS_BETTER = compile_pattern(
    r"\b(?:faster|quicker|speed\w*|reduc\w+|smaller|less|sav(?:es?|ed|ings?)|improv\w+|decreas\w+|shorte\w+|shr[ia]nks?|optimi[sz]\w+)\b",
    IGNORECASE,
)
IS_WORSE = compile_pattern(r"\b(?:slower|larger|bigger|longer|more|increase|regress\w*)\b", IGNORECASE)
THRESHOLD = compile_pattern(
    r"(?:\s[a-z]{1,12}){0,2}\sthan\s(?:(?:the\s)?(?:real|actual|correct)|this|that|requested|needed|necessary|required|expected|specified|thought|previously\sthought"
    r"|the\s(?:limit|maximum|minimum|default|threshold|given))\b",
    IGNORECASE,
)
"""Behind a comparative: what is compared with a limit."""
MAY_STATE = compile_pattern(
    r"\d|\bhal[fv]|\btwice\b|\bthrice\b|\b(?:double|triple|quadruple)[sd]?\b|fold\b|magnitude"
    r"|\b(?:third|quarter|fourth|fifth|sixth|tenth)s?\b|\b(?:times|percent|seconds?|minutes?|hours?)\b",
    IGNORECASE,
)
"""A digit, or a word that may be an amount."""
EACH_TIME = compile_pattern(r"\s(?:each|every)\s(?:time|step|iteration|call)\b", IGNORECASE)
"""Behind a difference of each step."""
THAN_AN_AMOUNT = compile_pattern(r"\sthan\s~?\d")
TO_AN_AMOUNT = compile_pattern(rf"\bto\s{ABOUT}\d", IGNORECASE)
IS_RATE = compile_pattern(RATE, IGNORECASE)
IS_SETTING = compile_pattern(
    r"time-?outs?|limit|interval|delay|debounc|threshold|default|\bmax|\bminimum\b|buffer|cache|period|window|capacit"
    r"|retr(?:y|ies)|budget|tolerance|deadline|back-?off|poll|\b(?:wait(?:s|ing)?|heap|stack|queue|pool|batch)\b|sleep|pause|\bttl\b|frequen|margin|ceiling|quota|expir"
    r"|\bbump|\brais(?:e|ing)|\bextend|\bsupport|\ballow|\binstead\b|\bevery\b|\bchanged\b|\bincorrect",
    IGNORECASE,
)
"""In a sentence about a value that is set: more time or space is no cost there."""
PERCENT_SIGNS = frozenset({"%", "percent", "per cent"})
_GROWN = (
    r"(?:times?|latency|overhead|duration|runtime|costs?|memory|footprint|binary|file|counts?|sizes?|usage"
    r"|allocations?)"
)
TAKES_LONGER = compile_pattern(
    rf"\b(?:increas\w+|adds?|added|grow\w*|rais\w+)\b[^.;\d]{{0,40}}\b{_GROWN}\b|\b{_GROWN}\s(?:increase|growth)\b"
    r"|\bfile\sgrow\w*\b",
    IGNORECASE,
)
"""A share by which something costs more."""
IS_NOW = compile_pattern(r"\b(?:so|now|makes?|becomes|reduces|only|will)\b[^.;]{0,40}$", IGNORECASE)
"""Before "16 bytes, not 24": the first is after the change."""
NEGATIVE = compile_pattern(r"(?<![\d%)])\s[(~]{0,2}[\u2212-]$")
"""Before an amount with the sign of what falls: "the speed changes by -8%"."""
LOSS = compile_pattern(
    r"\b(?:performance|perf|speed(?!-?\s?up)|throughput|accuracy)\b(?!\s(?:overhead|costs?|penalty|impact|hit|loss|regression|difference))"
    r"(?=[^.;]{0,30}$)",
    IGNORECASE,
)
"""What is better when it is more, in a statement that it is less."""
COVERAGE = compile_pattern(r"\bcoverage\b[^.;]{0,40}$|^\s?(?:test|code)?\s?coverage\b", IGNORECASE)
"""Before a share that is a coverage of tests."""
OF_COVERAGE = compile_pattern(r"\s(?:in|of)\s(?:[a-z]{1,12}\s){0,2}coverage\b", IGNORECASE)
"""Behind such a share."""
MORE_THAN = compile_pattern(
    r"\s(?:[\w/-]{1,20}\s){0,2}?than\s(?!before|previous|master|main|the\s(?:old|previous|current|original|last))",
    IGNORECASE,
)
"""Behind "40x more": compared with something else than before."""
SLOWER = compile_pattern(r"\bslow|\boverhead\b|\bregress|\bpenalty\b", IGNORECASE)
VERSUS = compile_pattern(r"\bvs\b|i/s\s-\s$", IGNORECASE)
MINUS = frozenset({"-", "\u2212"})
PREFIXES = frozenset({"k", "K", "M", "G"})
MULTIPLES = frozenset({"x", "\u00d7", "times"})
IS_TIME = compile_pattern(
    r"\b(?:(?<!\d\s)times?|latency|latencies|duration|runtime(?!\sperf)|(?:memory|heap|disk|cpu)\susage|footprint)\b",
    IGNORECASE,
)
IN_TIME = compile_pattern(r"\sin\s[^.;,\d]{0,40}")
"""Behind an improvement: what is improved."""
UP = (
    "optimi", "accelerat", "fast", "quicker", "more", "larger", "bigger", "higher", "speed", "sped", "grew", "grow",
    "ris", "rose", "rais", "improv", "increas", "boost", "gain", "uplift", "win", "better", "longer", "adds",
    "outperform", "out-perform", "perf", "efficient",
)  # fmt: skip
FALLS = ("reduc", "decreas", "cut", "drop", "lower", "fell", "fall", "shrink")
BETTER = ("improv", "optimi", "speed", "faster", "quicker", "win")
FASTER = ("speed", "sped", "improv", "accelerat", "boost", "optimi")
RISES = ("increas", "rais", "bump", "extend")
STATED = compile_pattern(
    r"\b(increas(?:e[sd]?|ing)|rais(?:e[sd]?|ing)|reduc(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|lower(?:s|ed|ing)?|shrink(?:s|ing)?|cut(?:s|ting)?|drop(?:s|ped|ping)?)\b",
    IGNORECASE,
)
