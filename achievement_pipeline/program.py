"""The program `achievements`. It imports little by itself, so that Ctrl-C is heeded while the rest is imported."""

import sys

from achievement_pipeline.system.interrupts import EXIT_INTERRUPTED, INTERRUPTED, interrupted_at_once


def main() -> None:
    """Run the command line."""
    with interrupted_at_once():
        from achievement_pipeline.cli import main as run  # noqa: PLC0415 - what takes time
    try:
        run()
    except KeyboardInterrupt:
        sys.stderr.write(f"{INTERRUPTED}\n")
        sys.exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    main()
