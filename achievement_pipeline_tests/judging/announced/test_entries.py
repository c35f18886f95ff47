"""Release notes become entries: the styles that projects write, and any other text."""

from __future__ import annotations

import datetime as dt
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.judging.announced.entries import Entry, Prominence, read_entries, read_fragment
from achievement_pipeline.judging.announced.paths import without_notes

OWNS = ["acme/engine"]

Short = tuple[str | None, str, str, str]


def short(entries: list[Entry]) -> list[Short]:
    """Version, section, sentence and references."""
    return [
        (one.version, one.section, one.sentence, " ".join(f"{kind}:{name}" for kind, name in one.references))
        for one in entries
    ]


KEEP_A_CHANGELOG = """\
# Changelog

All notable changes are kept here.

## [Unreleased]
### Added
- A `--dry-run` switch ([#41](https://github.com/acme/engine/pull/41))

## [1.2.0] - 2024-05-06
### Added
- **cli:** Pistons can be counted in parallel
  (#38, closes #30)
### Fixed
- No more smoke with cold oil. Regression from #12, fixed in #37

[Unreleased]: https://github.com/acme/engine/compare/v1.2.0...HEAD
[1.2.0]: https://github.com/acme/engine/releases/tag/v1.2.0
"""

RESTRUCTURED = """\
.. currentmodule:: engine

Version 2.1.0
-------------

Released 2023-03-04

-   ``Piston`` takes a stroke, see
    :meth:`~engine.Piston.move`. :pr:`512`
-   Old cranks are gone. :issue:`77, 78`

Version 2.0.1
-------------

-   Works on Windows. :issue:`70` :pr:`71`
"""

TOWNCRIER = """\
Engine 3.0 (2022-01-02)
=======================

Features
--------

- Valves open by themselves. (`#301 <https://github.com/acme/engine/issues/301>`_)


Bugfixes
--------

- The pump does not drip. (#299)


Misc
----

- #298, #300
"""

ASCIIDOC = """\
= Release notes

== 5.1.0 (3 April 2021)

=== New features

* {pull}210[#210] Turbo for everyone

=== Bug fixes

* link:https://github.com/acme/engine/issues/190[#190] Idle is quiet again
"""

PLAIN = """\
1.4.0 / 2013-02-01
==================

  * add carburettor heating. Closes #14
  * 2 bug fixes
    * fix rattling (#15)

1.3.9 / 2013-01-09
==================

  * docs
"""

NESTED = """\
## 6.0.0 / 2024-09-09

* Features
  * Cranks turn both ways ([#61], [#62])

* Bugfixes
  * No oil on the floor ([#63])

[#61]:https://github.com/acme/engine/pull/61     "by Ada"
"""

RELEASES_ROLE = """\
=========
Changelog
=========

- :release:`2.2.0 <2019-08-07>`
- :feature:`88` Count turns. Thanks to Ada.
- :bug:`87 major` Stop at once.
- :release:`2.1.0 <2019-01-02>`
- :bug:`80` Start at once.
"""

