"""``orderglot orders``: the steps that make a second order: split, return, exchange."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import AsJson, Misused, SellerName, WhichOrder, with_book
from orderglot.cli.options import value
from orderglot.cli.order_steps import (
    Lines,
    Reason,
    name_who_has_it_otherwise,
    new_lines,
    quantities,
    report,
)
from orderglot.cli.output import with_article, write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.goods_steps import Made
    from orderglot.core.order import Order
    from orderglot.core.ports import UnitOfWork
    from orderglot.hub.opening import Hub

Step = Callable[["UnitOfWork", "Order"], Awaitable["Made"]]


@with_book()
async def split(
    hub: "Hub",
    order: WhichOrder,
    line: Annotated[
        list[str] | None,
        value(
            "LINE=QUANTITY",
            "So much of a line goes into the new order, by its number; may be repeated.",
            flag="--line",
        ),
    ] = None,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Split an order: so much of some lines goes into a new one, and its share of the money with it.

    What went out or was cancelled stays, and so do shipping, the bill's number and what the vendors know.

    $ orderglot orders split 1000000001 --line 1=12 --reason "sold out"
    """
    from orderglot.core import goods_steps

    wanted = quantities(line)
    if not wanted:
        raise Misused("say what goes into the new order: --line LINE=QUANTITY.")
    await _make(
        hub,
        seller,
        order,
        lambda unit, found: goods_steps.split_order(unit, found, wanted, reason),
        as_json,
    )


@with_book()
async def take_back(
    hub: "Hub",
    order: WhichOrder,
    line: Lines = None,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Take back what went out of an order: a return of it says how much, and what that was worth.

    $ orderglot orders return 1000000001 --line 1=2 --reason "broken on the way"
    """
    from orderglot.core import goods_steps

    wanted = quantities(line)
    await _make(
        hub,
        seller,
        order,
        lambda unit, found: goods_steps.return_goods(unit, found, wanted, reason),
        as_json,
    )


@with_book()
async def exchange(
    hub: "Hub",
    order: WhichOrder,
    line: Lines = None,
    goods: Annotated[
        list[str] | None,
        value(
            "SKU=QUANTITY",
            "What is sent for it, at the price of today; may be repeated.",
            flag="--for",
        ),
    ] = None,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Take back what went out of an order, and sell the customer other goods at today's prices instead.

    $ orderglot orders exchange 1000000001 --line 1=2 --for AA125=2
    """
    from orderglot.core import goods_steps

    wanted, instead = quantities(line), new_lines("--for", goods)
    if not instead:
        raise Misused("say what is sent instead: --for SKU=QUANTITY.")
    await _make(
        hub,
        seller,
        order,
        lambda unit, found: goods_steps.exchange_goods(unit, found, wanted, instead, reason),
        as_json,
    )


async def _make(hub: "Hub", seller: str | None, which: str, step: Step, as_json: bool) -> None:
    """Take a step in one unit of work, and say how the order stands then and what was made of it."""
    from orderglot.hub import lookup

    async def work(unit: "UnitOfWork") -> "Made":
        return await step(unit, await lookup.find_order(unit, which))

    owner = await hub.seller(seller)
    made = await hub.book(owner, tests=True).transact(work)
    if as_json:
        return write_json({"order": made.order, "made": made.made})
    report(made.order, as_json=False)
    for one in made.made:
        _report_made(one)
    name_who_has_it_otherwise(made.order)
    return None


def _report_made(order: "Order") -> None:
    """Print what was made of an order: of which it is what, its lines, and what it comes to."""
    from orderglot.core.currencies import printed
    from orderglot.core.quantities import with_unit

    (link,) = order.links
    write_line(f"Order {order.id} is {with_article(link.relation)} order {link.order.id}.")
    for line in order.lines:
        what = with_unit(line.quantity, line.unit)
        write_line(f"  line {line.number}: {what} of {line.sku or line.title or 'nothing'}")
    if (total := order.totals.total) is not None:
        write_line(
            f"  It comes to {printed(total, order.currency)} {order.currency}".rstrip() + "."
        )
