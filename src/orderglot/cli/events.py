"""``orderglot events``: what happened to an order, oldest first."""

from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, SellerName, WhichOrder, with_book
from orderglot.cli.options import switch

if TYPE_CHECKING:
    from orderglot.hub.opening import Hub


@with_book(reads=True)
async def events(
    hub: "Hub",
    order: WhichOrder,
    deleted: Annotated[bool, switch("--deleted", "Of one that was deleted, too.")] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List what happened to an order, oldest first: when, what, by whom, and why where it is known.

    $ orderglot events 489434
    $ orderglot events kole:12404 --json
    """
    from orderglot.cli.output import write_json
    from orderglot.cli.show import print_timeline
    from orderglot.hub import lookup

    owner = await hub.seller(seller)
    book = hub.book(owner, tests=True, deleted=deleted)
    found = await book.events((await lookup.find_order(book, order)).id)
    if as_json:
        return write_json(found)
    return print_timeline(found)
