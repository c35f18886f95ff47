"""The prose that an author wrote."""

import pytest

from achievement_pipeline.publishing.documents.parts.prose import paragraphs, without_comments


@pytest.mark.parametrize(
    ("description", "found"),
    [
        ("It was\nslow.\n\nNow it is fast.", [(False, ["It was", "slow."]), (False, ["Now it is fast."])]),
        ("It does:\n- one\n- two", [(False, ["It does:"]), (True, ["one", "two"])]),
        ("Small: 12 MB\nLarge: 90 MB", [(True, ["Small: 12 MB", "Large: 90 MB"])]),
        ("```\ncode\n\nmore\n```\n<!-- hint -->", []),
        ("From Ann Lee.\n\nFixes #3, closes #4\n\nGitHub issue 12", []),
    ],
)
def test_the_paragraphs_of_a_description_are_sentences_and_lists(
    description: str, found: list[tuple[bool, list[str]]]
) -> None:
    assert list(paragraphs("Add a cache", description)) == found


def test_comments_are_hidden() -> None:
    assert without_comments("It is <!-- maybe\n\nvery --> fast <!-- open") == "It is  fast "
