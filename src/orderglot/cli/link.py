"""``orderglot link``: let one order point at another."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from orderglot.cli.command import ORDER_IDS, SellerName, WhichOrder, Why, with_book
from orderglot.cli.options import argument
from orderglot.cli.output import write_line

if TYPE_CHECKING:
    from orderglot.hub.opening import Hub


@with_book()
async def link(
    hub: "Hub",
    order: WhichOrder,
    other: Annotated[str, argument("OTHER", ORDER_IDS)],
    relation: Annotated[
        Literal["split", "return", "renewal", "switch", "exchange", "reference"],
        typer.Option("--as", help="What the first order is to the second one."),
    ],
    why: Why = "",
    seller: SellerName = None,
) -> None:
    """Let one order point at another: 'link A B --as split' makes A a split of B.

    $ orderglot link 1000000002 1000000001 --as split
    """
    from orderglot.core import linking
    from orderglot.hub import lookup

    owner = await hub.seller(seller)
    async with hub.book(owner, tests=True).together() as unit:
        await unit.guard(linking.FAMILY)
        one, another = await lookup.find_order(unit, order), await lookup.find_order(unit, other)
        new = linking.linked(one, another, linking.RELATIONS[relation])
        if new is not one:
            await unit.change(new, "linked", why=why)
    word = linking.RELATIONS[relation]
    write_line(
        f"Order {one.id} {'was' if new is one else 'is now'} linked to {another.id}: {word}."
    )
