"""``orderglot change``: where an order goes, to whom, and how."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderglot.cli.command import Misused, PostalAddress, SellerName, WhichOrder, Why, with_book
from orderglot.cli.options import value
from orderglot.cli.output import write_line

if TYPE_CHECKING:
    from orderglot.core.order import Address
    from orderglot.hub.opening import Hub


@with_book()
async def change(
    hub: "Hub",
    order: WhichOrder,
    ship_to: PostalAddress = "",
    recipient: Annotated[str, value("NAME", "Who is there: first name, then last name.")] = "",
    carrier: Annotated[str, typer.Option(help="Who carries it, such as UPS.")] = "",
    service: Annotated[str, typer.Option(help="By which service, such as GROUND.")] = "",
    why: Why = "",
    seller: SellerName = None,
) -> None:
    """Change where an order goes, to whom, and how; what no flag names stays as it is.

    $ orderglot change 1001 --recipient "Ann Example" \\
        --ship-to "1 Sample Street, Carson, CA 90745, US" \\
        --carrier UPS --service GROUND
    """
    from orderglot.core.correcting import Correction, correct
    from orderglot.hub import lookup

    given = {"carrier": carrier, "service": service}
    shipping = {name: text for name, text in given.items() if text}
    if not (ship_to or recipient or shipping):
        raise Misused("say what is to be changed: --ship-to, --recipient, --carrier or --service.")
    owner = await hub.seller(seller)
    async with hub.book(owner, tests=True).together() as unit:
        found = await lookup.find_order(unit, order)
        place = new_address(found.ship_to, ship_to, recipient, "--ship-to")
        new = correct(found, Correction(ship_to=place, shipping=shipping), {})
        if new != found:
            await unit.change(new, "changed", why=why)
    write_line(f"Order {found.id} {'was so already' if new == found else 'is changed'}.")


def new_address(before: "Address | None", text: str, recipient: str, flag: str) -> "Address | None":
    """Give an address with a new place, a new person, or both; None where it stays as it is."""
    from msgspec.structs import asdict, replace

    from orderglot.cli import flags
    from orderglot.core.order import Address

    first, _, last = recipient.strip().rpartition(" ")
    who: dict[str, Any] = {"first_name": first, "last_name": last} if recipient else {}
    if not text:
        return replace(before or Address(), **who) if who else None
    kept = asdict(before) if before else {}
    person = {name: kept.get(name, "") for name in ("company", "first_name", "last_name")}
    return flags.read_address(text, flag, **{**person, **who})
