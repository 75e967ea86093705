"""Rejects: what pulls have put aside, listed, printed byte for byte, and tried again."""

from typing import TYPE_CHECKING, Annotated, Any

from orderglot.cli.command import AsJson, Misused, SellerName, group, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import table, write_bytes, write_json, write_line
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.core.ports import Book
    from orderglot.core.rejects import Reject
    from orderglot.hub.opening import Hub

app = group("Rejects: what pulls have put aside.")

Name = Annotated[str, argument("NAME", "As 'orderglot rejects list' has it.")]
Whose = Annotated[str, value("NAME", "A channel or dialect, such as kole@wholesaler.", "all")]

COLUMNS = ("name", "id", "PO number", "place", "first", "last", "reason")


async def show(book: "Book", dialect: str, *, raw: str, retry: bool, as_json: bool) -> None:
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


async def settle(book: "Book", name: str, order: str | None, *, new: bool) -> None:
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


async def _retry(book: "Book", dialect: str, *, name: str = "", as_json: bool) -> None:
    from orderglot.dialects import dialect as spoken
    from orderglot.sync.rejects import try_again

    tried = await try_again(book, spoken, dialect, name)
    if as_json:
        return write_json(tried)
    write_line(
        f"{counted(tried.taken, 'order is', 'orders are')} in the book now; "
        f"{counted(tried.left, 'stays', 'stay')} aside."
    )
    if tried.left:
        write_line("A new pull asks the vendor for them again.")
    return None


def _row(reject: "Reject") -> tuple[object, ...]:
    first, last = (f"{moment:%Y-%m-%d %H:%M}" for moment in (reject.first, reject.last))
    return reject.id, reject.po_number, reject.position, first, last, reject.reason


def _members(name: str, reject: "Reject") -> dict[str, Any]:
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


def _print(reject: "Reject") -> None:
    """Print every answer as it came."""
    for answer in reject.answers:
        write_bytes(answer.body)


@app.command("list")
@with_book()
async def list_rejects(
    hub: "Hub", channel: Whose = "", seller: SellerName = None, as_json: AsJson = False
) -> None:
    """List what pulls have put aside.

    $ orderglot rejects list --channel kole@wholesaler
    """
    book = hub.book(await hub.seller(seller))
    await show(book, channel, raw="", retry=False, as_json=as_json)


@app.command("show")
@with_book()
async def show_one(hub: "Hub", name: Name, seller: SellerName = None) -> None:
    """Print the bytes of one as it came.

    $ orderglot rejects show kole@wholesaler/0123456789ab
    """
    from orderglot.core.rejects import reject_named

    _, reject = await reject_named(hub.book(await hub.seller(seller)), name)
    _print(reject)


@app.command("retry")
@with_book()
async def retry(
    hub: "Hub",
    name: Annotated[str, argument("NAME", "Which one; all if not said.")] = "",
    channel: Whose = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Read what was put aside once more, and keep what can be kept by now; asks no vendor.

    $ orderglot rejects retry
    $ orderglot rejects retry kole@wholesaler/0123456789ab
    """
    owner = await hub.seller(seller)
    await _retry(hub.book(owner), channel, name=name, as_json=as_json)
    await hub.store.act(owner.id, "rejects.retried", name or channel or "all")


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
    owner = await hub.seller(seller)
    await settle(hub.book(owner, deleted=True), name, order, new=new)
    await hub.store.act(owner.id, "reject.settled", name, {"is": order or "a new order"})


@app.command("drop")
@with_book()
async def drop(hub: "Hub", name: Name, seller: SellerName = None) -> None:
    """Let go of one; a pull that meets it again puts it aside again.

    $ orderglot rejects drop kole@wholesaler/0123456789ab
    """
    from orderglot.core import rejects

    owner = await hub.seller(seller)
    async with hub.book(owner).together() as unit:
        await rejects.drop(unit, name)
    await hub.store.act(owner.id, "reject.dropped", name)
    write_line(f"{name} is dropped.")
