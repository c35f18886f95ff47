"""The graph of a history."""

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.judging.links.history import History


def test_parents_are_known_ones_of_the_same_repository_and_come_before_their_children() -> None:
    commits = pd.DataFrame(
        {
            "repository": ["a", "a", "a", "b", "a"],
            "sha": ["merge", "side", "first", "first", "cut"],
            "parents": ["first side", "first", "", "", "gone first"],
        }
    )
    history = History(DataFrame(commits))
    assert history.parents == [[2, 1], [2], [], [], [2]]
    assert sorted(history.oldest_first) == [0, 1, 2, 3, 4]
    assert history.place[2] < history.place[1] < history.place[0]
    assert [history.oldest_first[place] for place in history.place] == [0, 1, 2, 3, 4]


def test_main_lines_are_tips_and_their_first_parents() -> None:
    commits = pd.DataFrame(
        {
            "repository": ["a", "a", "a", "b"],
            "sha": ["merge", "side", "first", "first"],
            "parents": ["first side", "first", "", ""],
        }
    )
    assert History(DataFrame(commits)).main_lines.tolist() == [True, False, True, True]
