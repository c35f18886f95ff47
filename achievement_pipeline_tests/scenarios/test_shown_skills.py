"""The skills that real commits show: by imports, notebooks and folders."""

import json
from pathlib import Path

import pytest

from achievement_pipeline_tests.builders import Files, GitRepository
from achievement_pipeline_tests.judging_repository import judge

pytestmark = pytest.mark.e2e  # reads and judges whole repositories


def shown(path: Path, files: Files, message: str = "feat: add it") -> set[str]:
    repository = GitRepository.create(path / "repository")
    repository.commit("note", {"first.txt": "first\n"})
    sha = repository.commit(message, files)
    return judge(repository).skills_of(sha)


def test_a_file_that_imports_a_package_shows_its_technology(tmp_path: Path) -> None:
    files: Files = {
        "model.py": "import os\nfrom torch import nn\n\n\nclass Model(nn.Module):\n    pass\n",
        "app.ts": "import { render } from 'react'\n",
        "util.py": "from . import pandas\n",
    }
    found = shown(tmp_path, files)
    assert {"Python", "PyTorch", "React"} <= found
    assert "pandas" not in found


@pytest.mark.parametrize(("kernel", "language"), [("R", "R"), ("julia", "Julia"), ("python", "Python")])
def test_a_notebook_shows_the_language_of_its_kernel(tmp_path: Path, kernel: str, language: str) -> None:
    notebook = {
        "metadata": {"kernelspec": {"language": kernel, "name": kernel}},
        "cells": [{"cell_type": "code", "source": [f"step{n} = {n}\n" for n in range(30)]}],
    }
    found = shown(tmp_path, {"analysis.ipynb": json.dumps(notebook)})
    assert found & {"R", "Julia", "Python"} == {language}


@pytest.mark.parametrize(
    "path", ["docs/conf.py", "docs/build.go", "tests/README.md", "resources/mdtest/call.md", "specs/idea.txt"]
)
def test_a_folder_alone_shows_no_practice(tmp_path: Path, path: str) -> None:
    found = shown(tmp_path, {path: "value = 1\n" * 30}, "Implement it")
    assert not found & {"Technical documentation", "Automated testing"}
