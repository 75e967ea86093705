"""Rejects: what pulls have put aside, listed, printed byte for byte, tried again, let go of."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderglot.cli.command import AsJson, Misused, SellerName, group, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import table, write_bytes, write_json, write_line
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderglot.core.ports import Book
    from orderglot.core.rejects import Chosen, Correction, Reject, StoredResponse
    from orderglot.core.seller import Seller
    from orderglot.hub.opening import Hub

app = group("Rejects: what pulls have put aside.")

Name = Annotated[str, argument("NAME", "As 'orderglot rejects list' has it.")]
OneOrAll = Annotated[str, argument("NAME", "Which one; else --channel and --reason say which.")]
Whose = Annotated[str, value("NAME", "A channel or dialect, such as kole@wholesaler.", "all")]
Reason = Annotated[str, value("TEXT", "Those in whose reason this text stands.")]

ASIDE = 4
"""The exit code where something stays aside."""

COLUMNS = ("name", "id", "PO number", "place", "first", "last", "reason")


async def show(
    hub: "Hub", owner: "Seller", dialect: str, *, raw: str, retry: bool, as_json: bool
) -> None:
    """List what was put aside, or print one, or try all of it again."""
    from orderglot.core.rejects import Chosen, rejects_of

    chosen = Chosen(dialect)
    if retry:
        return await _retry(hub, owner, chosen, as_json=as_json)
    if not raw:
        return await _list(hub.book(owner), chosen, as_json=as_json)
    found = {note.name: reject for note, reject in await rejects_of(hub.book(owner), dialect)}
    if raw not in found:
        raise Misused(f"--raw: nothing named {raw!r} is aside; see 'orderglot pull --rejects'.")
    return _print(found[raw].answers)


async def settle(hub: "Hub", owner: "Seller", name: str, order: str | None, *, new: bool) -> None:
    """Take one that looked like an order of the book for that one, or for a new one."""
    from orderglot.core.order import by_hub_id
    from orderglot.hub import lookup

    if not name:
        raise Misused("--is: say with --settle NAME which of what is aside it is.")
    if new == (order is not None):
        raise Misused("--settle: say --is ORDER, or --new if it is none of the book's.")
    book = hub.book(owner, deleted=True)
    mine = await lookup.find_order(book, order) if order is not None else None
    arrived = await hub.retries.settle(book.caller, name, by_hub_id(mine.id) if mine else None)
    has = "is in the book now as" if new else "is known to be"
    write_line(f"{name} {has} order {arrived.id}.")


async def _list(book: "Book", chosen: "Chosen", *, as_json: bool) -> None:
    from orderglot.core.rejects import chosen_rejects

    found = {note.name: reject for note, reject in await chosen_rejects(book, chosen)}
    if as_json:
        return write_json([_members(name, reject) for name, reject in found.items()])
    if not found:
        return write_line("Nothing is aside.")
    rows = [(name, *_row(reject)) for name, reject in found.items()]
    return table(COLUMNS, rows, right=("place",))


async def _retry(
    hub: "Hub", owner: "Seller", chosen: "Chosen", *, name: str = "", as_json: bool
) -> None:
    taken, left = await hub.retries.retry(hub.book(owner).caller, chosen, name)
    if as_json:
        write_json({"taken": taken, "left": left})
    report_tried(taken, left, quiet=as_json)


def report_tried(taken: int, left: int, *, quiet: bool = False) -> None:
    """Tell how many are orders now and how many stay aside; ends with exit code 4 if any does."""
    if not quiet:
        _tell_tried(taken, left)
    if left:
        raise typer.Exit(ASIDE)


def _tell_tried(taken: int, left: int) -> None:
    write_line(
        f"{counted(taken, 'order is', 'orders are')} in the book now; "
        f"{counted(left, 'stays', 'stay')} aside."
    )
    if left:
        write_line("A new pull asks the vendor for them again.")


def _row(reject: "Reject") -> tuple[object, ...]:
    first, last = (f"{moment:%Y-%m-%d %H:%M}" for moment in (reject.first, reject.last))
    return reject.id, reject.po_number, reject.position, first, last, reject.reason


def _members(name: str, reject: "Reject") -> dict[str, Any]:
    order = {"order": reject.order} if reject.order else {}
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
        "answers": list(map(_answer, reject.answers)),
        **_correction(reject.correction),
        **order,
    }


def _answer(one: "StoredResponse") -> dict[str, Any]:
    body = one.body.decode(errors="backslashreplace")
    return {"status": one.status, "content_type": one.content_type, "body": body}


def _correction(correction: "Correction | None") -> dict[str, Any]:
    if correction is None:
        return {}
    return {
        "correction": {
            "answer": correction.number,
            "body": _answer(correction.answers[correction.number - 1])["body"],
            "by": correction.by,
            "at": correction.at,
            "obsolete": correction.obsolete,
        }
    }


def _print(answers: "Sequence[StoredResponse]") -> None:
    """Print every answer as it came."""
    for answer in answers:
        write_bytes(answer.body)


@app.command("list")
@with_book(reads=True)
async def list_rejects(
    hub: "Hub",
    channel: Whose = "",
    reason: Reason = "",
    corrected: Annotated[
        bool, switch("--corrected", "Those that are orders by a correction instead.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List what pulls have put aside.

    $ orderglot rejects list --channel kole@wholesaler
    $ orderglot rejects list --reason "is not one of"
    """
    from orderglot.core.rejects import Chosen

    book = hub.book(await hub.seller(seller))
    await _list(book, Chosen(channel, reason, corrected), as_json=as_json)


