"""A program that keeps a second state of two slices and stalls in the middle, to be killed there.

Arguments: the address of the database, and where to stall: load, compose or commit.
"""

import sys
import time

import sqlalchemy as sa
from pandera.typing import DataFrame
from sqlalchemy import event

from achievement_pipeline.frames import Achievements, ActivityFrames, PiecesOfWork
from achievement_pipeline.store.pieces.upsert import UpsertResult, upsert_slices
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline_tests.store.sample_pieces import Piece, compose, frames

COMMIT = Piece("git:github.com/acme/engine@3333")
PULL = Piece("github:github.com/acme/engine#9")


def second_state(engine: sa.Engine, stall_at: str = "nowhere") -> UpsertResult:
    """Keep the second state."""

    def reach(place: str) -> None:
        if place == stall_at:
            print(place, flush=True)  # the test waits for it
            time.sleep(60)

    def load(lane: str) -> ActivityFrames:
        if lane == "github":
            reach("load")
        return frames(COMMIT if lane == "git" else PULL)

    def composed(pieces: PiecesOfWork) -> DataFrame[Achievements]:
        reach("compose")
        return compose(pieces)

    event.listen(engine, "commit", lambda _: reach("commit"))
    return upsert_slices(engine, {"git": "second", "github": "first"}, load, composed, rules="1")


if __name__ == "__main__":
    second_state(create_engine(sys.argv[1]), sys.argv[2])
