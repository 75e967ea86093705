"""``orderglot orders``: the steps that make an order another one than was ordered, or take it away."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import (
    AsJson,
    Misused,
    PostalAddress,
    SellerName,
    WhichCustomer,
    WhichOrder,
    with_book,
)
from orderglot.cli.options import argument, value
from orderglot.cli.order_steps import (
    Reason,
    changed,
    line_and_value,
    name_who_has_it_otherwise,
    new_lines,
    quantities,
    report,
)
from orderglot.cli.output import write_json, write_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from orderglot.core.correcting import Correction
    from orderglot.core.order import Order
    from orderglot.core.ports import UnitOfWork
    from orderglot.hub.opening import Hub


@with_book()
async def correct(
    hub: "Hub",
    order: WhichOrder,
    line: Annotated[
        list[str] | None,
        value(
            "LINE=QUANTITY",
            "How much of a line there is to be, by its number; may be repeated.",
            flag="--line",
        ),
    ] = None,
    remove: Annotated[
        list[int] | None,
        value("LINE", "A line that is not wanted any more; may be repeated.", flag="--remove"),
    ] = None,
    add: Annotated[
        list[str] | None,
        value(
            "SKU=QUANTITY", "A further line, at the price of today; may be repeated.", flag="--add"
        ),
    ] = None,
    po_number: Annotated[
        str | None, value("NUMBER", "The customer's purchase order number.", flag="--po-number")
    ] = None,
    notes: Annotated[
        str | None, value("TEXT", "What the notes are to say instead.", flag="--notes")
    ] = None,
    ship_to: PostalAddress = "",
    recipient: Annotated[str, value("NAME", "Who is there: first name, then last name.")] = "",
    bill_to: PostalAddress = "",
    method: Annotated[str | None, value("TEXT", "How it goes, in the seller's word.")] = None,
    carrier: Annotated[str | None, typer.Option(help="Who carries it, such as UPS.")] = None,
    service: Annotated[str | None, typer.Option(help="By which service, such as GROUND.")] = None,
    instructions: Annotated[str | None, value("TEXT", "What the driver is told.")] = None,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Correct what of an order did not go out: lines, addresses, numbers, notes, shipping.

    A line that is there keeps its price for each piece. What the order comes to and its bill follow.

    $ orderglot orders correct 1000000001 --line 1=24 --remove 2 --add AA124=12 \\
        --po-number PO-7 --reason "wrong by a dozen"
    """
    from orderglot.core import correcting, steps

    shipping = _given(method=method, carrier=carrier, service=service, instructions=instructions)
    asked = correcting.Correction(
        po_number=po_number,
        notes=notes,
        shipping=shipping,
        quantities=quantities(line),
        removed=tuple(remove or ()),
        added=new_lines("--add", add),
    )

    async def step(unit: "UnitOfWork", found: "Order") -> "Order":
        wanted = _with_addresses(asked, found, ship_to, recipient, bill_to)
        if wanted == correcting.Correction():
            raise Misused("say what is to be corrected, such as --line 1=24; see --help.")
        return await steps.correcting_as(wanted)(unit, found)

    _report(await changed(hub, seller, order, "correct", step, why=reason), as_json)


@with_book()
async def reprice(
    hub: "Hub",
    order: WhichOrder,
    line: Annotated[
        list[str] | None,
        value(
            "LINE[=PRICE]",
            "A line, and its price for each piece, else that of today; may be repeated. Left out, "
            "all lines have the price of today.",
            flag="--line",
        ),
    ] = None,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Give the lines of an order the prices of today, or such as are named.

    What it comes to and its bill follow; what was paid stands.

    $ orderglot orders reprice 1000000001 --line 2=0.95 --reason "a rebate"
    """
    from orderglot.core import steps

    work = steps.repricing_at(_prices(line))
    _report(await changed(hub, seller, order, "reprice", work, why=reason), as_json)


@with_book()
async def move(
    hub: "Hub",
    order: WhichOrder,
    customer: WhichCustomer,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Give an order to another customer, who is billed for it, and to whom it goes.

    Nothing of the customer before goes along: no address, account or instruction.

    $ orderglot orders move 1000000001 C-2 --reason "entered for the wrong branch"
    """
    from orderglot.core import reassigning
    from orderglot.hub import lookup

    async def step(unit: "UnitOfWork", found: "Order") -> "Order":
        return await reassigning.move(unit, found, await lookup.find_customer(unit, customer))

    moved = await changed(hub, seller, order, "move", step, why=reason)
    _report_as(moved, f"is customer {customer}'s", as_json)


@with_book()
async def note(
    hub: "Hub",
    order: WhichOrder,
    text: Annotated[str, argument("TEXT", "What is added to the notes, as a line of its own.")],
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Add a line to the notes of an order, which stay otherwise; who and when stand in its history.

    $ orderglot orders note 1000000001 "Ring twice."
    """
    from orderglot.core import lifecycle, steps

    work = steps.alone(lambda found, _now: lifecycle.note(found, text))
    noted = await changed(hub, seller, order, "note", work, why=text)
    _report_as(noted, "is noted", as_json)


@with_book()
async def delete(
    hub: "Hub",
    order: WhichOrder,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Take an order out of the book for good; 'orderglot show --deleted' still has it.

    $ orderglot orders delete 1000000001 --reason "entered twice"
    """
    from orderglot.core import lifecycle, steps

    gone = await changed(hub, seller, order, "delete", steps.alone(lifecycle.delete), why=reason)
    _report_as(gone, "is deleted", as_json)


def _with_addresses(
    asked: "Correction", order: "Order", ship_to: str, recipient: str, bill_to: str
) -> "Correction":
    from msgspec.structs import replace

    from orderglot.cli.change import new_address

    return replace(
        asked,
        ship_to=new_address(order.ship_to, ship_to, recipient, "--ship-to"),
        bill_to=new_address(order.bill_to, bill_to, "", "--bill-to"),
    )


def _given(**texts: str | None) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text is not None}


def _prices(texts: list[str] | None) -> "Mapping[int, Decimal | None]":
    """Read ``1=0.95``, or ``1`` alone: which line is to have which price."""
    from orderglot.cli.flags import read_money

    found = dict[int, "Decimal | None"]()
    for text in texts or ():
        line, price = line_and_value(text, found, "LINE or LINE=PRICE, such as 1 or 1=0.95")
        found[line] = None if price is None else read_money("--line", price)
    return found


def _report(order: "Order", as_json: bool) -> None:
    """Print how an order stands, what it comes to, and who has it otherwise."""
    from orderglot.core.currencies import printed
    from orderglot.core.resumming import overpaid

    report(order, as_json)
    if as_json:
        return
    total, more = order.totals.total, overpaid(order)
    if total is not None:
        write_line(f"It comes to {printed(total, order.currency)} {order.currency}".rstrip() + ".")
    if more:
        write_line(f"{printed(more, order.currency)} {order.currency} more was paid than that.")
    name_who_has_it_otherwise(order)


def _report_as(order: "Order", what: str, as_json: bool) -> None:
    if as_json:
        return write_json(order)
    return write_line(f"Order {order.id} {what}.")
