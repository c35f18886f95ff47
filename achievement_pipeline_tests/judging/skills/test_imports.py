"""The packages that source code imports, by language."""

import pytest

from achievement_pipeline.judging.skills.imports import imported_packages


def packages(path: str, source: str) -> list[str]:
    return [package for _, package in imported_packages(path, source.encode())]


@pytest.mark.parametrize(
    ("path", "source", "found"),
    [
        ("a.py", "import torch\nimport numpy.linalg as la, pandas\n", ["numpy", "pandas", "torch"]),
        ("a.py", "from sklearn.svm import SVC\n    from yaml import load\n", ["pyyaml", "scikit-learn"]),
        ("a.py", "import os, sys\nfrom . import torch\nfrom .torch import x\nfrom __future__ import annotations\n", []),
        ("a.py", "# import torch\nx = 'import torch'\nimportant = torch\n>>> import torch\n", []),
        ("setup.py", "import setuptools\n", []),
        ("a.ts", "import R, { use } from 'react'\nimport '@nestjs/core/register'\n", ["@nestjs/core", "react"]),
        (
            "a.js",
            "const e = require('express');\nimport {\n  a,\n} from \"vue\"\nexport * from 'zod'\n",
            ["express", "vue", "zod"],
        ),
        ("a.js", "import x from './x'\nimport y from '@/y'\nimport fs from 'node:fs'\n} else if (z === 'a') {}\n", []),
        (
            "a.go",
            'import (\n\t"fmt"\n\tv1 "k8s.io/api/core"\n\t"github.com/gin-gonic/gin/binding"\n)\n',
            ["github.com/gin-gonic", "github.com/gin-gonic/gin", "k8s.io/api", "k8s.io/api/core"],
        ),
        (
            "a.rs",
            "use std::io;\nuse serde_json::Value;\nuse crate::x;\nextern crate tokio;\n",
            ["serde-json", "serde_json", "tokio"],
        ),
        ("a.rb", "require 'rails/all'\nrequire_relative 'x'\n", ["rails"]),
        (
            "A.java",
            "import java.util.List;\nimport static org.junit.jupiter.api.Test;\n",
            ["org.junit.jupiter.api:", "org.junit.jupiter:", "org.junit:"],
        ),
        ("A.cs", "using System.Linq;\nusing Dapper;\nusing var x = y;\n", ["Dapper"]),
        ("a.md", "import torch\n", []),
    ],
)
def test_imports_name_packages(path: str, source: str, found: list[str]) -> None:
    assert packages(path, source) == found


def test_the_number_of_packages_of_one_file_is_bounded() -> None:
    assert len(packages("a.py", "".join(f"import package{n}\n" for n in range(1000)))) < 100
