"""The prose that an author wrote."""

import pytest

from achievement_pipeline.publishing.documents.parts.prose import about_the_whole, paragraphs


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
    assert about_the_whole("It is <!-- maybe\n\nvery --> fast <!-- open") == "It is  fast "


@pytest.mark.parametrize(
    "messages",
    [
        "* Add a lock\n\nIt is 10x better than what we had before.\n\n* fix lint",
        "* Add a lock\nSigned-off-by: Ann\n\nIt is 10x better.",
        "* feat: add a lock\n* fix(io)!: read 10x less",
        "Squashed commit of the following:\n\ncommit 1a2b3c4d\nAuthor: Bob\n\n    It is 10x better.",
        "# This is a combination of 2 commits.\n\nIt is 10x better.",
    ],
)
def test_messages_of_squashed_commits_are_not_about_the_whole(messages: str) -> None:
    assert about_the_whole(messages) == ""
    assert about_the_whole(f"Readers wait less.\n\n{messages}") == "Readers wait less."


@pytest.mark.parametrize("text", ["It does:\n\n- one\n- two", "* one thing\n* another", "feat: a\nfix: b"])
def test_a_list_by_the_author_is_about_the_whole(text: str) -> None:
    assert about_the_whole(text) == text
