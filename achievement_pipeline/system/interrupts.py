"""End at once where Python could lose Ctrl-C, in imports."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_INTERRUPTED = 130
"""As of what a shell ends by SIGINT."""
INTERRUPTED = "❌ Interrupted. What was stored is kept."
_STDERR = 2
_AFTER_A_BAR = "\r\x1b[K\x1b[?25h"
"""Clears the line of a terminal, and shows its cursor again."""


@contextmanager
def interrupted_at_once() -> Iterator[None]:
    """Let Ctrl-C end the process at once, without unwinding, while modules are imported.

    An interrupt that Python raises where an import lets go of its lock is lost: the program goes on, and other threads
    that import may wait for ever. Nothing may be going on in the block that a kill could damage.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _end(*_: object) -> None:
    start = _AFTER_A_BAR if os.isatty(_STDERR) else ""
    os.write(_STDERR, f"{start}{INTERRUPTED}\n".encode())
    os._exit(EXIT_INTERRUPTED)