@app.command("show")
@with_book(reads=True)
async def show_one(
    hub: "Hub",
    name: Name,
    corrected: Annotated[
        bool, switch("--corrected", "As it was corrected, instead of as it came.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Print the bytes of one as it came.

    $ orderglot rejects show kole@wholesaler/0123456789ab
    $ orderglot rejects show kole@wholesaler/0123456789ab --json
    """
    from orderglot.core.rejects import reject_named

    note, reject = await reject_named(hub.book(await hub.seller(seller)), name)
    if as_json:
        return write_json(_members(note.name, reject))
    return _print(reject.in_force if corrected else reject.answers)


@app.command("retry")
@with_book()
async def retry(
    hub: "Hub",
    name: OneOrAll = "",
    channel: Whose = "",
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Read what was put aside once more, and keep what can be kept by now; asks no vendor.

    Exit code 4: something stays aside.

    $ orderglot rejects retry
    $ orderglot rejects retry --reason "looks like order"
    $ orderglot rejects retry kole@wholesaler/0123456789ab
    """
    from orderglot.core.rejects import Chosen

    owner = await hub.seller(seller)
    await _retry(hub, owner, Chosen(channel, reason), name=name, as_json=as_json)


@app.command("settle")
@with_book()
async def settle_one(
    hub: "Hub",
    name: Name,
    order: Annotated[
        str | None, value("ORDER", "The order of the book that it is.", flag="--is")
    ] = None,
    new: Annotated[bool, switch("--new", "It is none of the book's orders.")] = False,
    seller: SellerName = None,
) -> None:
    """Take one that looked like an order of the book for that one, or for a new one.

    $ orderglot rejects settle kole@wholesaler/0123456789ab --is 1000000001
    $ orderglot rejects settle kole@wholesaler/0123456789ab --new
    """
    await settle(hub, await hub.seller(seller), name, order, new=new)


@app.command("drop")
@with_book()
async def drop(
    hub: "Hub",
    name: OneOrAll = "",
    channel: Whose = "",
    reason: Reason = "",
    every: Annotated[bool, switch("--all", "All that is aside.")] = False,
    why: Annotated[str, value("TEXT", "Why, for whoever reads the acts.")] = "",
    seller: SellerName = None,
) -> None:
    """Let go of one, or of all of a channel or for a reason; a pull that meets them puts them aside again.

    What was corrected in them goes with them.

    $ orderglot rejects drop kole@wholesaler/0123456789ab
    $ orderglot rejects drop --reason "is not one of" --why "sold elsewhere"
    """
    from orderglot.core.rejects import Chosen

    if bool(name) + every + bool(channel or reason) != 1:
        raise Misused("say which: NAME, or --channel and --reason, or --all.")
    caller = hub.book(await hub.seller(seller)).caller
    if name:
        await hub.retries.drop(caller, name, why)
        return write_line(f"{name} is dropped.")
    dropped = await hub.retries.drop_all(caller, Chosen(channel, reason), why)
    return write_line(f"{counted(dropped, 'reject is', 'rejects are')} dropped.")
