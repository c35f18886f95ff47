"""Outcomes in texts: numbers that changed, with their unit and direction.

A statement names two amounts ("p95 420 → 130 ms", "96 bytes, down from 104", "took 17 s, now 5 s"), or their difference
with a word of change before it ("reduces queries by 80 %", "a speedup of 3x", "saves 4 bytes") or behind it ("40 %
faster", "18 ms improvement"); and benchmarks print theirs. benchmarks/outcomes.py measures how well they are read.
Versions, ranges, dates and counts of lines are no outcome, nor is what would be, what is compared with another program,
or what a dependency announces. Nothing is computed that the text does not state; "3m36s" is 216 seconds, and a third
33.3 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

from achievement_pipeline.amounts import ABOUT, NUMBER, PERCENT, RANGE, RATE, SIZE, TIME, TIMES, UNIT, number, scale
from achievement_pipeline.benchmark_output import Change, find_changes, without_blocks, without_rows
from achievement_pipeline.parsing.patterns import IGNORECASE, Match, Pattern, compile_pattern
from achievement_pipeline.spelled_amounts import in_digits

_BEFORE = rf"(?P<before>{NUMBER})(?:[-\u2013]{NUMBER})?[\s-]?(?P<unit_before>{UNIT})?"
_AFTER = rf"(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?\s?(?P<unit>{UNIT})?"
_DIFFERENCE = rf"(?P<amount>{NUMBER}){RANGE}\s?"
_TEXT = r"(?:[^.;\n]|\.(?=\w)|(?<=\b(?:i\.e|e\.g))\.)"
"""Of one clause."""
_SPEED_UP = r"(?:speed(?:s|ed|ing)?|sped)(?:[-\s]?up|\s(?:[^\s.;]{1,40}\s){1,5}?up)"
_VERB = (
    r"(?:reduc(?!tion)\w+|decreas\w+|cut(?:s|ting)?|lower(?:s|ed|ing)?"
    r"|out-?performs?|improv(?!ement)\w+|optimi[sz](?!ation)\w+|accelerat\w+"
    r"|increas\w+|rais(?:e|es|ed|ing)|boost(?:s|ed|ing)?|shrink\w*|shrank|drop(?:s|ped|ping)?|fell|falls?(?!\sback)|grew|grows?|rose|rises?"
    rf"|shorten\w*|{_SPEED_UP})"
)
_NOUN = (
    r"(?:reductions?|decreases?|increases?|speed[-\s]?(?:ups?|boosts?)|improvements?|savings?|gains?|boosts?|uplifts?|wins?|accelerations?"
    r"|drops?(?=\sin\s(?!coverage|performance|throughput|speed|quality|accuracy)))"
)
_COMPARATIVE = (
    r"(?:faster|quicker|smaller|less|fewer|more(?!\s(?:expensive|costly|likely|memory|often|frequent\w*))|lower|higher"
    r"|cheaper|shorter|better|reduced|improved|decreased|(?<=as\s)fast)"
)
_BETWEEN = (
    r"(?:(?!(?:of|is|are|was|and|or|but|in|to|for|on|from|when|while|if|as|with|than|at|by|per|can|will|may|do|does)\b)"
    r"[a-z][a-z/._-]{1,20}\s)"
)
"""A word between a number and what it is of: "3x less", "5% overall improvement"."""
_FROM_TO = compile_pattern(
    rf"(?<![\w.,:#/-])(?<![→>])(?<![→>]\s)(?P<lead>from\s{{1,3}}(?:an?\s(?:[a-z]{{2,15}}\s){{1,3}}of\s)?{ABOUT})?[~`*]{{0,2}}{_BEFORE}"
    r"(?:\.?[`*]{0,2}\s?\([^()\n]{1,30}\))?[`*]{0,2},?\s{0,3}"
    r"(?P<link>→|⇒|-{1,2}>|=>|\b(?:(?:all\sthe\sway\s)?(?:back\s)?(?:down|up)\s)?to\b)\s{0,3}"
    rf"{ABOUT}(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?\s?(?P<unit>{UNIT})?(?![\w.-]{{0,20}}\d|\s?(?:{UNIT})?\s?(?:→|->|=>))",
    IGNORECASE,
)
_TO_FROM = compile_pattern(
    rf"\bto\s{ABOUT}(?P<after>{NUMBER})\s?(?P<unit>{UNIT})?(?:(?:\s[a-z/-]{{2,15}}){{0,4}}?\s\(|,?\s{{0,3}}\(?)"
    rf"(?:(?:down|up)\s)?from\s(?:the\s)?(?:(?:default|previous|current|original|old)\s(?:of\s)?)?{ABOUT}{_BEFORE}",
    IGNORECASE,
)
_NOW_WAS = compile_pattern(
    rf"(?<![\w.,#/-]){_AFTER}[\s`*)]{{0,3}}[,;(]?\s{{0,2}}(?:(?P<link>(?:down|up|reduced|decreased|increased)\sfrom"
    rf"|\(?(?:was|previously|formerly)|rather\sthan|instead\sof(?:\spreviously(?:\sused)?|\sthe\s(?:old|previous|former))?))\s{ABOUT}{_BEFORE}(?![\w.-]{{0,20}}\d)",
    IGNORECASE,
)
"""The new amount first: "96 bytes (down from 104)"."""
_INSTEAD = compile_pattern(
    rf"(?<![\w.,#/-])(?P<after>{NUMBER})[\s-]?(?P<unit>{UNIT})(?:\s[^\s.;:]{{1,30}}){{1,6}}?\s\(?(?P<link>instead\sof)\s{ABOUT}{_BEFORE}"
    r"(?![\w.-]{0,20}\d)",
    IGNORECASE,
)
"""With what it is of between: "an 8-byte string for names (instead of 16 bytes)"."""
_MEASURED = compile_pattern(
    r"\b(?:now|takes?|took|taking|only|uses?|using|needs?|runs?|ran|reduced?|makes?|try|wait(?:s|ing)?|averag\w{2,5})\b[^.;]{0,15}$",
    IGNORECASE,
)
_VERB_TO = compile_pattern(
    rf"\b(?:{_VERB}|tak(?:es|ing)|brings?|turns?)\s(?:(?:a|an|the|our|its)\s)?{ABOUT}{_BEFORE}\s(?:[a-z-]{{1,20}}\s){{1,4}}?"
    rf"(?P<link>(?:down\s)?to)\s{ABOUT}{_AFTER}(?![\w/])",
    IGNORECASE,
)
"""With what it is of between: "reduces a 70mb executable to 16mb"."""
_NOW_AGAINST_BEFORE = compile_pattern(
    rf"(?<![\w.,#/-]){_AFTER},?\s\(?(?:vs\.?|versus|compared\s(?:to|with)|against)(?P<link>)\s{ABOUT}{_BEFORE}\s(?:before|previously|originally"
    r"|on\s(?:master|main))\b",
    IGNORECASE,
)
_WITH_WITHOUT = compile_pattern(
    rf"(?<![\w.,#/-]){_AFTER}\swith\sth(?:is|e)\s[a-z]{{2,12}}[,;]?\s(?P<link>(?:and\s|vs\.?\s|instead\sof\s)?){ABOUT}{_BEFORE}\swithout\b",
    IGNORECASE,
)
_WAS = (
    r"\b(?:used\sto\s(?:take|be|need|use)|previously|before(?!\s?[:=])|formerly|originally|instead\sof|took|was|were)\b"
    rf"[^;:]{{0,60}}?(?<![\w.,#/-]){ABOUT}(?P<before>{NUMBER})(?:[-\u2013]{NUMBER})?[\s-]?(?P<unit_before>{UNIT}).{{0,80}}?"
)
_WAS_NOW = compile_pattern(
    rf"{_WAS}(?P<link>\b(?:now|afterwards"
    r"|after(?:\s(?:this|my|the)\s(?:change|commit|patch|pr|fix)|(?=,[^\d]{0,40}\d|[^\d:=]{0,12}\d))"
    r"|currently|down\sto|reduc\w+\s(?:it|this|that)\sto|takes|with\sthis)\b)[^\d:]{0,60}?"
    rf"(?<![\w.])(?P<after>{NUMBER})\s?(?P<unit>{UNIT})(?![\w/])",
    IGNORECASE,
)
_WAS_NOW_BARE = compile_pattern(
    rf"{_WAS}(?P<link>\b(?:now\s(?:it\s)?(?:takes|is|uses|needs)|it\s(?:now\s)?takes"
    r"|(?:reduc|cut|bring|lower|drop)\w*\s(?:it|this|that)\s(?:down\s)?to)\b)\s"
    rf"{ABOUT}(?P<after>{NUMBER})(?P<unit>)(?=[.,;)]?(?:\s|$))",
    IGNORECASE,
)
"""With the unit once: "it took 5 s, now it takes 2"."""
_BEFORE_AFTER = compile_pattern(
    rf"(?<![\w.,#/-]){_BEFORE}[\s(]{{1,2}}(?:before|previously|originally|on\s(?:master|main))\b(?P<link>[\s,;)]{{1,3}}(?:(?:and|but|to|vs\.?|→|->)\s)?(?:only\s|just\s)?)"
    rf"{ABOUT}{_AFTER}[\s(]{{1,2}}(?:after|now|with\s(?:this|the)|on\sthis)\b",
    IGNORECASE,
)
_THIS_TO = compile_pattern(
    rf"(?<![\w.,#/-]){_BEFORE}[^\d]{{0,100}}?(?P<link>\b(?:reduc|increas|lower|rais|cut|bring|drop|shrink|bump)(?:es?|s|ed|ing)?\s"
    rf"(?:it|that|this)\s(?:down\s|up\s)?to|\.\s(?:Increase|Reduce|Raise|Lower|Decrease|Bump)(?:s|d|ed)?\sto)\s{ABOUT}(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?\s?(?P<unit>{UNIT})?(?![\w/])",
    IGNORECASE,
)
_NOW_PREVIOUSLY = compile_pattern(
    rf"(?<![\w.,#/-]){_AFTER}[^\d]{{0,140}}?\b(?P<link>previously|used\sto\s(?:be|take))\b[^\d]{{0,40}}?{_BEFORE}(?![\w/])",
    IGNORECASE,
)
_OLD = r"\b(?:old|original|previous|existing)\s[a-z]{2,20}\b[^\d;]{0,60}?"
_NEW = r"\bnew\s[a-z]{2,20}\b[^\d;]{0,60}?"
_OLD_NEW = compile_pattern(
    rf"{_OLD}(?<![\w.,#/-]){_BEFORE}(?P<link>[^\d;].{{0,80}}?{_NEW})(?<![\w.,#/-]){_AFTER}(?![\w/])", IGNORECASE
)
_NEW_OLD = compile_pattern(
    rf"{_NEW}(?<![\w.,#/-]){_AFTER}(?P<link>[^\d;].{{0,80}}?{_OLD})(?<![\w.,#/-]){_BEFORE}(?![\w/])", IGNORECASE
)
_FROM_X_TO = compile_pattern(
    rf"\bfrom\s(?:(?!anywhere|between)[a-z]{{2,12}}\s){{0,3}}?{ABOUT}(?P<before>{NUMBER})[\s-]?(?P<unit_before>{UNIT})(?:,?\s[^\s;]{{1,30}}){{0,8}}?,?"
    rf"\s(?P<link>(?:down\s|up\s|back\s)?to)\s(?:[a-z]{{2,12}}\s){{0,3}}?{ABOUT}(?P<after>{NUMBER})(?:[-\u2013]{NUMBER})?"
    rf"[\s-]?(?P<unit>{UNIT})(?![\w/])",
    IGNORECASE,
)
"""With what it is of between: "from 14.3 seconds on main to 1.2 seconds"."""
_SETTING_NOUN = r"timeout|limit|interval|delay|period|threshold|window|tolerance|budget|size"
_RAISED = compile_pattern(
    rf"\b(?P<verb>increase[sd]?|raise[sd]?|lower(?:s|ed)?|reduce[sd]?|decrease[sd]?)\s(?:[\w-]{{1,20}}\s){{0,4}}?(?P<noun>{_SETTING_NOUN})"
    rf"(?:\s[a-z]{{2,12}}){{0,4}}?\sto\s{ABOUT}(?P<after>{NUMBER})\s?(?P<unit>{TIME}|{SIZE})(?![\w/])",
    IGNORECASE,
)
_SETTING_OF = compile_pattern(
    rf"(?:\b(?P<noun_before>{_SETTING_NOUN})s?\s(?:of|was|is)\s{ABOUT}|(?<![\w.,:#/-]))(?P<before>{NUMBER})[\s-]?(?P<unit_before>{TIME}|{SIZE})"
    rf"(?:(?<=[a-zB])\s(?:[\w-]{{1,20}}\s){{0,2}}?(?P<noun>{_SETTING_NOUN})s?\b|\s(?:is|was)\s(?:not|too|sometimes|barely)\b|(?(noun_before)|(?!)))",
    IGNORECASE,
)
_APART = (_WAS_NOW, _WAS_NOW_BARE, _THIS_TO, _NOW_PREVIOUSLY, _OLD_NEW, _NEW_OLD)
"""Forms that may take two sentences."""
_UNIT_ONCE = (_WAS_NOW_BARE, _THIS_TO)
_OF_ONE_MEASURE = (*_APART, _VERB_TO, _FROM_X_TO)
_COUNTED = compile_pattern(
    rf"\b(?:{_VERB}|go(?:es|ing)?|went|down|changes)\b[^.;\n]{{0,60}}?\b(?P<unit>[a-z]{{2,20}}s)[`'\"]?\s"
    r"from\s(?P<before>\d{1,7})\s(?:down\s|up\s)?to\s(?:just\s|only\s)?(?P<after>\d{1,7})\b(?![.\d])",
    IGNORECASE,
)
"""Things that are counted: "reduces the number of stat syscalls from 3 to 1"."""
_COUNTED_BETWEEN = compile_pattern(
    rf"\b(?:{_VERB}|go(?:es|ing)?|went|down|changes)\b[^.;\n]{{0,60}}?\bfrom\s{ABOUT}(?P<before>{NUMBER})\s"
    rf"(?:[a-z-]{{2,15}}\s){{0,2}}?(?P<unit>[a-z]{{3,20}}s)\s(?:down\s|up\s|back\s)?to\s{ABOUT}(?P<after>{NUMBER})\b(?![.\d])",
    IGNORECASE,
)
"""Named once, between: "drops from 254 loaded modules to 44"."""
_COUNTED_AFTER = compile_pattern(
    rf"(?<![\w.,#/-])~?(?P<before>{NUMBER})\s?(?:->|→)\s?~?(?P<after>{NUMBER})\s(?:[a-z-]{{2,15}}\s){{0,2}}?"
    r"(?P<unit>calls|allocations|allocs|queries|objects|instructions|nodes|modules|requests|loads|stores)\b",
    IGNORECASE,
)
_RELATIVE = compile_pattern(
    rf"(?<![\w.,#/-])(?P<amount>{NUMBER})\s?(?:±\s?{NUMBER}\s?|(?:%|x\b)?\s?(?:-|\u2013|to\b)\s?~?{NUMBER}\s?)?"
    rf"(?P<unit>{PERCENT}|{TIMES})[)`*_+]{{0,3}}\s?(?:or\sso\s)?(?:as\s(?=fast))?"
    rf"{_BETWEEN}{{0,3}}?"
    rf"(?P<word>{_COMPARATIVE}|{_NOUN})\b",
    IGNORECASE,
)
_SPEEDUP = compile_pattern(
    rf"(?<![\w.,#/-])(?P<amount>{NUMBER})\s?(?P<unit>x\b|\u00d7)\s(?:(?!(?:and|or|but|of|in|to|than|with|for|from|on|as|is)\b)[a-z0-9][\w/.+-]{{0,20}}\s){{1,6}}?(?P<word>speed[-\s]?ups?)\b",
    IGNORECASE,
)
"""With names between: "1.07x AVX3 64-bit sort speedup"."""
_ABSOLUTE = compile_pattern(
    rf"(?<![\w.,#/-])(?P<amount>{NUMBER}){RANGE}\s?(?P<unit>{TIME}|{SIZE}|{RATE})\s{_BETWEEN}{{0,2}}"
    r"(?P<word>faster|quicker|smaller|shorter|less|cheaper|speed[-\s]?ups?|improvements?|reductions?|decreases?"
    r"|savings?|wins?)\b",
    IGNORECASE,
)
_FASTER_BY = compile_pattern(
    r"\b(?P<word>faster|quicker|smaller|cheaper|less|fewer)\s(?:by|around|about|roughly|up\sto|at\sleast|almost|(?=~))\s?"
    rf"{ABOUT}{_DIFFERENCE}(?P<unit>{UNIT}|{TIMES})",
    IGNORECASE,
)
_FASTER_SHARE = compile_pattern(
    rf"\b(?P<word>faster|quicker)\b(?:{_TEXT}{{0,60}}\s(?=\()|\s(?=~)){ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT}|{TIMES})",
    IGNORECASE,
)
_FEWER = compile_pattern(
    r"(?<![\w.,#/-])(?P<amount>\d{1,6})\s(?P<word>less|fewer)\s(?P<unit>(?!lines|words|tests|files)[a-z]{3,20}s)\b",
    IGNORECASE,
)
_BY = compile_pattern(
    rf"\b(?P<word>{_VERB}|speed(?:s|ed|ing)?)\b(?P<what>{_TEXT}{{0,80}}?)\s\(?(?:by|with(?=\s[~\d]))\s{ABOUT}{_DIFFERENCE}(?P<unit>{UNIT}|{TIMES})",
    IGNORECASE,
)
_WITHOUT_BY = compile_pattern(
    rf"\b(?P<word>{_VERB})\b(?P<what>(?:[^.;:\n]|\.(?=\w)){{0,80}}?)"
    r"(?<!\bto)(?<!\bat)(?<!\bof)(?<!\bfrom)(?<!\bthan)(?<!\bis)(?<!\bfor)(?<!\babove)(?<!\bbelow)(?<!\bover)(?<!\bunder)(?<!about)(?<!around)(?<!roughly)(?<!nearly)(?<!almost)(?<!approximately)"
    rf"\s(?:with\s|in\s)?(?!over|at\s|less|more){ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT}|{TIMES})[`*)]{{0,3}}"
    r"(?=$|[,.;:)!]|\s(?:on|for|when|with|across|depending|or\sso|using|by|via|due|thanks|because|over|compared|since|based|after|in\s(?:some|the|my|our|all|most)|and|but|\((?:#\d|faster)))",
    IGNORECASE,
)
"""As titles have it: "speed up `in series` 10x", "improve the parser (~4%)"."""
_OF = compile_pattern(
    rf"\b(?P<word>{_NOUN})\b(?P<what>{_TEXT}{{0,60}}?)(?<!minimum)(?<!maximum)(?<!total)(?<!default)(?:\s(?:of|is|was|are|by|on(?=\s[~\d][\d.,]{{0,9}}\s?(?:%|x\b))|being|between|(?:ranges|anywhere)\sfrom)|:)\s{ABOUT}{_DIFFERENCE}"
    rf"(?P<unit>{UNIT}|{TIMES})(?!,\snot\b)",
    IGNORECASE,
)
_OF_SHARE = compile_pattern(
    rf"\b(?P<word>{_NOUN})\b(?P<what>[^.;\n]{{0,60}}?)(?<!\bto)\s(?=[(~+]){ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT}|{TIMES})",
    IGNORECASE,
)
"""In parentheses: "a noticeable improvement (of the order of 10%)"."""
_FACTOR = compile_pattern(
    rf"\b(?P<word>{_VERB}|{_NOUN}|{_COMPARATIVE})\b{_TEXT}{{0,80}}?\s\(?(?:by\s|of\s)?{ABOUT}factor\s(?:of\s)?[>~]?\s?{ABOUT}x?(?P<amount>{NUMBER})",
    IGNORECASE,
)
_WITHOUT_BY_ABOUT = compile_pattern(
    rf"\b(?P<word>{_VERB})\b(?P<what>(?:[^.;:\n]|\.(?=\w)){{0,80}}?)"
    r"(?<!\bto)(?<!\bat)(?<!\bof)(?<!\bfrom)(?<!\bthan)(?<!\bis)(?<!\bfor)(?<!\bin)(?<!\bafter)(?<!\bwithin)(?<!\bevery)(?<!\bno)"
    rf"\s(?=~|about|around|roughly|approximately|nearly|almost|more\sthan){ABOUT}{_DIFFERENCE}(?P<unit>{TIME}|{SIZE})(?!\s(?:to|->|→))",
    IGNORECASE,
)
"""Where "about" stands for "by": "reduces the binary about 170 kB"."""
_IMPROVES = compile_pattern(
    rf"\b(?P<word>improv(?:e|es|ed|ing)|increas(?:e|es|ed)|reduc(?:e|es|ed))\s{ABOUT}{_DIFFERENCE}(?P<unit>{PERCENT})\s(?!of\b)[a-z]",
    IGNORECASE,
)
_SAVES = compile_pattern(
    rf"(?:\b(?P<word>sav(?:e|es|ed|ing):?|reduc(?:e|es|ed|ing)|shav(?:e|es|ed|ing)(?:\soff)?|adds|gains?|tak(?:es|ing)\soff)\s"
    rf"(?:us\s(?:from\s\w{{3,12}}ing\s)?)?{ABOUT}|(?<!\S)[-\u2212]){_DIFFERENCE}(?P<unit>{UNIT})",
    IGNORECASE,
)
_REMOVES = compile_pattern(
    rf"\b(?P<word>remov(?:e|es|ed|ing)|eliminat(?:e|es|ed|ing)|cut(?:s|ting)?(?:\s(?:out|off))?|trims?|frees?(?:\sup)?|knock(?:s|ed)?\soff)\s"
    rf"{ABOUT}{_DIFFERENCE}(?P<unit>{UNIT})(?=\s(?:[a-z]{{2,12}}\s){{0,2}}(?:from|per|off|on\severy|of)\b|[.,;)]|$)",
    IGNORECASE,
)
_IS_CUT = compile_pattern(
    rf"(?<![\w.,#/-])(?P<amount>{NUMBER}){RANGE}\s?(?P<unit>{PERCENT}|{TIME}|{SIZE})\s(?:of\s[^.;\d]{{1,50}}\s)?(?:is|are|was|were|gets?|has\sbeen|have\sbeen)\s"
    r"(?:now\s)?(?P<word>cut|saved|removed|eliminated|shaved|freed)\b",
    IGNORECASE,
)
"""The amount first: "30% of the time is cut"."""
_REDUCED = compile_pattern(
    rf"\(\s?(?P<word>reduced|saved|saves|saving)\s{ABOUT}{_DIFFERENCE}(?P<unit>{UNIT})", IGNORECASE
)
_DROPS = compile_pattern(
    rf"\b(?P<word>drop(?:s|ped)?|strip(?:s|ped)?|remov(?:e|es|ed))\s{ABOUT}{_DIFFERENCE}(?P<unit>[kmg]i?b|calls|queries|allocs|allocations|instructions)\b(?!\s(?:limit|size))",
    IGNORECASE,
)
_SIGNED = compile_pattern(
    rf"(?:\w:\s|\()~?(?P<sign>[+\u2212-])(?P<amount>{NUMBER}){RANGE}\s?(?P<unit>%)(?![\w/]|[-\u2013]\d)", IGNORECASE
)
"""A difference with its sign: "lookup: -2.8%", "speed (~+1-2%)"."""
_SIGNED_MEASURE = compile_pattern(
    rf"(?<=[a-z)`]\s)(?P<sign>[+\u2212-])(?P<amount>{NUMBER})(?P<unit>%)"
    r"(?=\s(?:[a-z]{2,12}\s)?(?:latency|time|memory|cpu|throughput|size|speed|runtime|allocations|ns/op|B/op|allocs/op)\b"
    r"|\s\(|[,.;]?$)",
    IGNORECASE,
)
_SIGNED_SIZE = compile_pattern(rf"\((?P<sign>[\u2212-])\s?(?P<amount>{NUMBER})\s?(?P<unit>{SIZE})\)", IGNORECASE)
_SENTENCE_END = compile_pattern(
    r"(?<=[.!?])(?<!sec\.)(?<!min\.)(?<!\bca\.)(?<!\bvs\.)(?<!\bapprox\.)\s+(?=[A-Z0-9`\"'(])|\n[^\S\n]*+\n|\n(?=[^\S\n]*+(?:[-*+]\s|```|[|$>\[]))"
)
_TAG = compile_pattern(
    r"<(?:/?(?:img|p|div|br|li|ul|details|summary|table|tr|td)\b[^<>]{0,400})>|!\[[^\]\n]{0,200}\]\([^()\n]{0,400}\)"
)
"""Markup that is between sentences in the descriptions of pull requests."""
_CLAUSE_END = compile_pattern(r"(?<=[;:])\s")
_BULLET = compile_pattern(r"^\s*[-*+]\s+")
_QUOTES = compile_pattern(
    r"(?:\[[^\]\n]{1,40}\]\s)?(?:revert\b|(?:(?:build|chore|ci|feat|fix|test)\(deps[^)\n]{0,20}\):?\s|bump\s\S{1,80}\sfrom\b)"
    r"|(?:bump|update)\s(?:dependency\b|\S{1,80}\srequirement\b))",
    IGNORECASE,
)
"""How messages begin that quote what others did, or undo it."""
_CODE = compile_pattern(r"`[^`\n]{1,80}`")
_NOT_AN_OUTCOME = compile_pattern(
    r"(?i)\b(?:bump|upgrad\w+|updat\w+|version|releas\w+|python|node|line|lines|page|pages|step|issue|pr|chapter|rows?\sof"
    r"|renam\w+|mov\w+|port(?:s|ed)?)\b[^.;\n]{0,30}$"
)
_IS_CHANGED = compile_pattern(
    rf"\b(?:timeouts?|limit|interval|delay|buffer|cache|threshold|period|capacity)\b|\b{_VERB}\b[^.;]{{0,60}}$",
    IGNORECASE,
)
"""A setting or a verb: of versions there is none."""
_RANGE_LEAD = compile_pattern(
    r"\b(?:reductions?|improvements?|speed-?ups?|gains?|savings|for\s(?:[a-z]{1,15}\s){0,2}[a-z]{1,15}|resiz\w+|realloc\S*|sizes|rang\w+|var(?:y|ies|ied|ying)|anywhere|intervals?|buckets?|spans?|if\syou\b[^.]{0,80})\s?$",
    IGNORECASE,
)
_UNREAL_WORDS = (
    r"\b(?:would|should|expect\w*|hope\w*|ideally|theoretical\w*|currently|intent|goal|aims?"
    r"|causing|claims?|claimed|regress\w*|blog|article|according\sto\s(?:its|their|the)\sauthors?|whether|(?<!check\s)(?<!checks\s)(?<!checking\s)if|warn\w*)\b[^.;]{0,60}$"
    r"|\b(?:could|might|potential(?:ly)?|possibly|perhaps|maybe|probably|hopefully)\b[^.;,]{0,60}$"
)
_UNREAL = compile_pattern(_UNREAL_WORDS, IGNORECASE)
"""Before a statement: what would be, what was wrong, what others say."""
_NO_CHANGE = compile_pattern(rf"{_UNREAL_WORDS}|\b(?:spans?|spanning|ranges?|ranging|intervals\sfrom)\s$", IGNORECASE)
_DENIED = compile_pattern(
    r"(?:\b(?:not(?!\sonly\b)|never|no|without(?!\sth[ei]s?\b))\b|n't)[^.;,(]{0,20}$|\bwhen\b(?!\s\w{1,20}ing\b)[^.;,]{0,40}$|\bnot\s(?:all|every|always)\b[^.;]{0,80}$",
    IGNORECASE,
)
"""Before a difference that there is not."""
_ITS_PAST = compile_pattern(r"\b(?:before|after|baseline|master|main|old|previous)\b", IGNORECASE)
_COST = rf"{TIME}|{SIZE}|(?:instructions|calls|allocations|allocs|cycles|queries)\b"
_AGAINST = compile_pattern(
    rf"(?<![\w.,#/-])(?P<after>{NUMBER})\s?(?P<unit>{_COST})?(?:\s[a-z]{{2,15}}){{0,2}}?\s(?:vs\.?|versus|compared\s(?:to|with))\s"
    rf"{ABOUT}(?P<before>{NUMBER})\s?(?P<unit_before>{_COST})?(?![\w/])",
    IGNORECASE,
)
_IS_FAULT = compile_pattern(
    r"\b(?:is|was|are|were|be|being|got|gets?|gave|gives|returns?|returned|shows?|shown|expected|fail\w*|report\w*|seems?|stable|wrong\w*|incorrect\w*|without|description)\s[^.;]{0,60}$",
    IGNORECASE,
)
_IS_BETTER = compile_pattern(
    r"\b(?:faster|quicker|speed\w*|reduc\w+|smaller|less|sav(?:es?|ed|ings?)|improv\w+|decreas\w+|shorte\w+|shr[ia]nks?|optimi[sz]\w+)\b",
    IGNORECASE,
)
_IS_WORSE = compile_pattern(r"\b(?:slower|larger|bigger|longer|more|increase|regress\w*)\b", IGNORECASE)
_THRESHOLD = compile_pattern(
    r"(?:\s[a-z]{1,12}){0,2}\sthan\s(?:(?:the\s)?(?:real|actual|correct)|this|that|requested|needed|necessary|required|expected|specified|thought|previously\sthought"
    r"|the\s(?:limit|maximum|minimum|default|threshold|given))\b",
    IGNORECASE,
)
"""Behind a comparative: what is compared with a limit."""
_MAY_STATE = compile_pattern(
    r"\d|\bhal[fv]|\btwice\b|\bthrice\b|\b(?:double|triple|quadruple)[sd]?\b|fold\b|magnitude"
    r"|\b(?:third|quarter|fourth|fifth|sixth|tenth)s?\b|\b(?:times|percent|seconds?|minutes?|hours?)\b",
    IGNORECASE,
)
"""A digit, or a word that may be an amount."""
_THAN_AN_AMOUNT = compile_pattern(r"\sthan\s~?\d")
_TO_AN_AMOUNT = compile_pattern(rf"\bto\s{ABOUT}\d", IGNORECASE)
_SLOWER = compile_pattern(r"\bslow|\boverhead\b|\bregress", IGNORECASE)
_VERSUS = compile_pattern(r"\bvs\b|i/s\s-\s$", IGNORECASE)
_PREFIXES = frozenset({"k", "K", "M", "G"})
_TIMES = frozenset({"x", "\u00d7", "times"})
_IS_TIME = compile_pattern(r"\b(?:times?|latency|latencies|duration|runtime)\b", IGNORECASE)
_UP = (
    "optimi", "accelerat", "fast", "quicker", "more", "larger", "bigger", "higher", "speed", "sped", "grew", "grow",
    "ris", "rose", "rais", "improv", "increas", "boost", "gain", "uplift", "win", "better", "longer", "adds",
    "outperform", "out-perform",
)  # fmt: skip
_BETTER = ("improv", "optimi", "speed", "faster", "quicker", "win")
_FASTER = ("speed", "sped", "improv", "accelerat", "boost", "optimi")
_RISES = ("increas", "rais")
_STATED = compile_pattern(
    r"\b(increas(?:e[sd]?|ing)|rais(?:e[sd]?|ing)|reduc(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|lower(?:s|ed|ing)?|shrink(?:s|ing)?|cut(?:s|ting)?|drop(?:s|ped|ping)?)\b",
    IGNORECASE,
)
_LONGEST_TEXT = 20_000
_LONGEST_SENTENCE = 400
_MOST = 20
_NEAR = 60
"""Characters behind two amounts in which a word may say which is better."""


class Direction(StrEnum):
    """Which way a number went."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Outcome:
    """A change that a text states in numbers."""

    sentence: str
    """The sentence that states it, on one line; two where the first has the amount before."""
    before: float | None
    after: float | None
    """Both, or where only the difference is stated, neither."""
    amount: float | None
    """The stated difference."""
    unit: str
    direction: Direction | None
    """None where the numbers are equal."""


