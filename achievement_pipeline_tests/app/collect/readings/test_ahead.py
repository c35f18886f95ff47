"""Reading ahead: what is read in a thread is taken once, by whoever wants the same."""

from threading import Event

import pytest

from achievement_pipeline.app.collect.readings.ahead import reading_ahead
from achievement_pipeline.app.collect.readings.progress import Progress, Reporting
from achievement_pipeline.errors import SourceError


def no_progress(_work: str) -> Progress:
    return lambda _done, _total: None


def test_what_was_read_is_taken_once_with_its_warnings() -> None:
    def read(reporting: Reporting) -> str:
        reporting.warn("one is broken")
        return "history"

    warnings: list[str] = []
    with reading_ahead("engine", read, no_progress) as ahead:
        assert ahead.take("engine", warnings.append) == "history"
        assert ahead.take("engine", warnings.append) is None
    assert warnings == ["one is broken"]


def test_what_cannot_be_read_is_left_to_the_run() -> None:
    def read(_reporting: Reporting) -> str:
        raise SourceError("it is gone")

    with reading_ahead("engine", read, no_progress) as ahead:
        assert ahead.take("engine", pytest.fail) is None


def test_other_faults_are_raised() -> None:
    with reading_ahead("engine", lambda _: 1 / 0, no_progress) as ahead, pytest.raises(ZeroDivisionError):
        ahead.take("engine", pytest.fail)


def test_a_reading_that_nobody_wants_ends_at_its_next_report() -> None:
    has_begun, is_unwanted = Event(), Event()
    reports: list[int] = []

    def read(reporting: Reporting) -> None:
        report = reporting.start("engine")
        has_begun.set()
        is_unwanted.wait(60)
        for done in range(100):
            report(done, 100)

    with reading_ahead("engine", read, lambda _: lambda done, _total: reports.append(done)) as ahead:
        has_begun.wait(60)
        assert ahead.take("tower", pytest.fail) is None
        is_unwanted.set()
    assert reports == []
