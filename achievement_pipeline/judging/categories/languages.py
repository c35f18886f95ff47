"""Categorise messages in languages other than English."""

from __future__ import annotations

from typing import Final

import pandas as pd

from achievement_pipeline.judging.paths import matches

FIRST_WORDS: Final = {
    "bugfix": (
        r"behebe|behebt|behoben|fehler(?:behebung)?|korrigier(?:e|t)|repariere|corrig(?:e|er|é|ir|ido|ida|iendo)"
        r"|corrección|correction|arregl(?:a|ar|ado)|solucion(?:a|ar|ado)|répar(?:e|er)|résou(?:t|dre)|conserta"
        r"|correção|corre(?:gge|tto|zione)|ris(?:olve|olto)|sistemat[oa]|herstel|verhelp|naprawi\pL*|popraw\pL*|oprav\pL*"
        r"|исправ\pL*|почин\pL*|фикс\pL*|виправ\pL*|düzelt\pL*"
    ),
    "documentation": (
        r"dokument(?:iere|iert|ation)|documenta(?:r|do|ción|ção|zione)|documenter?|документ\pL*|dokumenta(?:cja|ce)\pL*"
    ),
    "testing": r"teste|prueb(?:a|as)|тест\pL*|testy",
    "refactoring": r"überarbeite|refaktor\pL*|refactoris\pL*|refactoriza\pL*|refatora\pL*|рефактор\pL*",
    "performance": (
        r"beschleunig\pL*|optimier\pL*|optimiz(?:a|ar|ado)|otimiz\pL*|ottimizz\pL*|accélér\pL*|ускор\pL*|оптимиз\pL*"
    ),
    "feature": (
        r"füge|ergänze|hinzugefügt|neue?[rs]?|añad\pL*|agreg\pL*|ajout\pL*|adicion(?:a|ar|ado)|aggiun\pL*|doda(?:j|no|ne)\pL*"
        r"|přid\pL*|добав\pL*|дода\pL*|ekle\pL*|voeg"
    ),
}
"""First words of messages, by category: German, Spanish, French, Portuguese, Italian, Dutch, Polish, Czech, Russian,
Ukrainian, Turkish."""

ANYWHERE: Final = {
    "bugfix": "修复|修復|修正|修补|バグ|不具合|버그|수정",
    "documentation": "文档|文檔|ドキュメント|문서",
    "testing": "测试|測試|テスト|테스트",
    "refactoring": "重构|重構|リファクタ|리팩터링|리팩토링",
    "performance": "性能|效能|提速|加速|(?:提升|提高|加快).{0,8}速度|高速化|パフォーマンス|최적화",
    "feature": "新增|添加|增加|追加|추가",
}
"""Words in Chinese, Japanese and Korean. They match anywhere, because these languages have no spaces between words or
put verbs last."""

_BETTER: Final = "优化|優化"
"""In Chinese, to improve anything, from a page to a sentence; of performance only beside a word for it."""

_ARTICLES: Final = (
    "der|das|und|für|fuer|mit|nicht|beim|eine|einen|wird|zum|zur|el|los|las|una|para|con|del|le|les|des|une|pour|avec"
    "|dans|uma|com|il|gli|della|nel|het|een|voor|met|och|att|nie|oraz"
)
"""Frequent words of these languages that are not English words."""


_LETTERS: Final = r"\pL*"
"""RE2 takes half a millisecond to compile each of these, however few titles there are."""
_PERHAPS: Final = (
    rf"(?i)^(?:{'|'.join(FIRST_WORDS.values()).replace(_LETTERS, '')})|{'|'.join((*ANYWHERE.values(), _BETTER))}"
)
"""A cheap test: titles without a match have none of these words."""


def kinds_in_other_languages(titles: pd.Series[str]) -> pd.Series[str]:
    """Return the category that non-English words imply, missing if there is none."""
    candidates = titles[matches(titles, _PERHAPS)]
    found = pd.Series(pd.NA, index=candidates.index, dtype="str")
    for category, words in FIRST_WORDS.items() if len(candidates) else ():
        expression = rf"(?i)^(?:{words})(?:[^\pL]|$)|{ANYWHERE[category]}"
        found = found.where(found.notna() | ~matches(candidates, expression), category)
    found = found.where(found.notna() | ~matches(candidates, _BETTER), "refactoring")
    return found.reindex(titles.index)


def are_in_other_languages(titles: pd.Series[str]) -> pd.Series[bool]:
    """Return which titles are not in English, judging by their letters or most frequent words."""
    other_letters = matches(titles, r"[^\x00-\x{24f}]")
    other_letters[other_letters] = matches(titles[other_letters], r"[^\x00-\x{24f}\pP\pS\pN\pZ\pC\pM]")
    accents = matches(titles, r"[\x{c0}-\x{24f}]")
    article = rf"(?i)(?:^|\W)(?:{_ARTICLES})(?:\W|$)"
    articles = matches(titles, article)
    two = matches(titles, rf"{article}.*{article.removeprefix('(?i)')}")
    return pd.Series(other_letters | two | (accents & articles), index=titles.index)
