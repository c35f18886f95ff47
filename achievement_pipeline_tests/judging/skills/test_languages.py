"""In which language a file is written."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.judging.skills.languages import languages_of
from achievement_pipeline.judging.skills.vocabulary import known_skills
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging.file_rows import attributes, changed


def languages(*paths: str) -> list[str | None]:
    found = languages_of(changed(*paths), known_skills())
    return [None if name is None else str(name) for name in found.astype("object").where(found.notna(), None)]


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("src/app.py", "Python"),
        ("a/b.TSX", "TypeScript"),
        ("web/index.html", "HTML"),
        ("Dockerfile", "Dockerfile"),
        ("docker/Dockerfile.dev", "Dockerfile"),
        ("CMakeLists.txt", "CMake"),
        ("Makefile", "Makefile"),
        ("Jenkinsfile", "Groovy"),
        ("views/home.blade.php", "Blade"),
        ("views/home.html.erb", "HTML+ERB"),
        ("main.go", "Go"),
        ("lib.rs", "Rust"),
        ("infra/main.tf", "HCL"),
        (r"caf\xe9/a b.py", "Python"),
        ("a\nb.py", "Python"),
        ("README.md", None),
        ("package.json", None),
        ("config.yaml", None),
        ("data.csv", None),
        ("html", None),
        ("bin/run", None),
        (".py", None),
        ("py", None),
    ],
)
def test_a_file_name_shows_the_language(path: str, language: str | None) -> None:
    assert languages(path) == [language]


@pytest.mark.parametrize(
    ("path", "neighbours", "language"),
    [
        ("a.h", ["a.c"], "C"),
        ("a.h", ["a.cpp", "b.cc", "c.c"], "C++"),
        ("a.h", [], "C"),
        ("a.m", ["a.h", "App.swift"], "Objective-C"),
        ("a.m", [], "MATLAB"),
        ("a.pl", ["b.plt"], "Prolog"),
        ("a.pl", [], "Perl"),
        ("a.v", ["v.mod"], "V"),
        ("a.v", ["_CoqProject"], "Rocq Prover"),
        ("a.v", [], "Verilog"),
        ("a.fs", ["shader.vert"], "GLSL"),
        ("a.fs", ["app.fsproj"], "F#"),
        ("a.inc", [], None),
        ("a.inc", ["index.php"], "PHP"),
    ],
)
def test_the_rest_of_the_repository_decides_about_a_shared_ending(
    path: str, neighbours: list[str], language: str | None
) -> None:
    assert languages(path, *neighbours)[0] == language


def test_another_repository_decides_nothing() -> None:
    files = changed("a.h", {"path": "b.cpp", "repository": "github.com/o/other"})
    assert languages_of(files, known_skills()).tolist() == ["C", "C++"]


def test_a_file_counts_once_however_often_it_changed() -> None:
    assert languages("a.h", "a.c", "a.c", "a.c", "x.cpp", "y.cpp")[0] == "C++"


def test_no_files_have_no_languages() -> None:
    assert languages() == []


paths = st.lists(
    st.sampled_from(["a.h", "a.c", "b.cpp", "c.cc", "x.m", "x.swift", "p.pl", "p.plt", "a.py", "b"]), max_size=8
)


@settings(deadline=None, max_examples=examples(30))
@given(paths, st.randoms())
def test_the_order_of_the_files_changes_nothing(given_paths: list[str], random: Random) -> None:
    files = changed(*given_paths)
    order = list(files.index)
    random.shuffle(order)
    assert languages_of(files.loc[order], known_skills()).sort_index().equals(languages_of(files, known_skills()))


def test_gitattributes_set_the_language_of_a_path() -> None:
    files = changed("page.inc", "a.py", "b.py", "c.py")
    stated = attributes(
        {"path": "page.inc", "language": "php"},
        {"path": "a.py", "language": "No such language"},
        {"path": "b.py", "detectable": False},
    )

    languages = languages_of(files, known_skills(), stated)

    assert languages.fillna("none").tolist() == ["PHP", "Python", "none", "Python"]
