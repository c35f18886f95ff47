import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from achievement_pipeline.channels import GITHUB_PROFILE
from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.channel import Rendered
from achievement_pipeline.publishing.github_profile.block import (
    BEGIN,
    END,
    put_between_markers,
    write_profile_block,
)
from achievement_pipeline_tests.publishing.views import NOON, public, view

BLOCK = Rendered("one\ntwo\n", {})
OUTSIDE = st.binary().filter(lambda text: not any(each in text for each in (b"<!-- achievements:", b"`", b"~~~")))


def block(*views: object) -> Rendered:
    return write_profile_block(public(GITHUB_PROFILE, *views))  # type: ignore[arg-type]


def test_it_counts_names_skills_and_tells_of_the_newest() -> None:
    shown = block(
        view(outcome="Reads take 3 *ms*."),
        view("Fix [it]", number=8, coauthors=["bob@example.com"], skills_demonstrated=["C++ & <C>"]),
    )
    assert "2 pieces of work · 1 repository · since 2026" in shown.text
    assert (
        r"- [Added a cache](https://github.com/ann/loom/pull/7): Reads take 3 \*ms\* (ann/loom, 2026-03-04)"
        in shown.text
    )
    assert r"- [Fixed \[it\]](https://github.com/ann/loom/pull/8) (with 1 other, ann/loom, 2026-03-04)" in shown.text
    assert "prefers-color-scheme: dark" in shown.text
    assert "C++ &amp; &lt;C&gt; 1" in shown.text
    assert set(shown.pictures) == {"achievements/skills-light.svg", "achievements/skills-dark.svg"}
    for picture in shown.pictures.values():
        assert ET.fromstring(picture).attrib["role"] == "img"


def test_what_has_no_title_with_a_meaning_is_no_entry() -> None:
    shown = block(view("Issue #328"), view("Fix it", number=8)).text
    assert "2 pieces of work" in shown
    assert "Issue" not in shown


def test_over_more_than_one_month_there_is_a_timeline_that_reads_as_text_too() -> None:
    shown = block(view(), view("Fix it", number=8, completed_at=NOON.replace(month=1)))
    assert 'alt="Pieces of work by month: Jan 2026 1, Feb 2026 0, Mar 2026 1"' in shown.text
    drawn = ET.fromstring(shown.pictures["achievements/timeline-dark.svg"])
    assert [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")] == [
        *("1", "Jan 2026"),
        *("Feb 2026",),
        *("1", "Mar 2026"),
    ]
    assert len(shown.pictures) == 4


def test_of_nothing_it_says_so_without_a_picture() -> None:
    assert block() == Rendered("### Achievements\n\n0 pieces of work\n", {})


@pytest.mark.parametrize("fence", ["```", "~~~~", "   ```"])
def test_markers_that_code_shows_are_none(fence: str) -> None:
    shown = f"{fence}html\n{BEGIN}\n{END}\n{fence}\nWrite `{BEGIN}` into it.\n"
    readme = f"# Ann\n\n{shown}\n{BEGIN}\nold\n{END}\n"

    written = put_between_markers(readme.encode(), BLOCK).decode()

    assert written == f"# Ann\n\n{shown}\n{BEGIN}\none\ntwo\n{END}\n"
    assert put_between_markers(shown.encode(), BLOCK).decode().startswith(f"{shown}")


@given(OUTSIDE, st.binary(), OUTSIDE)
def test_what_is_outside_of_the_markers_stays_byte_for_byte(before: bytes, old: bytes, after: bytes) -> None:
    readme = before + BEGIN.encode() + old.replace(b"<!-- ach", b"") + END.encode() + after
    written = put_between_markers(readme, BLOCK)
    assert written.startswith(before + BEGIN.encode())
    assert written.endswith(END.encode() + after)
    assert put_between_markers(written, BLOCK) == written


@given(OUTSIDE)
@example(b"\r")
def test_without_markers_it_is_appended(readme: bytes) -> None:
    written = put_between_markers(readme, BLOCK)
    assert written.startswith(readme)
    assert put_between_markers(written, BLOCK) == written


_PIECES = st.sampled_from(
    (
        *(BEGIN, END, BEGIN[:-1], END[1:], BEGIN.upper(), "<!--", "-->", "```", "````", "~~~", "`", "``", "\\"),
        *("\t", "    ", "> ", "- ", "\n", "\n\n", "\r\n", "\r", "\ufeff", "# Ann\n", "text", "é", "<pre>", "\0"),
    )
)


@given(st.lists(_PIECES, max_size=25).map("".join))
@example("```")
@example(f"```{BEGIN}{END}```")
def test_of_any_readme_nothing_changes_but_what_is_between_one_pair_of_markers(readme: str) -> None:
    before = readme.encode()
    try:
        written = put_between_markers(before, BLOCK)
    except PublishingError:
        return
    lines = (b"\none\ntwo\n", b"\r\none\r\ntwo\r\n")
    [block_text] = {each for each in lines if BEGIN.encode() + each + END.encode() in written}
    head, _, tail = written.partition(BEGIN.encode() + block_text + END.encode())
    if before.startswith(head + BEGIN.encode()):
        assert before.endswith(END.encode() + tail)
    else:  # it is appended
        assert head.startswith(before)
        assert head[len(before) :].strip() == tail.strip() == b""
    assert put_between_markers(written, BLOCK) == written


def test_line_ends_are_those_of_the_readme() -> None:
    assert b"\r\none\r\ntwo\r\n" in put_between_markers(b"# Ann\r\n", BLOCK)


@pytest.mark.parametrize("readme", [BEGIN, END, END + BEGIN, BEGIN + BEGIN + END, BEGIN + END + BEGIN + END])
def test_markers_that_are_no_pair_are_refused(readme: str) -> None:
    with pytest.raises(PublishingError, match="not one of each"):
        put_between_markers(readme.encode(), BLOCK)
