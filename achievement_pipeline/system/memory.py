"""How a process of ours deals with memory."""

import atexit
import gc
import os


def spare_memory_work() -> None:
    """Settle how this process and its children deal with memory.

    Python looks for reference cycles after a hundred thousand new objects, not after its few hundred: imports make half
    a million that stay, and to go through them again and again is a tenth of what a run costs. Arrow takes memory by
    ``malloc``, which keeps it for the next frame; its own allocator returns it to the system, and requests it again:
    a tenth of what judging a large history costs. Who sets ARROW_DEFAULT_MEMORY_POOL is heeded; it counts where pyarrow
    is not imported yet. At the end nothing is searched for cycles: the memory goes with the process.
    """
    gc.set_threshold(100_000, 50, 50)
    atexit.register(gc.freeze)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
