"""LinkedIn on loopback."""

from collections.abc import Iterator

import pytest

from achievement_pipeline_tests.servers.linkedin import LinkedInServer
from achievement_pipeline_tests.servers.loopback import Loopback


@pytest.fixture
def linkedin() -> LinkedInServer:
    return LinkedInServer()


@pytest.fixture
def loopback(linkedin: LinkedInServer) -> Iterator[Loopback]:
    with Loopback(linkedin.handle) as loopback:
        yield loopback
