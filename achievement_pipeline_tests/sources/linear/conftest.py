"""Linear on loopback, and how it is read."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from pandera.typing import DataFrame

from achievement_pipeline.frames import RawLinearIssues
from achievement_pipeline.sources.linear import read_issues
from achievement_pipeline_tests.servers.linear import LinearServer, Workspace


@pytest.fixture
def server() -> Iterator[LinearServer]:
    with LinearServer() as it:
        yield it


@pytest.fixture
def workspace(server: LinearServer) -> Workspace:
    return server.workspace


def read(server: LinearServer, stored: DataFrame[RawLinearIssues] | None = None, page: int = 250) -> Any:
    found = read_issues(server.client(page=page), stored)
    assert found.warnings == ()
    return found.issues


def the(frame: pd.DataFrame) -> Any:
    assert len(frame) == 1
    return frame.iloc[0]
