"""``orderglot placements``: orders of which nobody knows whether a vendor has them, and what is found out."""

import os
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, Misused, SellerName, WhichOrder, group, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import table, write_json, write_line

if TYPE_CHECKING:
    from orderglot.hub.opening import Hub
    from orderglot.sync.placements import Placement

app = group("Placements: orders that were sent to vendors, and what became of them there.")

COLUMNS = ("order", "channel", "state", "sent", "why")


@app.command("list")
@with_book(reads=True)
async def list_placements(hub: "Hub", seller: SellerName = None, as_json: AsJson = False) -> None:
    """List the orders of which nobody knows whether a vendor has them, and those that one refused.

    $ orderglot placements list
    """
    from orderglot.sync.placements import open_placements

    found = await open_placements(hub.book(await hub.seller(seller), tests=True))
    if as_json:
        return write_json(found)
    if not found:
        return write_line("Of every order that was sent to a vendor it is known what became of it.")
    return table(COLUMNS, map(_row, found))


def _row(one: "Placement") -> tuple[object, ...]:
    sent = f"{one.sent:%Y-%m-%d %H:%M}" if one.sent else ""
    return one.order, one.channel, one.state, sent, one.why


@app.command("settle")
@with_book()
async def settle(
    hub: "Hub",
    order: WhichOrder,
    channel: Annotated[str, argument("CHANNEL", "As 'orderglot placements list' has it.")],
    is_there: Annotated[
        str | None, value("ID", "You have looked: the vendor has it as ID.", flag="--is")
    ] = None,
    absent: Annotated[
        bool, switch("--absent", "You have looked: the vendor does not have it.")
    ] = False,
    seller: SellerName = None,
) -> None:
    """Say what you have found out of an order at a vendor; nothing is sent.

    With --is the vendor is asked for it once more, over a channel of the configuration.

    $ orderglot placements settle 489434 kole@wholesaler --is 12408
    $ orderglot placements settle 489434 kole@wholesaler --absent
    """
    from orderglot.core.order import by_hub_id
    from orderglot.hub import lookup
    from orderglot.hub.placing import Channels, Placements
    from orderglot.sync.placements import give_up

    if absent == bool(is_there):
        raise Misused("say --is ID, or --absent.")
    owner = await hub.seller(seller)
    book = hub.book(owner, tests=True)
    found = await lookup.find_order(book, order)
    if absent:
        await give_up(book, found, channel)
        what = {"channel": channel, "is": "not there"}
        await hub.store.act(owner.id, "placement.settled", str(found.id), what)
        return write_line(f"Order {found.id} is not with {channel}; it may be placed anew.")
    channels = Channels(hub.channels, hub.vendors, os.environ, owner.name)
    placements = Placements(hub.store, channels)
    shown = await placements.settle(book.caller, by_hub_id(found.id), channel, is_there or "")
    return write_line(f"Order {found.id} is known to be with {shown.channel} as {shown.id}.")
