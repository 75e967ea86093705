"""``orderglot orders``: the steps of an order's life, one by one."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, Misused, SellerName, WhichOrder, group, with_book
from orderglot.cli.options import value
from orderglot.cli.output import write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.lifecycle import Quantities
    from orderglot.core.order import Line, Order
    from orderglot.hub.opening import Hub

app = group("Orders: what becomes of them: confirm, hold, ship, cancel and the like.")

Step = Callable[["Order", datetime], "Order"]

Lines = Annotated[
    list[str] | None,
    value(
        "LINE=QUANTITY",
        "So much of a line, by its number; may be repeated. Left out, all that is left.",
        flag="--line",
    ),
]
Reason = Annotated[str, value("TEXT", "Why; it stands with the order.", flag="--reason")]


def _without_more(name: str, what: str) -> None:
    """Add the command of a step that needs nothing but the order; ``what`` is its help."""

    async def step(
        hub: "Hub", order: WhichOrder, seller: SellerName = None, as_json: AsJson = False
    ) -> None:
        from orderglot.core import lifecycle

        take = getattr(lifecycle, name)
        await _take(hub, seller, order, name, lambda one, _: take(one), as_json)

    step.__doc__ = f"{what}\n\n$ orderglot orders {name} 1000000001\n"
    app.command(name)(with_book()(step))


_without_more("confirm", "Take a received order on: work on it begins.")


@app.command("hold")
@with_book()
async def hold(
    hub: "Hub",
    order: WhichOrder,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Hold an order up: nothing is shipped until it is released.

    $ orderglot orders hold 1000000001 --reason "no credit"
    """
    from orderglot.core import lifecycle

    if not reason.strip():
        raise Misused("say why the order is held: --reason TEXT.")
    await _take(
        hub, seller, order, "hold", lambda one, _: lifecycle.hold(one, reason), as_json, why=reason
    )


_without_more("release", "Let a held order go on from where its lines are.")


@app.command("ship")
@with_book()
async def ship(
    hub: "Hub",
    order: WhichOrder,
    line: Lines = None,
    carrier: Annotated[str, typer.Option(help="Who carries it, such as UPS.")] = "",
    service: Annotated[str, typer.Option(help="By which service, such as GROUND.")] = "",
    tracking: Annotated[str, value("NUMBER", "The carrier's number of the parcel.")] = "",
    tracking_url: Annotated[str, value("URL", "Where it can be followed.")] = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Send a parcel of an order: some of its lines, or all that is left.

    $ orderglot orders ship 1000000001 --line 1=12 --carrier UPS \\
        --tracking 1Z999AA10123456784
    """
    from orderglot.core import lifecycle
    from orderglot.core.shipments import Shipment, ShippedLine

    content = _quantities(line)
    parcel = Shipment(
        carrier=carrier,
        service=service,
        tracking=tracking,
        tracking_url=tracking_url,
        lines=tuple(ShippedLine(number=number, quantity=one) for number, one in content.items()),
    )
    await _take(
        hub,
        seller,
        order,
        "ship",
        lambda one, now: lifecycle.ship(one, parcel, now),
        as_json,
    )


_without_more("deliver", "Say that all that went out of an order has arrived.")


@app.command("cancel")
@with_book()
async def cancel(
    hub: "Hub",
    order: WhichOrder,
    line: Lines = None,
    reason: Reason = "",
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Cancel what of an order did not go out: some of its lines, or all of it.

    $ orderglot orders cancel 1000000001 --line 2=5 --reason "sold out"
    """
    from orderglot.core import lifecycle

    wanted = _quantities(line)
    await _take(
        hub,
        seller,
        order,
        "cancel",
        lambda one, _: lifecycle.cancel(one, reason, wanted),
        as_json,
        why=reason,
    )


@app.command("complete")
@with_book()
async def complete(
    hub: "Hub", order: WhichOrder, seller: SellerName = None, as_json: AsJson = False
) -> None:
    """Say that nothing more of an order is to come.

    $ orderglot orders complete 1000000001
    """
    from orderglot.core import lifecycle

    await _take(hub, seller, order, "complete", lifecycle.complete, as_json)


async def _take(
    hub: "Hub",
    seller: str | None,
    which: str,
    name: str,
    step: Step,
    as_json: bool,
    *,
    why: str = "",
) -> None:
    """Take a step with an order, and say how it stands then."""
    from orderglot.core.lifecycle import EVENTS
    from orderglot.hub import lookup

    owner = await hub.seller(seller)
    async with hub.book(owner, tests=True).together() as unit:
        found = await lookup.find_order(unit, which)
        changed = await unit.change(step(found, unit.now()), EVENTS[name], why=why)
    if as_json:
        return write_json(changed)
    write_line(f"Order {changed.id} is {changed.status}.")
    for one in changed.lines:
        write_line(f"  line {one.number}: {_state(one)}")
    return None


def _state(line: "Line") -> str:
    """Say how much of a line was ordered and what became of it."""
    from orderglot.core.line_quantities import cancelled, returned, shipped, to_ship
    from orderglot.core.quantities import size, with_unit

    counted = (
        (shipped(line), "shipped"),
        (cancelled(line), "cancelled"),
        (returned(line), "returned"),
        (to_ship(line), "to ship"),
    )
    became = ", ".join(f"{quantity} {word}" for quantity, word in counted if quantity)
    ordered = with_unit(size(line.quantity), line.unit)
    return f"{ordered} of {line.sku or line.title or 'nothing'}: {became or 'nothing yet'}"


def _quantities(texts: list[str] | None) -> "Quantities":
    """Read ``1=12``: how much of which line."""
    from orderglot.core.fields import read_whole_text
    from orderglot.core.quantities import Quantity, exact
    from orderglot.wire.values import read_decimal

    found = dict[int, Quantity]()
    for text in texts or ():
        number, _, quantity = text.partition("=")
        try:
            line, much = read_whole_text(number), exact(read_decimal(quantity))
        except ValueError:
            line, much = None, 0
        if line is None or line in found:
            raise Misused(f"--line: {text!r} is no line once and its quantity, such as 1=12.")
        found[line] = much
    return found
