"""Which orders a command is about: by a filter, by what a person types, in which order, how many."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.options import value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from orderglot.core.ports import Book
    from orderglot.core.query import Page, Window

OrderFilter = Annotated[
    str, value("FILTER", "Which orders, such as 'total > 40'.", flag="--filter")
]
Typed = Annotated[
    str,
    value(
        "TEXT",
        "Those that a text finds: an id, a number, a PO number, a mail address, a name.",
        flag="--q",
    ),
]
SORT = "By what, such as -total,created."


def limit(help: str, most: int | None = None) -> object:
    """Declare how many orders there may be."""
    return typer.Option("--limit", metavar="N", min=1, max=most, help=help)


def demand_text(flag: str, text: str) -> None:
    """Raise Invalid where the value of a flag is no text, such as bytes that are none of UTF-8."""
    from orderglot.core.errors import Rule, invalid
    from orderglot.wire.message import NO_TEXT

    if any("\ud800" <= char <= "\udfff" or char == "\0" for char in text):
        raise invalid(flag, Rule.MALFORMED, NO_TEXT)


def finding(book: "Book", text: str) -> "Callable[[Window], Awaitable[Page]]":
    """Give what finds the orders of a window, and with a text only those that it finds."""
    demand_text("--q", text)
    if not text.strip():
        return book.page
    # What this takes is worth a wait only where something was typed.
    from functools import partial

    from orderglot.dialects.orderglot.search import search

    return partial(search, book, text)
