import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.judging.categories.categorise import Category, categorise, clue_weights, infer_types
from achievement_pipeline.judging.categories.clues import are_code, file_kinds, kinds_of_files
from achievement_pipeline.judging.skills.vocabulary import known_skills
from achievement_pipeline_tests.examples import examples


def judged(title: str, *paths: str, type_: str | None = None, status: str = "M", lines: int = 5) -> tuple[str, str]:
    verdict = categorise(
        pd.Series([type_], dtype="str"), pd.Series([title]), changed(*paths, status=status, lines=lines)
    )
    return verdict["category"].iloc[0], verdict["rule"].iloc[0]


def changed(*paths: str, position: int = 0, status: str = "M", lines: int = 5) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "position": pd.Series(position, index=range(len(paths)), dtype="int64"),
            "path": pd.Series(paths, dtype="str"),
            "status": pd.Series(status, index=range(len(paths)), dtype="str"),
            "insertions": pd.Series(lines, index=range(len(paths)), dtype="Int32"),
            "deletions": pd.Series(lines, index=range(len(paths)), dtype="Int32"),
        }
    )


@pytest.mark.parametrize(
    ("type_", "category"),
    [
        ("feat", "feature"),
        ("fix", "bugfix"),
        ("perf", "performance"),
        ("refactor", "refactoring"),
        ("test", "testing"),
        ("docs", "documentation"),
        ("build", "infrastructure"),
        ("ci", "infrastructure"),
        ("security", "security"),
        ("deps", "dependency"),
        ("style", "style"),
        ("experiment", "experiment"),
    ],
)
def test_a_type_with_a_category_decides_whatever_else_there_is(type_: str, category: str) -> None:
    assert judged("bump security docs", "README.md", type_=type_) == (category, f"type:{type_}")


@pytest.mark.parametrize(
    ("title", "paths", "category"),
    [
        ("add support for login with tokens", ("src/login.py", "tests/test_login.py"), "feature"),
        ("crash when the file is empty", ("src/reader.go",), "bugfix"),
        ("rename internal methods and move them into one module", ("lib/names.rb",), "refactoring"),
        ("add missing tests", ("tests/test_login.py",), "testing"),
        ("typo", ("README.md",), "documentation"),
        ("cache dependencies in the workflow", (".github/workflows/test.yml",), "infrastructure"),
        ("patch vulnerability in the parser", ("src/parser.c",), "security"),
        ("avoid CVE-2024-12345", ("src/parser.c",), "security"),
        ("bump django from 4.1 to 4.2", ("requirements.txt",), "dependency"),
        ("upgrade dependencies", ("package.json",), "dependency"),
        ("avoid re-reading the index", ("src/index.c",), "performance"),
        ("reduce the allocations of the parser", ("src/parser.c",), "performance"),
        ("faster tests", ("tests/test_parser.py",), "testing"),
        ("a faster parser", ("src/parser.c",), "performance"),
        ("optimise the query planner", ("src/planner.c",), "performance"),
        ("allocate the postings once", ("src/postings.go",), "performance"),
        ("parallelize the linker", ("src/linker.cc",), "performance"),
        ("fix indentation", ("src/a.py",), "style"),
        ("Reformat with black", ("src/a.py",), "style"),
        ("format all files using clang-format 19", ("src/a.c",), "style"),
        ("Run ruff format on rings.py", ("src/rings.py",), "style"),
        ("Rustfmt 2024", ("src/a.rs",), "style"),
        ("initial commit", ("main.py",), "project"),
        ("spike: try another parser", ("src/parser.c",), "experiment"),
    ],
)
def test_without_a_type_words_and_paths_decide(title: str, paths: tuple[str, ...], category: str) -> None:
    assert judged(title, *paths)[0] == category


def test_a_chore_is_judged_by_what_was_done() -> None:
    assert judged("fix typo in readme", "README.md", type_="chore")[0] == "documentation"


