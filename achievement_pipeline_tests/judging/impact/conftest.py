"""Changes, and the signs of impact that are found in them."""

import numpy as np
import pandas as pd

from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.impact.signs import Flags, Work, find_signs

NAMES = [sign.sign for sign in known_signs()]
LIKENESS = {"feat": 1.64, "fix": -0.32, "refactor": -1.0, "test": -9.0, "docs": 0.0, "build": -1.0, "ci": -1.0}


def shown(*changes: set[str]) -> dict[str, Flags]:
    return {name: np.array([name in change for change in changes]) for name in NAMES}


def work(title: str, *paths: str, body: str = "", category: str = "feature", lines: int = 30, removed: int = 0) -> Work:
    return Work(
        titles=pd.Series([title]),
        bodies=pd.Series([body]),
        categories=pd.Series([category]),
        likeness=pd.DataFrame([LIKENESS]),
        breaking=pd.Series([False]),
        commits=pd.Series([1]),
        files=pd.DataFrame(
            {
                "position": [0] * len(paths),
                "path": pd.Series(paths, dtype="str"),
                "status": ["M"] * len(paths),
                "insertions": pd.array([lines] * len(paths), dtype="Int32"),
                "deletions": pd.array([removed] * len(paths), dtype="Int32"),
            }
        ),
    )


def found(*args: str, **kwargs: object) -> set[str]:
    signs = find_signs(work(*args, **kwargs))  # type: ignore[arg-type]
    return {name for name, flags in signs.items() if flags[0]}
