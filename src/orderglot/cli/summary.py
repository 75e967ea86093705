"""``orderglot book``: what is in the order book."""

from typing import TYPE_CHECKING, Any

from orderglot.cli.command import AsJson, SellerName, with_book
from orderglot.cli.output import sums_text, table, write_json, write_line
from orderglot.cli.sum_report import sum_counts, sum_counts_text

if TYPE_CHECKING:
    from orderglot.core.seller import Seller
    from orderglot.hub.opening import Hub


@with_book(reads=True)
async def summary(hub: "Hub", seller: SellerName = None, as_json: AsJson = False) -> None:
    """Describe what is in the book of each seller: orders, lines, sums, customers; test orders apart.

    Carts, quotes and what came to nothing are in no sum, and returns are taken off it. Below that
    stands whether the sums of its orders add up; orders of an earlier version count once
    they are written again.

    $ orderglot book
    $ orderglot book --seller acme --json
    """
    sellers = (await hub.seller(seller),) if seller else await hub.store.sellers()
    found = [await _of(hub, one) for one in sellers]
    if as_json:
        return write_json(found)
    columns = ("seller", "orders", "lines", "sum", "customers", "products", "test orders")
    table(columns, [_row(one) for one in found], right=columns[1:])
    for one in found:
        if one["orders"]:
            write_line(f"{one['seller']}: {sum_counts_text(**one['adds_up'])}.")
    return None


async def _of(hub: "Hub", seller: "Seller") -> dict[str, Any]:
    from orderglot.wire.values import bare

    await hub.up_to_date(seller)
    live = await hub.store.counts(seller.id)
    every = await hub.store.counts(seller.id, test=True)
    return {
        "seller": seller.name,
        "orders": live.orders,
        "lines": live.lines,
        "sums": {code: bare(amount) for code, amount in live.sums.items()},
        "customers": live.customers,
        "products": live.products,
        "test_orders": every.orders - live.orders,
        "unpriced": live.unpriced,
        "adds_up": sum_counts(live.adds_up),
    }


def _row(found: dict[str, Any]) -> tuple[object, ...]:
    return (
        found["seller"],
        f"{found['orders']:,}",
        f"{found['lines']:,}",
        sums_text(found["sums"], found["unpriced"]),
        f"{found['customers']:,}",
        f"{found['products']:,}",
        f"{found['test_orders']:,}",
    )
