"""The command line: the program ``orderglot`` and its commands, one in each module."""

import gc
import sys

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended before it could do anything."""


NOWHERE = "orderglot: Standard output is closed; open it, or send it to a file or to /dev/null."


def main() -> None:
    """Run the command that the program was called with."""
    if sys.stdout is None:
        # Python has none where the shell has closed it. What would be said there may not get lost.
        sys.exit(NOWHERE)
    try:
        from orderglot.cli.app import app

        app(prog_name="orderglot")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        # All of it goes with the process: nobody has to look through it for cycles first.
        gc.freeze()
