"""Posts in a child that kills itself at the n-th line of what posts, for n = 1, 2, ...; then looks at what is left.

A process of its own, for it forks, and whoever forks must have no threads. Arguments: database, server, whether what is
in doubt is sent again. Prints a line of JSON for each n: the state after the kill, the states after the next run.
"""

import datetime as dt
import json
import os
import signal
import sys
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from achievement_pipeline.channels import LINKEDIN
from achievement_pipeline.publishing.gate.policy import Privacy, PrivacyPolicy, Visibility
from achievement_pipeline.publishing.linkedin.client import LinkedIn
from achievement_pipeline.publishing.linkedin.login import Login
from achievement_pipeline.publishing.linkedin.publisher import LinkedInPublisher
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings
from achievement_pipeline.publishing.outbox.driver import Outbox
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline.store.publications import find_publications
from achievement_pipeline_tests.servers.linkedin import AUTHOR, TOKEN
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY

DATABASE, SERVER, RESEND = sys.argv[1], sys.argv[2], sys.argv[3] == "resend"
POLICY = PrivacyPolicy.model_validate({"channels": {"linkedin": {"auto_approve": {"portfolio_ready": False}}}})
STEPS = ("outbox/driver.py", "linkedin/publisher.py", "linkedin/client.py", "store/publications.py")
"""The files whose every line is a step."""


ENGINE = create_engine(DATABASE)
LOGIN = Login.model_validate({"access_token": TOKEN, "expires_at": dt.datetime.now(dt.UTC), "author": AUTHOR})
CLIENT = LinkedIn(LOGIN, "202610", SERVER)
OUTBOX = Outbox(
    engine=ENGINE,
    channel=LINKEDIN,
    publisher=LinkedInPublisher(settings=LinkedInSettings(resend=RESEND), connect=lambda: CLIENT),
    privacy=Privacy(policy=POLICY, visibility={REPOSITORY: Visibility.PUBLIC}),
    authors=(),
    zone=ZoneInfo("UTC"),
)


def post(step: int | None) -> None:
    if step is not None:
        left = [step]

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            if not frame.f_code.co_filename.endswith(STEPS):
                return None
            if event == "line":
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
    OUTBOX.send(at_once=True)


def in_child(step: int | None) -> bool:
    """Post in a child, and return whether it came to its end."""
    child = os.fork()
    if not child:
        post(step)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and status:
        raise SystemExit(f"the child failed at step {step}")
    return not os.WIFSIGNALED(status)


def states() -> list[str]:
    with ENGINE.connect() as connection:
        found = [each.state.value for each in find_publications(connection, LINKEDIN.name)]
    ENGINE.dispose()  # no child may have its connection
    return found


def forget() -> None:
    with ENGINE.begin() as connection:
        connection.execute(sa.text("DELETE FROM publications"))
    ENGINE.dispose()


OUTBOX.prepare()  # what takes long the first time has been done when children begin
ENGINE.dispose()
STRIDE = 31
"""Not every line each time: the steps between two looks at the database are many. Over both settings all are met."""
step = 3 if RESEND else 1
ended = False
while not ended:
    ended = in_child(step)
    killed = states()
    in_child(None)
    print(json.dumps([step, killed, states()]), flush=True)
    if sys.stdin.readline() != "go on\n":
        break
    forget()
    step += STRIDE