def find_outcomes(text: str) -> list[Outcome]:
    """Return the outcomes that a text states: those of its sentences, at most one each, then rows of benchmarks."""
    text = _TAG.sub("\n\n", text[:_LONGEST_TEXT])
    if _QUOTES.match(text.lstrip()):
        return []
    return [*_in_sentences(without_blocks(without_rows(text))), *map(_measured, find_changes(text))][:_MOST]


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences and list items of a text, each on one line. Very long ones are left out."""
    for part in _SENTENCE_END.split(text):
        sentence = " ".join(_BULLET.sub("", part).split())
        clauses = [sentence] if len(sentence) <= _LONGEST_SENTENCE else _CLAUSE_END.split(sentence)
        yield from (clause for clause in clauses if 0 < len(clause) <= _LONGEST_SENTENCE)


def _in_sentences(text: str) -> Iterator[Outcome]:
    """Yield the outcome of each sentence, else of it with the one before."""
    on_one_line = " ".join(text.split())
    found_before = False
    for last, sentence in pairwise(["", *sentences(text)]):
        found = _outcome(sentence)
        both = f"{last} {sentence}"
        if not found and last and not found_before and both in on_one_line:
            found = _in_two(both)
        found_before = found is not None
        if found:
            yield found


def _in_two(both: str) -> Outcome | None:
    """Return the outcome that two sentences state together."""
    if not _MAY_STATE.search(both):
        return None
    plain = in_digits(both)
    found = next((outcome for pattern in _APART if (outcome := _two_amounts(plain, pattern))), None)
    found = found or _setting(plain)
    return replace(found, sentence=both) if found else None


def _setting(text: str) -> Outcome | None:
    """Read a setting whose value stands before: "The timeout of 2 s is too short. Increase the timeout to 5 s."."""
    for match in _RAISED.finditer(text):
        for before in _SETTING_OF.finditer(text, 0, match.start()):
            values = (number(before["before"]), before["unit_before"], number(match["after"]), match["unit"])
            noun = before["noun"] or before["noun_before"] or match["noun"]
            direction = _direction_between(*values)
            if noun.casefold() == match["noun"].casefold() and direction is _stated_direction(match["verb"]):
                return Outcome(text, values[0], values[2], None, match["unit"], direction)
    return None


def _outcome(sentence: str) -> Outcome | None:
    if not _MAY_STATE.search(sentence):
        return None
    plain = in_digits(sentence)
    found = next((found for read in _FORMS if (found := read(plain))), None)
    return replace(found, sentence=sentence) if found else None


def _measured(change: Change) -> Outcome:
    if change.before is None or change.after is None:
        difference = change.difference or 0
        return Outcome(change.words, None, None, abs(difference), change.unit, _compared(0, difference))
    direction = _direction_between(change.before, change.unit_before, change.after, change.unit)
    return Outcome(change.words, change.before, change.after, None, change.unit, direction)


def _from_to(sentence: str) -> Outcome | None:
    patterns = (
        _TO_FROM,
        _VERB_TO,
        _FROM_TO,
        _NOW_WAS,
        _INSTEAD,
        _NOW_AGAINST_BEFORE,
        _WITH_WITHOUT,
        _BEFORE_AFTER,
        _FROM_X_TO,
        *_APART,
    )
    return next((found for pattern in patterns if (found := _two_amounts(sentence, pattern))), None)


def _two_amounts(sentence: str, pattern: Pattern[str]) -> Outcome | None:
    for match in pattern.finditer(sentence):
        lead = sentence[: match.start()]
        unit = match["unit"] or match["unit_before"] or ""
        before, after = number(match["before"]), number(match["after"])
        starts_at_nothing = before == 0 and unit != "%"
        if not unit or starts_at_nothing or not _is_change(match, lead) or _NO_CHANGE.search(lead):
            continue
        direction = _direction_between(before, match["unit_before"] or unit, after, match["unit"] or unit)
        stated = _stated_direction(match.groupdict().get("link") or "") or _stated_direction(lead)
        if stated and stated is not direction and match.re in _UNIT_ONCE:
            continue
        direction = direction if match["unit"] and match["unit_before"] else stated or direction
        is_fault = pattern is _WAS_NOW and direction is Direction.UP and scale(unit)
        if not is_fault and (direction or before == after):
            return Outcome(sentence, before, after, None, unit, direction)
    return None


def _is_change(match: Match[str], lead: str) -> bool:
    """Whether two amounts are one before and one after, and no range, version or mixture of measures."""
    link = (match["link"] if "link" in match.re.groupindex else "").casefold()
    has_both = bool(match["unit"] and match["unit_before"])
    if match.re in _OF_ONE_MEASURE:
        if not match["unit"]:
            return match["unit_before"] is not None and match.re in _UNIT_ONCE
        is_range = match.re is _FROM_X_TO and _RANGE_LEAD.search(lead) and not _STATED.search(lead)
        return has_both and not is_range and _measures(match["unit"]) == _measures(match["unit_before"])
    if link == "to":
        falls = has_both and _direction_between(*_both(match)) is Direction.DOWN
        is_range = not falls and (not match["lead"] or (_RANGE_LEAD.search(lead) and not _STATED.search(lead)))
        return not is_range and (has_both or not _is_other(lead))
    if match.re is _INSTEAD:
        is_fault = not lead.strip() or _IS_FAULT.search(f"{lead}{match[0]} ")
        return _MEASURED.search(lead) is not None or (has_both and not is_fault)
    if link in {"instead of", "rather than"}:
        return _MEASURED.search(lead) is not None or (has_both and bool(lead.strip()) and not _IS_FAULT.search(lead))
    return has_both or not _is_other(lead)


def _is_other(lead: str) -> bool:
    """Whether two amounts are of something that no outcome is about, such as a version."""
    return _NOT_AN_OUTCOME.search(_CODE.sub("", lead)) is not None and not _IS_CHANGED.search(lead)


def _both(match: Match[str]) -> tuple[float, str, float, str]:
    unit_before, unit = (match[name] or "" for name in ("unit_before", "unit"))
    return number(match["before"]), unit_before, number(match["after"]), unit


def _measures(unit: str) -> str:
    found = scale(unit)
    return found[0] if found else unit.casefold()


def _direction_between(before: float, unit_before: str, after: float, unit: str) -> Direction | None:
    first, second = scale(unit_before), scale(unit)
    if first and second and (first[0] == second[0] or unit_before in _PREFIXES):
        return _compared(before * first[1], after * second[1])
    return _compared(before, after) if unit.casefold().startswith(unit_before.casefold()) else None


def _stated_direction(text: str) -> Direction | None:
    """Return the direction that a verb states: of "increase from 16384 to 2 MiB" the numbers tell the wrong one."""
    found = _STATED.findall(text)
    return (Direction.UP if found[-1].casefold().startswith(_RISES) else Direction.DOWN) if found else None


def _compared(before: float, after: float) -> Direction | None:
    return None if before == after else Direction.UP if after > before else Direction.DOWN


def _counted(sentence: str) -> Outcome | None:
    match = _first(sentence, _COUNTED, _COUNTED_BETWEEN, _COUNTED_AFTER)
    if not match or _NOT_AN_OUTCOME.search(f"{sentence[: match.start('unit')]}{match['unit']} "):
        return None
    before, after = number(match["before"]), number(match["after"])
    return Outcome(sentence, before, after, None, match["unit"], _compared(before, after))


def _first(sentence: str, *patterns: Pattern[str]) -> Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(sentence))), None)


def _difference(pattern: Pattern[str]) -> Callable[[str], Outcome | None]:
    """Return a reader of the difference that an expression finds with its word."""

    def read(sentence: str) -> Outcome | None:
        for match in pattern.finditer(sentence):
            if _is_stated(match, sentence):
                unit = match.groupdict().get("unit", "x")
                return Outcome(sentence, None, None, number(match["amount"]), unit, _direction(match, sentence))
        return None

    return read


def _is_stated(match: Match[str], sentence: str) -> bool:
    """Whether a difference is one that the change made."""
    word = (match["word"] or "").casefold()
    lead = sentence[: match.start()]
    amount = number(match["amount"])
    is_none = amount == 0 or (match.groupdict().get("unit", "x").casefold() in _TIMES and amount <= 1)
    if is_none or _UNREAL.search(lead) or _DENIED.search(lead):
        return False
    if not word:
        return match["unit"].casefold().startswith("alloc")
    if match.re is _WITHOUT_BY and not _is_of_verb(match, word):
        return False
    if _is_of_something_else(match, sentence, word):
        return False
    is_limit = (word.startswith(_RISES) and "up to" in match[0]) or _THRESHOLD.match(sentence, match.end())
    return not is_limit and (not _VERSUS.search(lead) or _ITS_PAST.search(sentence) is not None)


def _is_of_something_else(match: Match[str], sentence: str, word: str) -> bool:
    """Whether an amount is a value or the one before: "8 bytes less than 40", "instead of 4", "adds 100 % coverage"."""
    is_before = sentence[: match.start("amount")].rstrip("~ ").endswith("instead of")
    is_value = match.re is _ABSOLUTE and _THAN_AN_AMOUNT.match(sentence, match.end()) is not None
    is_first = match.re is _OF and "from " in match["what"]
    return is_before or is_value or is_first or (word == "adds" and match["unit"] == "%")


def _is_of_verb(match: Match[str], word: str) -> bool:
    """Whether an amount without "by" is how much: not how often, nor to what amount."""
    how_often = match["unit"] == "times" and not word.startswith(_FASTER)
    return not how_often and not _TO_AN_AMOUNT.search(match["what"])


def _direction(match: Match[str], sentence: str) -> Direction:
    word = (match["word"] or "").casefold()
    found = match.groupdict()
    measured = scale(found.get("unit") or "")
    is_behind = word.startswith(("improvement", "improved"))
    what = found.get("what") or (sentence[max(0, match.start() - _NEAR) : match.start()] if is_behind else "")
    is_rate = bool(measured and measured[0].endswith(("/s", "/sec", "second", "ps")))
    is_of_time = word.startswith(("improv", "optimi")) and _IS_TIME.search(what) is not None
    is_time = (measured is not None and not is_rate) or is_of_time
    if is_time and word.startswith(_BETTER):
        return Direction.DOWN
    return Direction.UP if word.startswith(_UP) else Direction.DOWN


def _versus(sentence: str) -> Outcome | None:
    """Read "faster (30 s vs 2 min)": what costs less is after, whichever is first."""
    for match in _AGAINST.finditer(sentence):
        lead, unit = sentence[: match.start()], match["unit"] or match["unit_before"] or ""
        sides = [(number(match["after"]), unit), (number(match["before"]), match["unit_before"] or unit)]
        is_said = _IS_BETTER.search(f"{lead} {sentence[match.end() : match.end() + _NEAR]}")
        if not unit or not is_said or _UNREAL.search(lead) or _IS_WORSE.search(f"{lead}{match[0]}"):
            continue
        if _direction_between(*sides[0], *sides[1]) is Direction.DOWN:
            sides.reverse()
        (after, unit), (before, unit_before) = sides
        if _direction_between(before, unit_before, after, unit) is Direction.DOWN:
            return Outcome(sentence, before, after, None, unit, Direction.DOWN)
    return None


def _signed(sentence: str) -> Outcome | None:
    match = _first(sentence, _SIGNED, _SIGNED_MEASURE, _SIGNED_SIZE)
    if not match or _UNREAL.search(sentence[: match.start()]) or _VERSUS.search(sentence):
        return None
    if match["sign"] == "+" and _SLOWER.search(sentence):
        return None
    direction = Direction.UP if match["sign"] == "+" else Direction.DOWN
    return Outcome(sentence, None, None, number(match["amount"]), match["unit"], direction)


_FORMS: Final = (
    _from_to,
    _counted,
    *map(
        _difference,
        (
            _RELATIVE,
            _SPEEDUP,
            _ABSOLUTE,
            _FASTER_BY,
            _FASTER_SHARE,
            _FEWER,
            _FACTOR,
            _BY,
            _OF,
            _OF_SHARE,
            _WITHOUT_BY,
            _WITHOUT_BY_ABOUT,
            _IMPROVES,
            _REMOVES,
            _DROPS,
            _REDUCED,
            _IS_CUT,
            _SAVES,
        ),
    ),
    _versus,
    _signed,
)
"""The forms of statements, the surest first."""
