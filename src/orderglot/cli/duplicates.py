"""``orderglot duplicates``: orders that may double an earlier one."""

from typing import TYPE_CHECKING, Any

from orderglot.cli.command import AsJson, SellerName, with_book
from orderglot.cli.output import table, write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.order import Order
    from orderglot.hub.opening import Hub

COLUMNS = ("order", "created", "like", "created then", "PO number", "lines")


@with_book()
async def duplicates(hub: "Hub", seller: SellerName = None, as_json: AsJson = False) -> None:
    """List orders that say the same as an earlier one which came without a key, as long as both stand.

    A customer whose answer was lost may have ordered twice. Within ten minutes (`seller table NAME
    kole.repeats` sets another window) the second one is answered as the first and is no order at all.

    $ orderglot duplicates --seller acme
    $ orderglot duplicates --json
    """
    pairs = await hub.book(await hub.seller(seller)).duplicates()
    if as_json:
        return write_json([_members(new, first) for new, first in pairs])
    if not pairs:
        return write_line("No order is suspected to double another.")
    return table(COLUMNS, [_row(new, first) for new, first in pairs], right=("lines",))


def _row(new: "Order", first: "Order") -> tuple[object, ...]:
    lines = len(new.lines)
    return new.id, _moment(new), first.id, _moment(first), new.po_number, lines


def _moment(order: "Order") -> str:
    return f"{order.created:%Y-%m-%d %H:%M}" if order.created else ""


def _members(new: "Order", first: "Order") -> dict[str, Any]:
    return {
        "order": new.id,
        "created": new.created,
        "like": first.id,
        "created_then": first.created,
        "po_number": new.po_number,
        "customer": new.customer,
        "lines": len(new.lines),
        "total": new.totals.total,
        "currency": new.currency,
    }
