"""``orderglot place``: an order of the book, placed with a vendor once."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, SellerName, with_book
from orderglot.cli.output import say, tell, write_json
from orderglot.cli.pull import ChannelName, TimeOut, VendorUrl

if TYPE_CHECKING:
    from orderglot.core.order import Order
    from orderglot.core.ports import Book
    from orderglot.hub.opened import Hub
    from orderglot.sync.channel import Channel
    from orderglot.sync.place import Placed
    from orderglot.wire.dialect import Dialect

UNKNOWN = 3
"""The exit code where it is not known whether the vendor has the order."""


@with_book()
async def place(
    hub: "Hub",
    order: Annotated[
        str,
        typer.Argument(
            metavar="ORDER",
            help="kole:ID for a dialect's id, the seller's number, or the hub's id.",
        ),
    ],
    dialect: Annotated[
        str, typer.Option("--with", metavar="DIALECT", help="In which dialect the vendor speaks.")
    ],
    url: VendorUrl = None,
    at: ChannelName = "",
    silent: TimeOut = None,
    idempotent: Annotated[
        bool | None,
        typer.Option(
            "--idempotent/--not-idempotent",
            help="Whether the vendor honours Idempotency-Key, as another Orderglot does.",
            show_default="no",
        ),
    ] = None,
    is_there: Annotated[
        str | None,
        typer.Option("--is", metavar="ID", help="You have looked: the vendor has it as ID."),
    ] = None,
    absent: Annotated[
        bool, typer.Option("--absent", help="You have looked: the vendor does not have it.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Place an order of the book with a vendor, exactly once.

    However often this is repeated, and wherever it was cut off: what the vendor has is not sent
    again. Where that cannot be known, the vendor is asked; where it cannot be asked either, this
    says so and ends with exit code 3.

    $ orderglot place 489434 --with kole --url https://orders.example
    """
    from orderglot.cli.pull import channel_of
    from orderglot.hub import lookup
    from orderglot.hub.dialects import chosen_one
    from orderglot.sync.continuation import is_continued

    spoken = chosen_one(dialect)
    owner = await hub.seller(seller)
    book = hub.book(owner, test=True)
    found = await lookup.find_order(book, order)
    flags: dict[str, object] = {"url": url, "timeout": silent, "idempotent": idempotent}
    channel = channel_of(hub, spoken, flags, at)
    continued = is_continued(owner, channel)
    placed = await _placed(book, spoken, channel, continued, found, is_there, absent)
    if as_json:
        return write_json({"order": placed.order.id, "id": placed.id, "how": placed.how})
    said = {
        "sent": "was placed with {0} as {1}",
        "found": "had arrived at {0}, which has it as {1}",
        "there": "is with {0} already, as {1}; nothing was sent",
        "told": "is known to be with {0} as {1}; nothing was sent",
    }
    say(f"Order {placed.order.id} {said[placed.how].format(dialect, placed.id)}.")
    return None


async def _placed(
    book: "Book",
    dialect: "Dialect",
    channel: "Channel",
    continued: bool,
    order: "Order",
    is_there: str | None,
    absent: bool,
) -> "Placed":
    from orderglot.sync.place import Unknown, place, settle
    from orderglot.sync.vendor import calling

    try:
        async with calling(dialect, channel, continued=continued) as vendor:
            if is_there:
                return await settle(book, vendor, order, is_there)
            return await place(book, vendor, order, absent=absent)
    except Unknown as doubt:
        tell(f"orderglot: {doubt.message}")
        raise typer.Exit(UNKNOWN) from None