def test_a_rule_names_the_word_it_found() -> None:
    assert judged("fix XSS in the form", "form.ts") == ("security", "word:xss")


def test_work_on_speed_is_learnt_where_no_word_is_sure() -> None:
    category, rule = judged("reuse buffers between requests", "src/server.go")
    assert category == "performance"
    assert rule.startswith("learnt:")


def test_a_learnt_rule_names_the_strongest_clues() -> None:
    category, rule = judged("add support for tokens", "src/tokens.py")
    assert category == "feature"
    assert rule.startswith("learnt:")
    assert "support" in rule


@pytest.mark.parametrize("title", ["insecurity of users", "describe emc2xssy", "force a redraw"])
def test_words_are_found_only_whole(title: str) -> None:
    assert judged(title, "src/a.py")[0] != "security"


@pytest.mark.parametrize("title", ["format numbers with a black background", "blacken the list", "Prettier output"])
def test_what_looks_like_the_name_of_a_formatter_is_no_style(title: str) -> None:
    assert judged(title, "src/a.py")[0] != "style"


def test_titles_are_judged_without_files_too() -> None:
    types = pd.Series([None, "docs"], dtype="str", index=[7, 9])
    verdicts = categorise(types, pd.Series(["support a new format", "a guide"], index=[7, 9]))
    assert verdicts["category"].to_dict() == {7: "feature", 9: "documentation"}


def test_each_row_is_judged_by_its_own_files() -> None:
    files = pd.concat([changed("README.md", position=1), changed("tests/test_a.py", position=0)], ignore_index=True)
    types = pd.Series([None, None, "fix"], dtype="str")
    verdicts = categorise(types, pd.Series(["improve", "improve", "improve"]), files)
    assert verdicts["category"].to_list() == ["testing", "documentation", "bugfix"]


def test_each_type_has_a_probability_relative_to_chance() -> None:
    inferred = infer_types(pd.Series(["add support for proxies", "fix crash when closing"], dtype="str"))
    types = list(clue_weights().types)
    assert np.exp(inferred[types]).sum(axis=1).to_list() == pytest.approx([len(types)] * 2)
    assert inferred[types].idxmax(axis=1).to_list() == inferred["type"].to_list() == ["feat", "fix"]


def test_files_of_nearly_every_programming_language_are_known() -> None:
    languages = [each for each in known_skills().language if each.type == "programming" and each.extensions]
    paths = pd.Series([f"src/a{extension}" for each in languages for extension in each.extensions], dtype="str")
    names = [each.name for each in languages for _ in each.extensions]
    known = {name for name, kind in zip(names, kinds_of_files(paths), strict=True) if kind < len(file_kinds())}

    assert len(known) >= 0.85 * len(languages)
    assert are_code(
        pd.Series(["a.el", "a.ml", "a.zig", "a.pyx", "a.cu", "a.lisp", "a.cljs", "a.sv"], dtype="str")
    ).all()


def test_nothing_to_judge_gives_nothing() -> None:
    empty = pd.Series(dtype="str")
    assert categorise(empty, empty).empty


def test_every_weight_is_of_a_type_that_has_a_category() -> None:
    weights = clue_weights()
    assert set(weights.types) == {"feat", "fix", "refactor", "test", "docs", "build", "ci", "perf"}
    assert len(weights.clues) == len(weights.table)
    assert not pd.Series(weights.clues.to_pylist()).duplicated().any()


@settings(deadline=None, max_examples=examples(25))
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_the_order_of_titles_changes_no_verdict(titles: list[str]) -> None:
    column = pd.Series(titles, dtype="str")
    inferred = infer_types(column, changed("src/a.py"))
    types = pd.Series(pd.NA, index=column.index, dtype="str")
    verdicts = categorise(types, column)
    backwards = categorise(types, column[::-1].reset_index(drop=True))
    assert backwards[::-1].reset_index(drop=True).equals(verdicts)
    assert set(verdicts["category"]) <= set(Category)
    assert inferred["type"].notna().all()
