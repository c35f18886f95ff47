"""Reading ahead: what another process has read is taken once, by whoever wants the same."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest

from achievement_pipeline.app.collect.readings.ahead import reading_ahead
from achievement_pipeline.app.collect.readings.progress import Progress, Reporting
from achievement_pipeline.errors import SourceError


def nothing(_read: str) -> list[tuple[str, object]]:
    return []


def spell(read: str) -> Iterator[tuple[str, str]]:
    yield "first", read[0]
    yield "second", read[1]


def fail_at_second(read: str) -> Iterator[tuple[str, str]]:
    yield "first", read[0]
    raise ValueError


def no_progress(_work: str) -> Progress:
    return lambda _done, _total: None


def read_with_warning(reporting: Reporting) -> str:
    report = reporting.start("engine")
    for done in range(1, 4):
        report(done, 3)  # in less time than passes between two reports
    reporting.warn("one is broken")
    return "history"


def fail_to_read(_reporting: Reporting) -> str:
    raise SourceError("it is gone")


def read_on(reporting: Reporting) -> str:
    report = reporting.start("engine")
    while True:
        report(1, 2)


def end_by_signal(_reporting: Reporting) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "history"


def test_what_was_read_is_taken_once_with_its_warnings_and_progress() -> None:
    reports: list[tuple[str, int, int]] = []
    warnings: list[str] = []
    with reading_ahead("engine", read_with_warning, nothing) as ahead:
        ahead.show(lambda work: lambda done, total: reports.append((work, done, total)))
        assert ahead.take("engine", warnings.append) == "history"
        assert ahead.take("engine", warnings.append) is None
    assert warnings == ["one is broken"]
    assert reports[0] == ("engine", 1, 3)
    assert reports[-1] == ("engine", 3, 3)


@pytest.mark.parametrize("read", [fail_to_read, end_by_signal, partial(lambda _: lambda: "not to be pickled")])
def test_what_cannot_be_read_is_left_to_the_run(read: partial[str]) -> None:
    with reading_ahead("engine", read, nothing) as ahead:
        ahead.show(no_progress)
        assert ahead.take("engine", pytest.fail) is None


def test_a_reading_that_nobody_wants_is_ended() -> None:
    has_begun = Event()

    def start(_work: str) -> Progress:
        has_begun.set()
        return lambda _done, _total: None

    with reading_ahead("engine", read_on, nothing) as ahead:
        ahead.show(start)
        assert has_begun.wait(60)
        assert ahead.take("tower", pytest.fail) is None


def test_what_follows_is_taken_in_its_order_by_whoever_took_what_was_read() -> None:
    with reading_ahead("engine", read_with_warning, spell) as ahead:
        ahead.show(no_progress)
        assert ahead.take_next("first") is None
        assert ahead.take("engine", str) == "history"
        assert [ahead.take_next(name) for name in ("first", "second", "third")] == ["h", "i", None]


@pytest.mark.parametrize("names", [("second", "first"), ("first", "third")])
def test_what_does_not_follow_is_left_to_the_run(names: tuple[str, str]) -> None:
    with reading_ahead("engine", read_with_warning, fail_at_second) as ahead:
        ahead.show(no_progress)
        assert ahead.take("engine", str) == "history"
        assert [ahead.take_next(name) for name in names] == ["h" if names[0] == "first" else None, None]


def test_what_follows_is_not_that_of_the_next_reading() -> None:
    with reading_ahead("engine", read_with_warning, spell) as ahead:
        ahead.show(no_progress)
        assert ahead.take("engine", str) == "history"
        assert ahead.take("tower", str) is None
        assert ahead.take_next("first") is None
