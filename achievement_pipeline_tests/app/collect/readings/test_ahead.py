"""Reading ahead: what another process has read is taken once, by whoever wants the same."""

import os
import signal
from functools import partial
from threading import Event

import pytest

from achievement_pipeline.app.collect.readings.ahead import reading_ahead
from achievement_pipeline.app.collect.readings.progress import Progress, Reporting
from achievement_pipeline.errors import SourceError


def no_progress(_work: str) -> Progress:
    return lambda _done, _total: None


def read_with_warning(reporting: Reporting) -> str:
    reporting.start("engine")(1, 2)
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
    with reading_ahead("engine", read_with_warning) as ahead:
        ahead.show(lambda work: lambda done, total: reports.append((work, done, total)))
        assert ahead.take("engine", warnings.append) == "history"
        assert ahead.take("engine", warnings.append) is None
    assert warnings == ["one is broken"]
    assert reports == [("engine", 1, 2)]


@pytest.mark.parametrize("read", [fail_to_read, end_by_signal, partial(lambda _: lambda: "not to be pickled")])
def test_what_cannot_be_read_is_left_to_the_run(read: partial[str]) -> None:
    with reading_ahead("engine", read) as ahead:
        ahead.show(no_progress)
        assert ahead.take("engine", pytest.fail) is None


def test_a_reading_that_nobody_wants_is_ended() -> None:
    has_begun = Event()

    def start(_work: str) -> Progress:
        has_begun.set()
        return lambda _done, _total: None

    with reading_ahead("engine", read_on) as ahead:
        ahead.show(start)
        assert has_begun.wait(60)
        assert ahead.take("tower", pytest.fail) is None
