"""The greatest projects of a person."""

from collections.abc import Sequence

from achievement_pipeline.channels import BRAG
from achievement_pipeline.publishing.documents.parts.projects import extent, greatest_projects, release_name
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline_tests.publishing.views import public, view


def test_only_what_is_shown_belongs_to_a_project_and_parts_of_another_are_left_out() -> None:
    work = public(BRAG, *(view(f"Work {number}", number=number) for number in range(5)))
    keys = [each.id for each in work]
    projects = [keys, keys[:3], ["hidden", *keys[:2]]]
    assert [[each.id for each in members] for members in greatest_projects(work, projects)] == [sorted(keys)]


def test_a_project_is_named_by_what_most_titles_share_else_by_the_release() -> None:
    titles = ("Add streams", "stream: fix a leak", "Close the stream", "Drop it")
    by_word = public(BRAG, *(view(title, number=number) for number, title in enumerate(titles)))
    releases = ["2.0", "2.0", "2.0", None]
    by_release = public(
        BRAG,
        *(
            view(f"Add {title}", number=number, first_release=release)
            for number, (title, release) in enumerate(zip("abcd", releases, strict=True))
        ),
    )

    problems = public(BRAG, *(view(f"Problem: {name} leaks", number=ord(name)) for name in "abc"))
    assert extent(problems) == "3 pieces of work on \u201cleak\u201d"
    assert extent(by_word) == "4 pieces of work on \u201cstream\u201d"
    assert extent(by_release) == "4 pieces of work for 2.0"
    assert extent(by_release[2:]) == "2 pieces of work"


def test_much_work_for_a_release_is_called_after_it() -> None:
    def members(release: str) -> Sequence[PublicAchievement]:
        return public(BRAG, *(view(f"Add {name}", number=ord(name), first_release=release) for name in "abcdefghij"))

    assert release_name(members("v2.0")) == "loom 2.0"
    assert extent(members("v2.0")) == "10 pieces of work"
    assert release_name(members("v2.0")[1:]) == release_name(members("nightly")) == ""


def test_many_pieces_that_nothing_joins_are_no_project_of_their_strongest() -> None:
    work = public(BRAG, *(view(f"Add {chr(97 + n)} to it", number=n) for n in range(9)))

    assert [*greatest_projects(work, [[each.id for each in work]])] == []
    assert len([*greatest_projects(work, [[each.id for each in work[:8]]])]) == 1
