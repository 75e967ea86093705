"""Rejects: what pulls have put aside, listed, printed byte for byte, and tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderglot.cli.command import Misused
from orderglot.cli.output import table, write_bytes, write_json, write_line
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.core.ports import Book
    from orderglot.core.rejects import Reject

COLUMNS = ("name", "id", "PO number", "place", "first", "last", "reason")


async def show(book: Book, dialect: str, *, raw: str, retry: bool, as_json: bool) -> None:
    """List what was put aside, or print one, or try all of it again."""
    from orderglot.core.rejects import rejects_of

    if retry:
        return await _retry(book, dialect, as_json=as_json)
    found = {note.name: reject for note, reject in await rejects_of(book, dialect)}
    if raw:
        if raw not in found:
            raise Misused(f"--raw: nothing named {raw!r} is aside; see 'orderglot pull --rejects'.")
        return _print(found[raw])
    if as_json:
        return write_json([_members(name, reject) for name, reject in found.items()])
    if not found:
        return write_line("Nothing is aside.")
    rows = [(name, *_row(reject)) for name, reject in found.items()]
    return table(COLUMNS, rows, right=("place",))


async def settle(book: Book, name: str, order: str | None, *, new: bool) -> None:
    """Take one that looked like an order of the book for that one, or for a new one."""
    from orderglot.dialects import dialect as spoken
    from orderglot.hub import lookup
    from orderglot.sync.rejects import settle as settled

    if not name:
        raise Misused("--is: say with --settle NAME which of what is aside it is.")
    if new == (order is not None):
        raise Misused("--settle: say --is ORDER, or --new if it is none of the book's.")
    mine = await lookup.find_order(book, order) if order is not None else None
    arrived = await settled(book, spoken, name, mine)
    has = "is in the book now as" if new else "is known to be"
    write_line(f"{name} {has} order {arrived.order.id}.")


async def _retry(book: Book, dialect: str, *, as_json: bool) -> None:
    from orderglot.dialects import dialect as spoken
    from orderglot.sync.rejects import try_again

    tried = await try_again(book, spoken, dialect)
    if as_json:
        return write_json(tried)
    write_line(
        f"{counted(tried.taken, 'order is', 'orders are')} in the book now; "
        f"{counted(tried.left, 'stays', 'stay')} aside."
    )
    if tried.left:
        write_line("A new pull asks the vendor for them again.")
    return None


def _row(reject: Reject) -> tuple[object, ...]:
    first, last = (f"{moment:%Y-%m-%d %H:%M}" for moment in (reject.first, reject.last))
    return reject.id, reject.po_number, reject.position, first, last, reject.reason


def _members(name: str, reject: Reject) -> dict[str, Any]:
    answers = [
        {
            "status": one.status,
            "content_type": one.content_type,
            "body": one.body.decode(errors="backslashreplace"),
        }
        for one in reject.answers
    ]
    return {
        "name": name,
        "dialect": reject.dialect,
        "customer": reject.customer,
        "id": reject.id,
        "po_number": reject.po_number,
        "place": reject.position,
        "first": reject.first,
        "last": reject.last,
        "reason": reject.reason,
        "answers": answers,
    }


def _print(reject: Reject) -> None:
    """Print every answer as it came."""
    for answer in reject.answers:
        write_bytes(answer.body)
