"""What `git show` prints is split by file."""

from achievement_pipeline.web.differences import split_difference

SHOWN = """\
commit 1111aaaa
Author: Ann <ann@example.com>

    diff --git a/x b/x is only a message
---
 app.py | 2 +-

diff --git a/app.py b/app.py
index 11..22 100644
--- a/app.py
+++ b/app.py
@@ -1,2 +1,2 @@
 kept
--- removed, not a header
+added \x1b[31m
diff --git a/old name b/new name
rename to new name
commit 2222bbbb
"""


def test_messages_and_files_are_parts_with_their_kinds_of_lines() -> None:
    message, app, renamed, last = split_difference(SHOWN)
    assert [(part.title, part.is_file) for part in (message, app, renamed, last)] == [
        ("1111aaaa", False),
        ("app.py", True),
        ("new name", True),
        ("2222bbbb", False),
    ]
    assert app.lines == [
        ("place", "@@ -1,2 +1,2 @@"),
        ("", " kept"),
        ("removed", "--- removed, not a header"),
        ("added", "+added \\u001b[31m"),
    ]
    assert (app.count("added"), app.count("removed")) == (1, 1)
    assert renamed.lines == [("", "rename to new name")]
    assert "diff --git a/x b/x is only a message" in message.lines[2][1]


def test_nothing_has_no_parts() -> None:
    assert list(split_difference("")) == []
