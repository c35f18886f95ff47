"""The issues that messages close."""

from __future__ import annotations

import pandas as pd

from achievement_pipeline.judging.announced.matching import closed_numbers


def test_issues_that_messages_close() -> None:
    messages = pd.Series(
        [
            "Fixes #1, #2 and #3",
            "closes: acme/engine#4, resolves other/thing#5",
            "Fix engine#6 and https://github.com/acme/engine/issues/7",
            "see #8",
        ]
    )
    found = closed_numbers(messages, pd.Series(["github.com/acme/engine"] * len(messages)))
    assert found.groupby(level=0).agg(list).to_dict() == {0: ["1", "2", "3"], 1: ["4"], 2: ["6", "7"]}
