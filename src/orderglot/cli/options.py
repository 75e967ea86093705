"""How the options and arguments of the commands are declared: switches, values, arguments."""

from typing import Any

import typer


def switch(flag: str, help: str) -> Any:
    """Declare an option that is either given or not."""
    return typer.Option(flag, help=help)


def value(
    metavar: str, help: str, default: str = "", *, flag: str = "", completes: Any = None
) -> Any:
    """Declare an option with a value; ``default`` says in words what holds without it.

    ``completes`` gives what a shell proposes for it.
    """
    flags = (flag,) if flag else ()
    shown = default or True
    return typer.Option(
        *flags, metavar=metavar, help=help, show_default=shown, autocompletion=completes
    )


def argument(metavar: str, help: str, *, completes: Any = None) -> Any:
    """Declare an argument; ``completes`` gives what a shell proposes for it."""
    return typer.Argument(metavar=metavar, help=help, autocompletion=completes)
