"""The program `achievements`. It imports little by itself, so that Ctrl-C is heeded while the rest is imported."""

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    try:
        from achievement_pipeline.cli import main as run  # noqa: PLC0415 - what takes time

        run()
    except KeyboardInterrupt:
        sys.stderr.write("❌ Interrupted. What was stored is kept.\n")
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
