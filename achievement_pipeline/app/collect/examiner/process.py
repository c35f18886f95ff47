"""The examiner process: ``python -m achievement_pipeline.app.collect.examiner.process SECONDS``.

It reads one file at a time from standard input, and writes its result to standard output. The kernel kills it if a file
exceeds its CPU time or the limits in `limits`; the client then knows which file it was, and starts a new process.
"""

import os
import resource
import signal
import sys
import time

from achievement_pipeline.app.collect.examiner.limits import MEMORY, OUT_OF_MEMORY, read_request, write_answer
from achievement_pipeline.judging.noise.examine import examine


def main() -> None:
    """Analyse files until standard input is closed."""
    seconds = int(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the client, which then closes our input
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        _limit(kind, limit)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    try:
        while request := read_request(source):
            _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + seconds)
            write_answer(target, examine(*request))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _limit(kind: int, limit: int) -> None:
    hard = resource.getrlimit(kind)[1]
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (OSError, ValueError):
        return  # macOS refuses a limit of address space


if __name__ == "__main__":
    main()
