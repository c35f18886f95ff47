"""Short names: as short as git's, and unique among those that are shown together."""

from achievement_pipeline.store.names import shorten

ENGINE = "git:github.com/ada/engine"


def test_commits_are_shortened_as_far_as_they_differ() -> None:
    assert shorten([(f"{ENGINE}@{'1' * 40}", None), (f"{ENGINE}@{'2' * 40}", None)]) == ["11111111", "22222222"]
    alike = [(f"{ENGINE}@{'1' * 10}{end}", None) for end in ("a" * 30, "b" * 30)]
    assert shorten(alike) == ["1111111111a", "1111111111b"]


def test_numbers_and_identifiers_stay_whole() -> None:
    keys = [
        ("github:pallets/flask#12345", None),
        ("linear:0b1c2d3e-aaaa", "https://linear.app/acme/issue/ENG-12345/a-title"),
    ]
    assert shorten(keys) == ["flask#12345", "ENG-12345"]


def test_no_names_are_none() -> None:
    assert shorten([]) == []
