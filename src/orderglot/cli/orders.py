"""``orderglot orders``: the steps of an order's life, one by one."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, Misused, SellerName, WhichOrder, group, with_book
from orderglot.cli.options import value
from orderglot.cli.order_steps import Lines, Reason, quantities, take

if TYPE_CHECKING:
    from orderglot.hub.opening import Hub

app = group("Orders: what becomes of them: confirm, hold, ship, cancel and the like.")


def _without_more(name: str, what: str) -> None:
    """Add the command of a step that needs nothing but the order; ``what`` is its help."""

    async def step(
        hub: "Hub", order: WhichOrder, seller: SellerName = None, as_json: AsJson = False
    ) -> None:
        from orderglot.core import lifecycle

        taken = getattr(lifecycle, name)
        await take(hub, seller, order, name, lambda one, _: taken(one), as_json)

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
    await take(
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

    content = quantities(line)
    parcel = Shipment(
        carrier=carrier,
        service=service,
        tracking=tracking,
        tracking_url=tracking_url,
        lines=tuple(ShippedLine(number=number, quantity=one) for number, one in content.items()),
    )
    await take(
        hub,
        seller,
        order,
        "ship",
        lambda one, now: lifecycle.ship(one, parcel, now),
        as_json,
    )


_without_more("deliver", "Say that all that went out of an order has arrived.")


@app.command("complete")
@with_book()
async def complete(
    hub: "Hub", order: WhichOrder, seller: SellerName = None, as_json: AsJson = False
) -> None:
    """Say that nothing more of an order is to come.

    $ orderglot orders complete 1000000001
    """
    from orderglot.core import lifecycle

    await take(hub, seller, order, "complete", lifecycle.complete, as_json)
