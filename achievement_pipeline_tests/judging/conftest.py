"""What tests with the mark ``histories`` share: their histories are judged at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, islice

import pytest

from achievement_pipeline_tests.judging.apart import Judged, judge_apart


@pytest.fixture(scope="module")
def judge_all() -> Callable[..., Judged]:
    """What judges histories, each by itself; a module may have another."""
    return judge_apart


@pytest.fixture(scope="module")
def all_judged(request: pytest.FixtureRequest, judge_all: Callable[..., Judged]) -> Mapping[str, Judged]:
    """The histories of all tests of a module, judged, by test."""
    marks = {item.nodeid: item.get_closest_marker("histories") for item in request.session.items}
    histories = {test: mark.args for test, mark in marks.items() if mark and test.startswith(f"{request.node.nodeid}:")}
    judged = iter(judge_all(*chain.from_iterable(histories.values())))
    return {test: list(islice(judged, len(own))) for test, own in histories.items()}


@pytest.fixture
def judged(request: pytest.FixtureRequest, all_judged: Mapping[str, Judged]) -> Judged:
    """The judged commits of each history of a test, in the order of its mark."""
    return all_judged[request.node.nodeid]
