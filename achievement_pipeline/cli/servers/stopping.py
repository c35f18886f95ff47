"""How a command that runs until it is stopped is stopped."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, and let what is started meanwhile be stopped by SIGINT.

    A shell without job control lets what it starts with ``&`` ignore SIGINT, and that is inherited: Dagster would never
    stop, nor a run be terminated. Handlers are not inherited, so a no-op handler replaces SIG_IGN here.
    """
    interrupted = signal.getsignal(signal.SIGINT)
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    if interrupted is signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
        signal.signal(signal.SIGINT, interrupted)