LABELLED = """\
Engine 2.0.14 February 18, 2018
-------------------------------

- Bug #140: Fixed `Crank::turn()` on frost (ada)
- Enh #141: Added `Crank::hold()` (bob)
- New: Added a horn
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            KEEP_A_CHANGELOG,
            [
                (None, "Added", "A `--dry-run` switch", "pull:41"),
                ("1.2.0", "Added", "cli: Pistons can be counted in parallel", "number:38 number:30"),
                ("1.2.0", "Fixed", "No more smoke with cold oil. Regression from #12, fixed in #37", "number:37"),
            ],
        ),
        (
            RESTRUCTURED,
            [
                ("2.1.0", "", "`Piston` takes a stroke, see `engine.Piston.move`.", "pull:512"),
                ("2.1.0", "", "Old cranks are gone.", "issue:77 issue:78"),
                ("2.0.1", "", "Works on Windows.", "issue:70 pull:71"),
            ],
        ),
        (
            TOWNCRIER,
            [
                ("3.0", "Features", "Valves open by themselves.", "number:301"),
                ("3.0", "Bugfixes", "The pump does not drip.", "number:299"),
                ("3.0", "Misc", "", "number:298 number:300"),
            ],
        ),
        (
            ASCIIDOC,
            [
                ("5.1.0", "New features", "Turbo for everyone", "pull:210"),
                ("5.1.0", "Bug fixes", "Idle is quiet again", "number:190"),
            ],
        ),
        (
            PLAIN,
            [
                ("1.4.0", "", "add carburettor heating.", "number:14"),
                ("1.4.0", "2 bug fixes", "fix rattling", "number:15"),
                ("1.3.9", "", "docs", ""),
            ],
        ),
        (
            NESTED,
            [
                ("6.0.0", "Features", "Cranks turn both ways", "number:61 number:62"),
                ("6.0.0", "Bugfixes", "No oil on the floor", "number:63"),
            ],
        ),
        (
            RELEASES_ROLE,
            [
                ("2.2.0", "feature", "Count turns. Thanks to Ada.", "number:88"),
                ("2.2.0", "Bug fixes", "Stop at once.", "number:87"),
                ("2.1.0", "Bug fixes", "Start at once.", "number:80"),
            ],
        ),
        (
            LABELLED,
            [
                ("2.0.14", "Bug fixes", "Fixed `Crank::turn()` on frost (ada)", "number:140"),
                ("2.0.14", "Enhancements", "Added `Crank::hold()` (bob)", "number:141"),
                ("2.0.14", "New", "New: Added a horn", ""),
            ],
        ),
    ],
    ids=["keep-a-changelog", "rst", "towncrier", "asciidoc", "plain", "nested", "releases", "labelled"],
)
def test_styles_of_release_notes(text: str, expected: list[Short]) -> None:
    assert short(read_entries("CHANGELOG", text, OWNS)) == expected


def test_a_release_has_its_day() -> None:
    days = {
        "## [1.2.0] - 2024-05-06": dt.date(2024, 5, 6),
        "## 1.2.0 (May 6th, 2024)": dt.date(2024, 5, 6),
        "## v1.2.0, 6 May 2024": dt.date(2024, 5, 6),
        "## 1.2.0 (06.05.2024)": dt.date(2024, 5, 6),
        "## 1.2.0": None,
    }
    for heading, day in days.items():
        (entry,) = read_entries("CHANGELOG.md", f"{heading}\n\n* Turns\n")
        assert (entry.version, entry.day) == ("1.2.0", day), heading


def test_a_release_may_be_called_by_its_day() -> None:
    for name in ("2022.08.01-15.27.31", "2022-08-01"):
        (entry,) = read_entries("CHANGELOG.md", f"## {name}\n\n### Fixed\n\n* Turns\n")
        assert (entry.version, entry.day, entry.section) == (name, dt.date(2022, 8, 1), "Fixed")


def test_a_heading_has_the_versions_of_several_packages() -> None:
    for heading in ("v1.60.0/v0.154.0", "[1.60.0/0.154.0] - 2026-06-01", "Version 1.60.0 / 0.154.0 (2026-06-01)"):
        assert [one.version for one in read_entries("CHANGELOG.md", f"## {heading}\n\n* Turns\n")] == ["1.60.0/0.154.0"]
    assert [one.version for one in read_entries("HISTORY", "## 1.4.0 / 2013-02-01\n\n* Turns\n")] == ["1.4.0"]


@pytest.mark.parametrize(
    ("heading", "version"),
    [
        ("engine-0.15.2 (2023-03-08)", "0.15.2"),
        ("`@acme/engine@0.15.2` - 2023-03-08", "0.15.2"),
        ("engine-v0.15.2", "0.15.2"),
        ("32 (frozen on May 3rd, 2020, released Mar 28, 2022)", "32"),
        ("31 (Oct 07, 2017)", "31"),
        ("7 things to know", "1.0"),
        ("Python-3.8 support", "1.0"),
    ],
)
def test_a_heading_names_a_release(heading: str, version: str) -> None:
    (entry,) = read_entries("CHANGELOG.md", f"# 1.0\n\n## {heading}\n\n* Turns\n")
    assert entry.version == version


def test_sections_behind_the_patches_of_a_release_are_its_own() -> None:
    patched = "v3.0 (25 Jan 2021)\n=====\n\nv3.0.1 (27 Jan 2021)\n-----\n\n* Stops\n\nFeatures\n-----\n\n* Turns\n"
    assert [one.version for one in read_entries("whatsnew/3.0.rst", patched)] == ["3.0.1", "3.0"]
    misprint = "# 3.1.1 - 2025-06-29\n## 3.1.0 - 2025-06-27\n## Fixed\n* Turns\n"
    assert [one.version for one in read_entries("CHANGELOG.md", misprint)] == ["3.1.0"]


def test_references_above_a_list_are_those_of_its_entries() -> None:
    text = (
        "# 1.0\n### Fixed\n[#12](x)\n- Turns\n- Stops (#13)\n\n- Waits\n\n#14\n- Goes\n\n"
        "See #15 for the pump:\n- Pumps\n"
    )
    assert [(one.sentence, [number for _, number in one.references]) for one in read_entries("CHANGES.md", text)] == [
        ("Turns", ["12"]),
        ("Stops", ["13", "12"]),
        ("Waits", []),
        ("Goes", ["14"]),
        ("See #15 for the pump", ["15"]),
        ("Pumps", []),
    ]


def test_a_heading_may_name_the_work_below_it() -> None:
    text = (
        "# 1.0\n### Features\n#### Count pistons (#12)\n\nThey are counted.\n\n"
        "### Bug fixes (by @ann in #13)\n* Turns\n"
    )
    assert [(one.section, one.sentence, one.prominence) for one in read_entries("CHANGES.md", text)] == [
        ("Features", "Count pistons", Prominence.HIGHLIGHT),
        ("Bug fixes", "Turns", Prominence.ENTRY),
    ]


def test_numbers_alone_below_a_heading_are_of_what_it_says() -> None:
    text = "# 1.0\n## Minor changes\n### The level of access logs can be set\n(#12, @ann)\n\nText.\n## Misc\n* #13\n"
    assert short(read_entries("CHANGES.md", text)) == [
        ("1.0", "Minor changes", "The level of access logs can be set", "number:12"),
        ("1.0", "Misc", "", "number:13"),
    ]


def test_a_day_below_a_release_is_its_day() -> None:
    text = "## v1.2\n#### 2022-08-01\n\n* Turns\n\n## v1.1\n#### 2022-07-01\n\n* Stops\n"
    found = [(entry.version, entry.day, entry.section) for entry in read_entries("CHANGELOG.md", text)]
    assert found == [("1.2", dt.date(2022, 8, 1), ""), ("1.1", dt.date(2022, 7, 1), "")]


def test_a_bullet_with_a_day_is_a_release() -> None:
    text = (
        "* 5.3.0 (May 6, 2022)\n\n  Features:\n  - Turns.\n\n"
        "* 5.2.1 (August 5, 2019)\n\n  - Stops since 5.0.0.\n* 5.1 turns\n"
    )
    assert [(one.version, one.sentence) for one in read_entries("ChangeLog", text)] == [
        ("5.3.0", "Turns."),
        ("5.2.1", "Stops since 5.0.0."),
        ("5.2.1", "5.1 turns"),
    ]


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("changelogs/CHANGELOG-v1.19.0.md", "1.19.0"),
        ("news/changelog-1.3.md", "1.3"),
        ("docs/v1_2_0_release_notes.md", "1.2.0"),
        ("docs/releases/4.0.0-rc.1.rst", "4.0.0-rc.1"),
        ("NEWS.md", None),
    ],
)
def test_a_page_is_called_by_the_version_in_its_name(path: str, version: str | None) -> None:
    assert [one.version for one in read_entries(path, "### Fixed\n\n* Turns\n")] == [version]


def test_a_page_is_called_by_its_version() -> None:
    text = "Highlights\n----------\n\n* Turbo (#5)\n"
    assert short(read_entries("docs/releases/4.2.md", text)) == [("4.2", "Highlights", "Turbo", "number:5")]


def test_sections_tell_how_much_an_entry_says() -> None:
    text = (
        "# 1.0\n### Features\n* a b c\n### Fixes\n* d e f\n### Internal\n* g h i\n"
        "### Fixes\n* j k l ([abcdef1](https://github.com/acme/engine/commit/abcdef1))\n"
    )
    assert [one.prominence for one in read_entries("CHANGELOG.md", text)] == [
        Prominence.HIGHLIGHT,
        Prominence.ENTRY,
        Prominence.MINOR,
        Prominence.MINOR,  # a tool lists every commit so
    ]


@pytest.mark.parametrize(
    ("entry", "section", "prominence"),
    [
        ("feat: Pistons count", "Features", Prominence.HIGHLIGHT),
        ("fix(pump): It stops", "Bug fixes", Prominence.ENTRY),
        ("chore(pump): New oil", "chore", Prominence.MINOR),
        ("ci: Run with cold oil", "ci", Prominence.MINOR),
        ("tests: Count pistons", "tests", Prominence.MINOR),
        ("Fix :issue:`12`: It stops", "", Prominence.ENTRY),
        ("Test the pump with cold oil", "", Prominence.ENTRY),
    ],
)
def test_an_entry_has_a_type_as_commits_do(entry: str, section: str, prominence: Prominence) -> None:
    (found,) = read_entries("CHANGELOG.md", f"## 1.2.0\n\n* {entry}\n")
    assert (found.section, found.prominence) == (section, prominence)


def test_the_innermost_heading_that_names_a_kind_decides() -> None:
    headings = {
        "### Features\n#### Bug fixes": Prominence.ENTRY,
        "### Features\n#### Crank": Prominence.HIGHLIGHT,
        "### Highlights\n#### Performance": Prominence.ENTRY,
        "### Breaking changes\n#### Removed": Prominence.HIGHLIGHT,
        "### What's New": Prominence.HIGHLIGHT,
        "### Remove deprecated features": Prominence.ENTRY,
        "### New deprecations": Prominence.ENTRY,
        "### Significant changes": Prominence.HIGHLIGHT,
        "### [new-rule]": Prominence.HIGHLIGHT,
    }
    for heading, expected in headings.items():
        (entry,) = read_entries("CHANGELOG.md", f"# 1.0\n{heading}\n* Turns\n")
        assert entry.prominence is expected, heading


@pytest.mark.parametrize("form", ["{}:", "**{}**"])
def test_a_line_like_the_label_before_it_is_a_label_whatever_its_words(form: str) -> None:
    label = form.format
    text = f"# 1.0\n{label('New pistons')}\n\n* A round one\n\n{label('Cranks')}\n\n* Turns ([#5])\n"
    assert [one.section for one in read_entries("CHANGELOG.md", text)] == ["New pistons", "Cranks"]


def test_a_line_before_an_indented_list_is_a_label() -> None:
    text = "= Engine 1.0 2024-01-02\n\nFeatures\n   * Count turns.\n\nBugfix\n   * Stop.\nFixed pistons\n"
    assert [one.section for one in read_entries("ChangeLog", text)] == ["Features", "Bugfix"]


def test_an_entry_states_its_kind_behind_its_references() -> None:
    pulls = "[#12](https://github.com/acme/engine/pull/12) / [#13](https://github.com/acme/engine/pull/13)"
    (entry,) = read_entries("CHANGELOG.md", f"# 1.0\n- {pulls} [FEATURE] Turbo\n")
    assert (entry.section, entry.prominence) == ("FEATURE", Prominence.HIGHLIGHT)


@pytest.mark.parametrize("label", ["Pull-Requests:", "### Other Pull Requests", "### Full list of changes"])
def test_a_list_of_every_pull_request_says_little(label: str) -> None:
    notes = f"# 1.0\n### Highlights\n* Turbo\n\n{label}\n\n* PR #4: Add a turbo (ada)\n"
    entries = read_entries("CHANGELOG.md", notes)
    assert [one.prominence for one in entries] == [Prominence.HIGHLIGHT, Prominence.MINOR]


def test_those_who_were_added_to_a_release_are_no_addition() -> None:
    (entry,) = read_entries("CHANGELOG.md", "# 1.0\n### 6 reviewers added to this release\n* Ada\n")
    assert entry.prominence is Prominence.MINOR


@pytest.mark.parametrize(
    "text",
    [
        "This release mends a regression of\n[v0.9][engine-0.9] where the piston stuck.",
        "New pistons need a recent crank, so\n1.3 or later is used.",
    ],
)
def test_a_line_of_text_that_begins_with_a_version_is_no_heading(text: str) -> None:
    assert [one.version for one in read_entries("CHANGELOG.md", f"# 1.0\n\n{text}\n\n* Turns (#3)\n")] == ["1.0"]


def test_a_sentence_about_a_version_is_a_section() -> None:
    text = (
        "Version 1.0\n===========\n\nThe oil that is needed is version 4.1.\n~~~~~~~~~~~~~~~~~~~~~~~~\n\n* Oil (#3)\n"
    )
    assert [one.version for one in read_entries("CHANGES.rst", text)] == ["1.0"]


@pytest.mark.parametrize("kind", ["trivial", "contrib", "packaging"])
def test_a_trivial_fragment_says_little(kind: str) -> None:
    (entry,) = read_fragment(f"news/9171.{kind}.rst", "Tests turn.\n")
    assert (entry.section, entry.prominence) == (kind.capitalize(), Prominence.MINOR)


def test_code_at_the_start_of_a_line_opens_no_block() -> None:
    text = (
        "# 1.0\n### Added\n- Wraps ```Piston```,\n  ```Crank``` and valves\n"
        "### Fixed\n- Turns\n  ```rust\n  # use engine::Piston;\n  ```\n- Stops\n"
    )
    assert [one.section for one in read_entries("CHANGELOG.md", text)] == ["Added", "Fixed", "Fixed"]


@pytest.mark.parametrize("end", ["``` (#2)", "(not closed)"])
def test_a_block_of_code_ends_with_more_on_its_line_or_with_its_release(end: str) -> None:
    text = f"# Log\n## 2.0 - 2024-01-02\n- Faster\n  ```\n  # x\n  {end}\n\n## 1.0 - 2023-01-02\n- First\n"
    assert [one.version for one in read_entries("CHANGELOG.md", text)] == ["2.0", "1.0"]


@pytest.mark.parametrize("opening", ["- ```sh", "  ```sh\n  open\n\n- ```sh"])
def test_a_block_of_code_in_a_bullet_ends_where_it_ends(opening: str) -> None:
    text = f"# 2.0\n\n{opening}\n  # 50% width\n  ```\n- Faster\n\n# 1.0\n\n- First (#1)\n"
    assert [
        (one.version, one.section) for one in read_entries("CHANGELOG.md", text) if one.sentence in {"Faster", "First"}
    ] == [
        ("2.0", ""),
        ("1.0", ""),
    ]


def test_a_label_in_a_bullet_ends_with_its_nested_bullets() -> None:
    text = "# 2.0\n\n- New actions\n    - `go`\n- Faster\n"
    assert [(one.section, one.sentence) for one in read_entries("CHANGELOG.md", text)] == [
        ("New actions", "`go`"),
        ("", "Faster"),
    ]


def test_what_belongs_to_others_is_left_out() -> None:
    text = "# 1.0\n* Turns as in other/engine-x#3 and https://github.com/other/thing/pull/4 (acme/engine#5)\n"
    assert [one.references for one in read_entries("CHANGELOG.md", text, OWNS)] == [(("number", "5"),)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("changes/123.feature.rst", "Pistons are counted.\n", (None, "Feature", "Pistons are counted.", "number:123")),
        (
            ".changeset/brave-cats.md",
            '---\n"@acme/engine": minor\n---\n\nCount pistons\n',
            (None, "", "Count pistons", ""),
        ),
        (
            "changelog/0.9.0_2018-05-21/pull-552",
            "Enhancement: Count pistons\n\nhttps://github.com/acme/engine/pull/552\n",
            ("0.9.0", "Enhancement", "Enhancement: Count pistons", "number:552 pull:552"),
        ),
        (
            "changelog.d/123.doc.rst",
            "Added a picture: a crank.\n",
            (None, "Doc", "Added a picture: a crank.", "number:123"),
        ),
        ("changelog/new_add_a_horn.md", "* [#12](x): Add a horn.\n", (None, "New", "Add a horn.", "number:12")),
        ("changelog/fix_the_new_horn.md", "* [#12](x): Toot.\n", (None, "Fix", "Toot.", "number:12")),
    ],
)
def test_fragments(path: str, text: str, expected: Short) -> None:
    assert short(read_fragment(path, text, OWNS)) == [expected]


MARKS = st.sampled_from([
    "# ", "## 1.2.0", "* ", "- ", "\n", "\n\n", "===", "---", "`", ":pr:`1`", "(#12)", "[", "](", " ", "**", "_", "x",
    "é", "http://a/b/c/pull/1", "\0", "\t", ":release:`", "{pull}1[", "2020-13-45", "v1.", ".. change::", "#", "fixes",
    "```",
])  # fmt: skip


@given(st.lists(MARKS | st.text(max_size=6), max_size=60).map("".join), st.sampled_from(["CHANGELOG.md", "1.x/é", ""]))
def test_any_text_becomes_entries_or_nothing(text: str, path: str) -> None:
    for entry in [*read_entries(path, text, OWNS), *read_fragment(path, text)]:
        assert entry.sentence or entry.references
        assert "\n" not in entry.sentence
        assert len(entry.sentence) <= 400


@pytest.mark.parametrize("unit", ["# 1.0\n* a (#1)\n", "* ", "[#1](", "(#1, ", "```", "===", "- a\n  b\n", "1.", "#1 "])
@pytest.mark.parametrize("joint", ["", "\n"])
def test_reading_takes_linear_time(unit: str, joint: str) -> None:
    def seconds(size: int) -> float:
        text = (unit + joint) * (size // len(unit + joint))
        started = time.thread_time()
        read_entries("CHANGELOG.md", text, OWNS)
        return time.thread_time() - started

    # another process may take the cache: what is not linear fails each time
    assert any(seconds(24_000) < 8 * max(seconds(6_000), 0.005) for _ in range(5))


def test_notes_say_nothing_about_the_kind_of_work_unless_they_are_all_of_it() -> None:
    files = pd.DataFrame(
        {
            "position": [0, 0, 1, 2],
            "path": pd.Series(["src/a.py", "changes/12.feature.md", "CHANGELOG.md", "docs/usage.md"], dtype="str"),
        }
    )
    assert without_notes(files)["path"].to_list() == ["src/a.py", "CHANGELOG.md", "docs/usage.md"]
    assert without_notes(files[:0]).empty
