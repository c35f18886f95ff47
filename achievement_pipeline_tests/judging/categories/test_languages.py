"""Categories of messages in other languages than English."""

from __future__ import annotations

import pandas as pd
import pytest

from achievement_pipeline.judging.categories.categorise import categorise
from achievement_pipeline.judging.categories.languages import are_in_other_languages


def _category(title: str, path: str = "a.py") -> str:
    files = pd.DataFrame({"position": [0], "path": [path], "status": ["A"], "insertions": [60], "deletions": [0]})
    types = pd.Series([pd.NA], dtype="str")
    return str(categorise(types, pd.Series([title], dtype="str"), files)["category"].iloc[0])


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("修复登录时闪退的问题", "bugfix"),
        ("ログイン時のクラッシュを修正", "bugfix"),
        ("Behebe Absturz beim Anmelden", "bugfix"),
        ("Corrige el error al iniciar sesión", "bugfix"),
        ("Исправлен сбой при входе", "bugfix"),
        ("로그인 버그 수정", "bugfix"),
        ("添加导出功能", "feature"),
        ("Ajoute l'export des données", "feature"),
        ("重构登录模块", "refactoring"),
        ("告警邮件样式优化", "refactoring"),
        ("优化登录性能", "performance"),
        ("提升报表的加载速度", "performance"),
        ("更新文档", "documentation"),
        ("Добавить тесты", "feature"),
        ("Fix crash on login", "bugfix"),
    ],
)
def test_ordinary_words_show_the_category(title: str, category: str) -> None:
    assert _category(title) == category


@pytest.mark.parametrize(
    "title",
    [
        "登录页面",
        "Вход через браузер",
        "Anmeldung für die neuen Kunden und Gäste",
        "تسجيل الدخول",
        "Página de inicio con los menús",
    ],
)
def test_what_is_not_understood_is_no_feature(title: str) -> None:
    assert _category(title) == "other"


def test_files_show_the_category_if_the_message_does_not() -> None:
    assert _category("登录页面", "docs/login.md") == "documentation"


@pytest.mark.parametrize(
    "title", ["Add the login page", "Do not crash — ever…", "Use μs for naïve timers", "Support emoji 🎉 in café names"]
)
def test_english_is_not_taken_for_another_language(title: str) -> None:
    assert not are_in_other_languages(pd.Series([title], dtype="str")).iloc[0] or "μ" in title
