"""``orderglot orders list``: the orders of a seller that a filter finds."""

from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, SellerName, with_book
from orderglot.cli.options import switch, value
from orderglot.cli.output import listing, write_line, write_notice
from orderglot.cli.selecting import SORT, OrderFilter, Typed, finding, limit

if TYPE_CHECKING:
    from orderglot.core.order import Order
    from orderglot.hub.opening import Hub

COLUMNS = (
    "id",
    "number",
    "created",
    "status",
    "PO number",
    "bill to",
    "lines",
    "total",
    "currency",
)
MOST = 10_000
"""So many orders are listed at once; more than these are for a file."""


@with_book(reads=True)
async def list_orders(
    hub: "Hub",
    filter: OrderFilter = "",
    q: Typed = "",
    sort: Annotated[str, value("FIELDS", SORT)] = "-created",
    limit: Annotated[int, limit("How many at most.", MOST)] = 25,
    deleted: Annotated[bool, switch("--deleted", "List deleted ones as well.")] = False,
    test: Annotated[bool, switch("--test", "List those of test mode as well.")] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List orders, the newest first, all or those that a filter or a text finds.

    A filter compares fields of an order; docs/filters.md has its language.

    $ orderglot orders list --filter 'status = shipped AND total > 40'
    $ orderglot orders list --q "#1234"
    $ orderglot orders list --filter 'sku = AA124 OR created >= 2024-05-21' --json
    """
    from orderglot.core.counting import counted
    from orderglot.core.query import Window
    from orderglot.core.time_zones import zone_of
    from orderglot.wire.aip160 import read_filter, read_sort

    owner = await hub.seller(seller)
    where = read_filter(filter, zone_of(owner.timezone))
    window = Window(where=where, sort=read_sort(sort), limit=limit, total=True)
    page = await finding(hub.book(owner, tests=test, deleted=deleted), q)(window)
    if not page.orders and not as_json:
        return write_line("No order is like that." if filter or q else "There is no order yet.")
    listing(page.orders, COLUMNS, _row, as_json=as_json, right=("lines", "total"))
    if page.total and page.total > len(page.orders):
        more = counted(page.total - len(page.orders), "order more is", "orders more are")
        write_notice(f"{more} like that; --limit says how many are listed.")
    return None


def _row(order: "Order") -> tuple[object, ...]:
    from orderglot.core.currencies import printed

    total = order.totals.total
    bill_to = order.bill_to
    name = bill_to and (bill_to.company or f"{bill_to.first_name} {bill_to.last_name}".strip())
    return (
        order.id,
        order.number,
        order.created and f"{order.created:%Y-%m-%d %H:%M}",
        order.status,
        order.po_number,
        name,
        len(order.lines),
        "" if total is None else printed(total, order.currency),
        order.currency,
    )
