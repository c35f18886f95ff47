"""What contents show: layout changes, licence headers, generated code, notebook cells, dependencies."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.judging.noise.contents import (
    ExaminedFile,
    content_frames,
    needs_contents,
)
from achievement_pipeline.judging.noise.examine import (
    ContentVerdict,
    examine,
    is_generated_content,
    is_import_order,
    is_licence_header_change,
    is_reformat,
    is_whitespace_change,
)
from achievement_pipeline.judging.noise.files import noise_reasons, with_source_lines
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline_tests.judging.file_rows import REPOSITORY, SHA, changed, contents

LICENCE = b"# Copyright 2026 The Authors\n# SPDX-License-Identifier: Apache-2.0\n"


class TestWhitespace:
    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("a.c", b"int f(){return 1;}\n", b"int f()\n{\n\treturn 1;\n}\n"),
            ("a.js", b"f( a,b )\n", b"f(a, b)\r\n"),
            ("a.py", b"def f():\n  return 1\n", b"def f():\n\n    return 1   \r\n"),
            ("a.yaml", b"a:\n  b: 1\n", b"a:\n    b: 1\n"),
            ("README.md", b"a b\n", b"a b  \n\n"),
        ],
    )
    def test_layout_alone_is_no_work(self, path: str, before: bytes, after: bytes) -> None:
        assert is_whitespace_change(path, before, after)

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("a.c", b"a = 1;\n", b"a = 2;\n"),
            ("a.py", b"if a:\n    b()\nc()\n", b"if a:\n    b()\n    c()\n"),
            ("a.yaml", b"a:\n  b: 1\nc: 2\n", b"a:\n  b: 1\n  c: 2\n"),
            ("Makefile", b"a:\n\tb\nc\n", b"a:\n\tb\n\tc\n"),
        ],
    )
    def test_another_meaning_is_work(self, path: str, before: bytes, after: bytes) -> None:
        assert not is_whitespace_change(path, before, after)


class TestImportOrder:
    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            (
                "a.py",
                b"import b\nfrom a import d, c\n\nf()\n",
                b"from a import (\n    c,\n    d,\n)\nimport b\n\n\nf()\n",
            ),
            (
                "a.ts",
                b"import { b, a } from './x'\nimport type C from \"c\"\nf()\n",
                b'import type C from "c";\nimport {\n  a,\n  b,\n} from "./x";\nf()\n',
            ),
            ("a.go", b'import (\n\t"os"\n\t"fmt"\n)\nf()\n', b'import (\n\t"fmt"\n\n\t"os"\n)\nf()\n'),
            ("a.rs", b"use b::{d, c};\nuse a;\nfn f() {}\n", b"use a;\nuse b::{c, d};\nfn f() {}\n"),
            ("A.java", b"import b.B;\nimport static a.A.*;\nf();\n", b"import static a.A.*;\nimport b.B;\nf();\n"),
            ("a.c", b"#include <b.h>\n#include <a.h>\nf();\n", b"#include <a.h>\n#include <b.h>\nf();\n"),
        ],
    )
    def test_sorting_imports_is_no_work(self, path: str, before: bytes, after: bytes) -> None:
        assert is_import_order(path, before, after)

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("a.py", b"import a\nf()\n", b"import a\nimport b\nf()\n"),
            ("a.py", b"import a\nf()\n", b"import a\ng()\n"),
            ("a.py", b"f()\ng()\n", b"g()\nf()\n"),
            ("a.py", b"import a\nif a:\n  f()\ng()\n", b"import a\nif a:\n  f()\n  g()\n"),
        ],
    )
    def test_importing_or_doing_something_else_is_work(self, path: str, before: bytes, after: bytes) -> None:
        assert not is_import_order(path, before, after)


class TestReformat:
    def test_python_as_black_lays_it_out(self) -> None:
        before = b"x = {  'a':37,'b':42,\n'c':927}\ny = 'hello ''world'\nif very and(long): pass  # why\n"
        after = b'x = {"a": 37, "b": 42, "c": 927}\n\ny = "hello " "world"\nif very and (long):\n    pass  # why\n'
        assert is_reformat("a.py", before, after)

    def test_where_lines_break_means_nothing_to_python(self) -> None:
        before = b"def f(a=None, b=None):\n    if a: return 1\n\ndef g(p=(None, None)): return f(*p)\n"
        after = before.replace(b"(a=None, b=None)", b"(\n    a=None,\n    b=None,\n)").replace(
            b"if a: ", b"if a:\n        "
        )
        assert is_reformat("a.py", before, after)

    def test_python_with_another_meaning_is_work(self) -> None:
        assert not is_reformat("a.py", b"x = (1, 2)\n", b"x = (12,)\n")
        assert not is_reformat("a.py", b"x = a * (b + c)\n", b"x = a * b + c\n")

    def test_another_comment_is_work(self) -> None:
        assert not is_reformat("a.py", b"f(x)  # was (x, y)\n", b"f(x)\n  # was x y\n")

    def test_python_that_is_no_python_is_not_called_reformatted(self) -> None:
        assert not is_reformat("a.py", b"print 'a'\n", b'print "a"\n')

    def test_javascript_as_prettier_lays_it_out(self) -> None:
        before = b"const f = x => ({a: 'b', c: [1,2]});\n"
        after = b'const f = (x) => ({\n  a: "b",\n  c: [1, 2],\n})\n'
        assert is_reformat("a.ts", before, after)
        assert not is_reformat("a.ts", before, after.replace(b"c:", b"d:"))

    def test_punctuation_in_prose_is_a_correction(self) -> None:
        assert not is_reformat("README.md", b"well I do\n", b"well, I do\n")


class TestLicenceHeaders:
    def test_a_header_that_is_swept_in_is_no_work(self) -> None:
        assert is_licence_header_change(b"import a\n", LICENCE + b"\nimport a\n")
        assert is_licence_header_change(LICENCE + b"\nimport a\n", LICENCE.replace(b"2026", b"2027") + b"\nimport a\n")
        block = b"/*\n * Licensed under the MIT licence\n */\n"
        assert is_licence_header_change(b"int a;\n", block + b"int a;\n")

    def test_a_comment_about_the_file_is_work(self) -> None:
        assert not is_licence_header_change(b"import a\n", b"# Reads the history\nimport a\n")

    def test_a_header_with_a_change_below_it_is_work(self) -> None:
        assert not is_licence_header_change(b"import a\n", LICENCE + b"import b\n")


class TestGenerated:
    @pytest.mark.parametrize(
        ("path", "head"),
        [
            ("a.go", b"// Code generated by protoc-gen-go. DO NOT EDIT.\npackage a\n"),
            ("a.py", b"# Generated by the protocol buffer compiler.  DO NOT EDIT!\n"),
            ("a.c", b"/* Generated by Cython 3.0.10 */\n"),
            ("A.java", b"// $ANTLR 3.5\n/* Generated by ANTLR 4.13 */\n"),
            ("a.js", b"/**\n * @generated SignedSource<<x>>\n */\n"),
            ("a.rs", b"// This file is generated by build.rs\n"),
            ("requirements.txt", b"#\n# This file is autogenerated by pip-compile with Python 3.12\n#\n"),
            ("a.html", b"<!DOCTYPE html>\n<!-- Generated by Doxygen 1.9.8 -->\n"),
            ("a.cpp", b"// Autogenerated by Thrift Compiler (0.20.0)\n"),
            (
                "Makefile.in",
                b"# Makefile.in generated by automake 1.16\n# This file was automatically generated by make\n",
            ),
            ("a.meta", b"fileFormatVersion: 2\nguid: 0\n"),
            ("a.js", b"a" * 111 + b"\n" + b"b" * 150),
        ],
    )
    def test_a_generated_file_contains_a_marker(self, path: str, head: bytes) -> None:
        assert is_generated_content(path, head)

    @pytest.mark.parametrize(
        ("path", "head"),
        [
            ("generate.py", b'TEMPLATE = "// Code generated by us. DO NOT EDIT."\n'),
            ("generate.go", b"package main\n\n// writes the marker that says code is generated\n"),
            ("late.go", b"package a\n" * 60 + b"// Code generated by x. DO NOT EDIT.\n"),
            (
                "docs/conf.py",
                b"# Note that not all possible configuration values are present in this\n# autogenerated file.\n",
            ),
            ("a.js", b"a" * 109 + b"\n"),
            ("a.txt", b"a" * 500),
            ("empty.js", b""),
        ],
    )
    def test_a_person_may_speak_of_generating(self, path: str, head: bytes) -> None:
        assert not is_generated_content(path, head)


class TestNotebooks:
    @staticmethod
    def notebook(*sources: str, output: str = "", counter: int = 1) -> bytes:
        cells = [
            {
                "cell_type": "code",
                "source": source.splitlines(keepends=True),
                "outputs": [{"text": output}],
                "execution_count": counter,
            }
            for source in sources
        ]
        return json.dumps({"nbformat": 4, "cells": cells}).encode()

    def test_running_a_notebook_again_is_no_work(self) -> None:
        verdict = examine("a.ipynb", self.notebook("x = 1"), self.notebook("x = 1", output="9" * 999, counter=7))
        assert verdict[:4] == (Noise.NOTEBOOK_OUTPUT, 0, 0, Noise.NOTEBOOK_OUTPUT)

    def test_lines_of_cells_are_counted(self) -> None:
        verdict = examine("a.ipynb", self.notebook("x = 1\ny = 2"), self.notebook("x = 1\ny = 3\nz = 4", output="long"))
        assert verdict[:4] == (None, 2, 1, Noise.NOTEBOOK_OUTPUT)

    def test_a_new_notebook_counts_its_source(self) -> None:
        verdict = examine("a.ipynb", None, self.notebook("x = 1\n\ny = 2"))
        assert verdict[:4] == (None, 2, 0, Noise.NOTEBOOK_OUTPUT)

    def test_the_kernel_and_the_packages_that_cells_import_are_returned(self) -> None:
        before = self.notebook("import numpy as np")
        after = self.notebook("import numpy as np\nfrom sklearn.svm import SVC\nimport json, os\nimport pandas as pd")
        found = examine("a.ipynb", before, after).dependencies
        assert [one.package for one in found] == ["python", "numpy", "pandas", "scikit-learn"]
        assert {one.change for one in found} == {"imported"}

    @pytest.mark.parametrize(
        ("metadata", "language"),
        [
            ({"kernelspec": {"language": "julia", "name": "julia-1.10"}}, "julia"),
            ({"kernelspec": {"name": "ir"}, "language_info": {"name": "R"}}, "r"),
            ({"kernelspec": {"language": "R", "name": "ir"}}, "r"),
            ({"kernelspec": {"name": "python3"}}, "python"),
            ({"kernelspec": 3, "language_info": []}, "python"),
            ({}, "python"),
        ],
    )
    def test_the_language_is_that_of_the_kernel(self, metadata: dict[str, object], language: str) -> None:
        notebook = {"metadata": metadata, "cells": [{"source": "library(ggplot2)"}]}
        (kernel,) = examine("a.ipynb", None, json.dumps(notebook).encode()).dependencies
        assert kernel == ("kernel", language, "imported")

    def test_cells_of_another_language_import_no_python(self) -> None:
        notebook = {"metadata": {"kernelspec": {"language": "julia"}}, "cells": [{"source": "import numpy"}]}
        assert [one.package for one in examine("a.ipynb", None, json.dumps(notebook).encode()).dependencies] == [
            "julia"
        ]

    def test_the_older_format_is_read(self) -> None:
        old = json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"input": ["x = 1"]}]}]}).encode()
        assert examine("a.ipynb", None, old)[:4] == (None, 1, 0, Noise.NOTEBOOK_OUTPUT)

    @pytest.mark.parametrize("broken", [b"{", b"[]", b"\xff", b'{"cells": [1, {}]}', b'{"cells": [{"source": 3}]}'])
    def test_a_broken_notebook_stays_output(self, broken: bytes) -> None:
        assert examine("a.ipynb", b"{}", broken).noise in {Noise.NOTEBOOK_OUTPUT, None}


class TestCopyrightHolders:
    @pytest.mark.parametrize(
        ("header", "holder"),
        [
            ("# Copyright (c) 2011-2019 Grace Hopper. All rights reserved.", "grace hopper"),
            ("// Copyright 2015 The Frobnicator Authors", "frobnicator"),
            ("/*\n * SPDX-FileCopyrightText: 2020 Looms & Co. <a@b.example>\n */", "looms & co"),
            ("# \N{COPYRIGHT SIGN} 2001, 2004 by O'Neil-Smith", "o'neil-smith"),
            ("# SPDX-License-Identifier: MIT", None),
            ("# Nothing of that kind", None),
            ("# Copyright (c) 2020", None),
        ],
    )
    def test_the_holder_is_read_from_the_opening_comment_of_a_new_file(self, header: str, holder: str | None) -> None:
        content = f"{header}\nx = 1\n".encode()
        assert examine("a.c", None, content).holder == holder
        assert examine("a.c", b"x = 0\n", content).holder is None

    def test_a_text_about_copyright_further_down_names_nobody(self) -> None:
        assert examine("a.py", None, b"x = 1\n# Copyright (c) 2020 Grace Hopper\n").holder is None


class TestExamine:
    def test_work_is_work(self) -> None:
        assert examine("a.py", b"x = 1\n", b"x = 2\n") == ContentVerdict()

    def test_a_binary_file_shows_nothing(self) -> None:
        assert examine("a.py", b"\0a", b"\0 a") == ContentVerdict()

    def test_a_manifest_shows_its_dependencies(self) -> None:
        verdict = examine("pyproject.toml", None, b'[project]\ndependencies = ["django"]\n')
        assert [tuple(change) for change in verdict.dependencies] == [("pypi", "django", "added")]

    def test_a_deleted_file_is_judged_by_what_it_was(self) -> None:
        assert examine("a.go", b"// Code generated by x. DO NOT EDIT.\n", None).noise == Noise.GENERATED

    def test_verdicts_become_frames(self) -> None:
        verdict = examine("pyproject.toml", None, b'[project]\ndependencies = ["django"]\n')
        read, changes = content_frames([ExaminedFile(REPOSITORY, SHA, "pyproject.toml", verdict)])
        assert read[["path", "noise"]].fillna("").to_numpy().tolist() == [["pyproject.toml", ""]]
        assert changes[["ecosystem", "package", "change"]].to_numpy().tolist() == [["pypi", "django", "added"]]

    def test_no_verdicts_become_empty_frames(self) -> None:
        assert [len(frame) for frame in content_frames([])] == [0, 0]

    def test_counted_lines_replace_those_of_git(self) -> None:
        files = changed({"path": "a.ipynb", "insertions": 9000, "deletions": 500}, "b.py")
        counted = with_source_lines(files, contents({"path": "a.ipynb", "insertions": 4, "deletions": 1}))
        assert counted[["insertions", "deletions"]].to_numpy().tolist() == [[4, 1], [10, 2]]


code = st.text(alphabet="ab(),;'\" \n\t#", max_size=40).map(str.encode)


@settings(deadline=None)
@given(st.sampled_from(["a.py", "a.c", "a.yaml", "a.ipynb", "README.md", "package.json"]), code, code)
def test_examining_never_raises_and_is_the_same_both_ways(path: str, before: bytes, after: bytes) -> None:
    there, back = examine(path, before, after), examine(path, after, before)
    if before and after and Noise.GENERATED not in (there.noise, back.noise):
        assert there.noise == back.noise


@settings(deadline=None)
@given(st.sampled_from(["a.c", "a.js", "README.md"]), st.lists(st.sampled_from(["a", "b(", ");", "{", "}"])), st.data())
def test_any_white_space_between_words_is_white_space(path: str, words: list[str], data: st.DataObject) -> None:
    def laid_out() -> bytes:
        blanks = data.draw(
            st.lists(st.sampled_from([" ", "\n", "\t", "\r\n"]), min_size=len(words), max_size=len(words))
        )
        return "".join(word + blank for word, blank in zip(words, blanks, strict=True)).encode()

    assert is_whitespace_change(path, laid_out(), laid_out())


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(1, 8))
def test_the_width_of_an_indent_means_nothing_in_python(width: int, other: int) -> None:
    def program(indent: str) -> bytes:
        return dedent("if a:\n>b\n>if c:\n>>d\ne\n").replace(">", indent).encode()

    assert is_whitespace_change("a.py", program(" " * width), program(" " * other))


class TestWideText:
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
    def test_text_in_utf_16_counts_its_lines(self, encoding: str) -> None:
        mark = b"" if encoding == "utf-16" else b"\xfe\xff"
        before = mark + "Write-Host 1\r\nWrite-Host 2\r\n".encode(encoding)
        after = mark + "Write-Host 1\r\nWrite-Host 3\r\nWrite-Host 4\r\n".encode(encoding)

        verdict = examine("tool.ps1", before, after)

        assert (verdict.noise, verdict.insertions, verdict.deletions) == (None, 2, 1)

    def test_another_encoding_is_no_work(self) -> None:
        text = "Write-Host 1\nWrite-Host 2\n"
        assert examine("tool.ps1", text.encode("utf-16"), text.encode()).noise is Noise.WHITESPACE

    def test_a_binary_stays_one(self) -> None:
        files = changed({"path": "tool.ps1", "binary": True, "insertions": None, "deletions": None})
        assert noise_reasons(files, contents=contents({"path": "tool.ps1"})).tolist() == ["binary"]

    def test_it_is_read_and_then_is_work(self) -> None:
        files = changed({"path": "tool.ps1", "binary": True, "insertions": None, "deletions": None})
        assert needs_contents(files, noise_reasons(files)).tolist() == [True]
        read = contents({"path": "tool.ps1", "insertions": 80, "deletions": 0})
        assert noise_reasons(files, contents=read).isna().tolist() == [True]
