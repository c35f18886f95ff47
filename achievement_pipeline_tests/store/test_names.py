"""Short names of achievements: what the table of `list` shows and every command takes."""

from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.store.names import shorten

COMMIT = "git:github.com/acme/loom@c2705ffd"
OTHERS = "0" * 32


def test_each_kind_of_work_is_named_as_people_name_it() -> None:
    assert shorten(
        [
            (COMMIT + OTHERS, None),
            ("github:acme/loom#12", "https://github.com/acme/loom/pull/12"),
            ("linear:1f0c2d9e-7b1a-4a57-9f35-0f6f5a1c2b3d", "https://linear.app/acme/issue/ENG-12/grow-a-crystal"),
            ("linear:1f0c2d9e-7b1a-4a57-9f35-0f6f5a1c2b3d", None),
        ]
    ) == ["c2705ffd", "loom#12", "ENG-12", "1f0c2d9e"]


def test_names_are_as_long_as_it_takes_to_be_unique() -> None:
    assert shorten([(f"{COMMIT}{OTHERS}", None), (f"{COMMIT}1{OTHERS[1:]}", None)]) == ["c2705ffd0", "c2705ffd1"]


def test_numbers_and_identifiers_are_never_cut() -> None:
    assert shorten([("github:acme/a-long-repository#1234", None)]) == ["a-long-repository#1234"]


@given(st.lists(st.text("0123456789abcdef", min_size=40, max_size=40), unique=True, max_size=30))
def test_different_commits_have_different_names(shas: list[str]) -> None:
    names = shorten([(f"git:github.com/acme/loom@{sha}", None) for sha in shas])
    assert len(set(names)) == len(shas)
    assert all(sha.startswith(name) for sha, name in zip(shas, names, strict=True))
