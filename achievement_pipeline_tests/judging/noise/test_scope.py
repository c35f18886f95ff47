"""What the user leaves out: patterns of paths, and beginnings of object names."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.judging.noise.scope import EVERYTHING, Scope

MONO, OTHER = "github.com/ada/mono", "github.com/ada/other"


def left_out(scope: Scope, *paths: str, repository: str = MONO) -> list[str]:
    files = pd.DataFrame({"repository": repository, "path": pd.Series(paths, dtype="str")})
    return [path for path, is_out in zip(paths, scope.leaves_out(files), strict=True) if is_out]


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("docs/generated/", ["docs/generated/a.md", "docs/generated/b/c.md"], ["docs/generated", "x/docs/generated/a"]),
        ("docs/generated", ["docs/generated", "docs/generated/a"], ["docs/generated.md", "docs/generatedx/a"]),
        ("/setup.py", ["setup.py"], ["a/setup.py"]),
        ("setup.py", ["setup.py", "a/setup.py"], ["setup.pyx"]),
        ("*.pb.go", ["a.pb.go", "x/y/a.pb.go"], ["a.pb.gox", "apbxgo"]),
        ("src/*/gen", ["src/a/gen", "src/a/gen/x"], ["src/a/b/gen"]),
        ("src/**/gen", ["src/gen", "src/a/gen", "src/a/b/gen/x"], ["gen"]),
        ("a?c", ["abc", "x/abc"], ["ac", "a/c"]),
        ("legacy/", ["legacy/a", "x/legacy/a"], ["legacy"]),
        ("a+b(c", ["a+b(c"], ["aab(c"]),
    ],
)
def test_a_pattern_stands_for_files_and_for_what_is_below_folders(
    pattern: str, matching: list[str], others: list[str]
) -> None:
    assert left_out(Scope(ignored_paths=(pattern,)), *matching, *others) == matching


def test_a_part_of_a_repository_counts_but_for_exceptions() -> None:
    scope = Scope(paths={MONO: ("services/billing", "lib/", "!services/billing/legacy")})
    paths = ("services/billing/a.py", "services/billing/legacy/b.py", "lib/c.py", "web/d.py")
    assert left_out(scope, *paths) == ["services/billing/legacy/b.py", "web/d.py"]
    assert left_out(scope, *paths, repository=OTHER) == []


def test_exceptions_alone_leave_the_rest() -> None:
    assert left_out(Scope(paths={MONO: ("!web/",)}), "web/a.js", "lib/b.py") == ["web/a.js"]


@given(st.lists(st.text(max_size=60), max_size=5))
def test_without_a_choice_everything_counts(paths: list[str]) -> None:
    assert left_out(EVERYTHING, *paths) == []


@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip("/!") and not set(text) & set("*?\0")))
def test_a_path_itself_matches_whatever_is_in_it(path: str) -> None:
    path = path.encode(errors="replace").decode().strip("/")
    assert left_out(Scope(ignored_paths=(f"/{path}",)), path, f"{path}/below") == [path, f"{path}/below"]


def test_commits_are_ignored_by_the_beginning_of_their_names() -> None:
    shas = pd.Series(["3cc27d69aa", "c2705ffd00"], dtype="str")
    assert Scope(ignored_commits=("3cc27d6",)).ignores(shas).tolist() == [True, False]
    assert EVERYTHING.ignores(shas).tolist() == [False, False]
