import pandas as pd
import pytest

from achievement_pipeline.judging.links.linear_references import read_branches, read_texts, read_titles


def belonging(text: str) -> list[str]:
    return read_texts(pd.Series([text])).belongs.to_list()


def related(text: str) -> list[str]:
    return read_texts(pd.Series([text])).related.to_list()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("ENG-12: Answer faster", ["ENG-12"]),
        ("Answer faster (ENG-12)", ["ENG-12"]),
        ("[eng-12] Answer faster", ["eng-12"]),
        ("feat(ENG-12): answer faster", ["ENG-12"]),
        ("ENG-12, DES-5 Answer faster", ["ENG-12", "DES-5"]),
        ("Fix CVE-2024-1234", []),
        ("Encode as UTF-8", ["UTF-8"]),
        ("Bump to 1.2-3", []),
        ("ENG-012 is no identifier", []),
        ("ENG-12th", []),
        ("XENG_ENG12", []),
    ],
)
def test_an_identifier_in_a_title_links(title: str, expected: list[str]) -> None:
    assert read_titles(pd.Series([title])).to_list() == expected


@pytest.mark.parametrize(
    ("branch", "expected"),
    [
        ("ann/eng-12-answer-faster", ["eng-12"]),
        ("ENG-12", ["ENG-12"]),
        ("feature/eng-12_answer", ["eng-12"]),
        ("fix-eng-12-and-des-5", ["eng-12", "des-5"]),
        ("main", []),
        ("release/2026-01", []),
    ],
)
def test_an_identifier_in_the_name_of_a_branch_links(branch: str, expected: list[str]) -> None:
    assert read_branches(pd.Series([branch])).to_list() == expected


@pytest.mark.parametrize("word", ["Fixes", "closes", "RESOLVED", "completing", "Implements", "Linear issue"])
def test_a_closing_word_links(word: str) -> None:
    assert belonging(f"What it is.\n\n{word} ENG-12.") == ["ENG-12"]


@pytest.mark.parametrize("word", ["ref", "Refs", "references", "Part of", "contributes to", "toward", "Towards"])
def test_a_contributing_word_links(word: str) -> None:
    assert belonging(f"{word} ENG-12") == ["ENG-12"]


@pytest.mark.parametrize(
    "text",
    [
        "Fixes: ENG-12",
        "Fixes **ENG-12**",
        "Fixes [ENG-12]",
        "Fixes https://linear.app/acme/issue/ENG-12/answer-faster",
        "Fixes <https://linear.app/acme/issue/ENG-12>",
        "Fixes [ENG-12](https://linear.app/acme/issue/ENG-12/answer-faster)",
        "Fixes [Answer faster](https://linear.app/acme/issue/ENG-12/answer-faster)",
        "- fixes ENG-12\n- adds tests",
    ],
)
def test_an_issue_is_named_in_many_ways(text: str) -> None:
    assert belonging(text) == ["ENG-12"]


@pytest.mark.parametrize(
    "text", ["Fixes ENG-1, DES-5, and ENG-2", "Fixes ENG-1 and DES-5, ENG-2", "Fixes ENG-1\nRefs DES-5 & ENG-2"]
)
def test_one_magic_word_may_precede_several_issues(text: str) -> None:
    assert belonging(text) == ["ENG-1", "DES-5", "ENG-2"]


@pytest.mark.parametrize(
    "text",
    [
        "ENG-12",
        "See ENG-12",
        "prefixes ENG-12",
        "Fixes the bug of ENG-12",
        "Fixes\n\nENG-12",
        "Fixes #12",
        "https://linear.app/acme/issue/ENG-12",
        "<!-- Write like this: Fixes ENG-12 -->",
        "<!-- Fixes ENG-12",
    ],
)
def test_without_a_word_before_it_an_issue_is_not_linked(text: str) -> None:
    assert belonging(text) == []


@pytest.mark.parametrize("word", ["Relates to", "related to"])
def test_a_relation_word_only_lists(word: str) -> None:
    assert belonging(f"{word} ENG-12") == []
    assert related(f"{word} ENG-12, ENG-13") == ["ENG-12", "ENG-13"]


def test_what_shall_be_skipped_is_linked_by_nothing() -> None:
    references = read_texts(pd.Series(["Fixes ENG-1 and ENG-2\n\nSkip ENG-1"]))

    assert references.belongs.to_list() == ["ENG-2"]
    assert references.without(read_titles(pd.Series(["eng-1, ENG-3: Do it"]))).to_list() == ["ENG-3"]


def test_each_text_is_read_for_itself() -> None:
    references = read_texts(pd.Series(["Ignore ENG-1", "Fixes ENG-1"], index=[7, 3]))

    assert references.belongs.to_dict() == {3: "ENG-1"}


def test_an_empty_text_references_nothing() -> None:
    references = read_texts(pd.Series(dtype="str"))

    assert references.belongs.empty
    assert read_titles(pd.Series(dtype="str")).empty


def test_versions_are_no_issues_and_what_takes_work_back_is_none_for_them() -> None:
    branches = ("release/ios-1.57.0", "python-3.12", "revert-571-ann/bac-39", "ann/bac-39-fix")
    assert read_branches(pd.Series(branches, dtype="str")).tolist() == ["bac-39"]
    titles = ('Revert "Fixes ENG-100"', "Revert ENG-9: add cache", "Support Python-3.12", "ENG-9: add cache")
    assert read_titles(pd.Series(titles, dtype="str")).tolist() == ["ENG-9"]
    dump = "Fixes ENG-1\n\nSquashed commit of the following:\n\ncommit 12ab\n\n    Fixes LIN-50"
    references = read_texts(pd.Series(['Revert "Fixes ENG-100"', dump], dtype="str"))
    assert (references.belongs.tolist(), references.related.tolist()) == (["ENG-1"], ["LIN-50"])
