"""The command line: what a person says to Orderglot, and what it says back."""

import gc


def main() -> None:
    """Run the command that the program was called with."""
    from orderglot.cli.app import app

    try:
        app(prog_name="orderglot")
    finally:
        # All of it goes with the process: nobody has to look through it for cycles first.
        gc.freeze()
