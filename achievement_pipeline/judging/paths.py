"""Match many file paths against one expression."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def matches(paths: pd.Series[str], expression: str) -> npt.NDArray[np.bool_]:
    """Return which paths match an RE2 expression.

    RE2 runs in linear time on any input. ``$`` matches at the end of the path only, not at line ends.
    """
    found: npt.NDArray[np.bool_] = pc.match_substring_regex(pa.array(paths, type=pa.string()), expression).to_numpy(
        zero_copy_only=False
    )
    return found
