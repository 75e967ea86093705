"""``orderglot translate``: one vendor's order as another vendor would have written it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from orderglot.cli import completing
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import (
    indented,
    is_terminal,
    write_document,
    write_json_notice,
    write_notice,
)

if TYPE_CHECKING:
    from orderglot.wire.bodies import Held
    from orderglot.wire.changes import Change
    from orderglot.wire.dialect import Dialect
    from orderglot.wire.translation import Translation

STANDARD_INPUT = "-"
ASKED = (
    "This asks for a new order: what the vendor adds to one, such as its id, prices and dates, is"
    " not in it."
)


def translate(
    file: Annotated[
        str, argument("FILE", "A body with one order or several; - for standard input.")
    ],
    source: Annotated[
        str, value("DIALECT", "Whose order it is.", flag="--from", completes=completing.dialects)
    ],
    target: Annotated[
        str, value("DIALECT", "Whose it is to be.", flag="--to", completes=completing.dialects)
    ],
    form: Annotated[
        Literal["xml", "json"] | None,
        typer.Option("--format", help="In which form, where the dialect has both."),
    ] = None,
    strict: Annotated[
        bool, switch("--strict", "Write nothing unless all of it can be carried.")
    ] = False,
    as_json: Annotated[bool, switch("--json", "Print the list as JSON, for scripts.")] = False,
) -> None:
    """Write one vendor's order as another vendor would have written it.

    The order goes to standard output, indented on a terminal. On standard error stands, by the fields of an order, what
    the other wire could not carry or carries changed, and what it had to make up. No order book
    is needed.

    $ orderglot translate order.xml --from kole --to adobe
    $ orderglot translate - --from komet --to kodaris --strict
    """
    from orderglot.hub.dialects import chosen_one
    from orderglot.wire import translation

    one, other = chosen_one(source), chosen_one(target)
    done = translation.translate(_held(file, one), other, form or "")
    _list(done, as_json=as_json)
    if strict and not done.whole:
        if not as_json:
            write_notice(
                f"orderglot: {other.title} cannot carry all of this, so nothing was written."
            )
        raise typer.Exit(1)
    write_document(indented(done.body) if is_terminal() else done.body.decode())


def _held(file: str, dialect: "Dialect") -> "Held":
    from orderglot.core.errors import Invalid
    from orderglot.wire import translation

    piped = file == STANDARD_INPUT
    body = sys.stdin.buffer.read() if piped else Path(file).read_bytes()
    try:
        return translation.read(body, dialect)
    except Invalid as error:
        name = "standard input" if piped else file
        raise Invalid(message=f"{name}: {error.message}") from None


def _list(done: "Translation", *, as_json: bool) -> None:
    """Say on standard error what became of the orders; nothing where all is as it was."""
    from orderglot.wire.changes import example

    if as_json:
        report = {
            "whole": done.whole,
            "asked": done.asked,
            "orders": list(map(_members, done.fates)),
        }
        return write_json_notice(report)
    if done.asked:
        write_notice(ASKED)
    for number, changes in enumerate(done.fates, 1):
        which = f"order {number}: " if len(done.fates) > 1 else ""
        for change in changes:
            write_notice(f"{which}{change.fate:<11}  {change.field}{example(change)}")
    return None


def _members(changes: tuple["Change", ...]) -> list[dict[str, Any]]:
    return [
        {
            "field": change.field,
            "fate": change.fate,
            "values": [{"before": one, "after": other} for one, other in change.values],
        }
        for change in changes
    ]
