"""Locks between runs: one holder at a time, and an error that names the holder after the maximum wait."""

import os

import pytest
import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.postgres.turns import Turn, hold_turn, take_turn

pytestmark = pytest.mark.e2e

TURN = Turn(-(2**63), "another run to finish with GitHub", seconds=0.5)


def test_an_error_about_a_timeout_names_the_holder_of_the_lock(engine: sa.Engine) -> None:
    message = rf"Waited 0 minutes for another run to finish with GitHub \(achievement-pipeline {os.getpid()} on "
    with take_turn(engine, TURN), pytest.raises(StoreError, match=message), hold_turn(engine, TURN):
        pass
    with hold_turn(engine, TURN):
        pass


def test_sources_do_not_wait_for_each_other(engine: sa.Engine) -> None:
    with hold_turn(engine, Turn.for_source("GitHub")), hold_turn(engine, Turn.for_source("Linear")):
        pass


def test_work_outside_of_the_database_goes_on_without_it(engine: sa.Engine) -> None:
    with hold_turn(engine, TURN), engine.connect() as other:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        other.execute(sa.text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    with take_turn(engine, TURN) as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
