"""``orderglot link``: let one order point at another."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from orderglot.cli.command import ORDER_IDS, SellerName, WhichOrder, Why, with_book
from orderglot.cli.options import argument, switch
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
    remove: Annotated[
        bool, switch("--remove", "The first order points at the second one no more.")
    ] = False,
    why: Why = "",
    seller: SellerName = None,
) -> None:
    """Let one order point at another: 'link A B --as split' makes A a split of B.

    $ orderglot link 1000000002 1000000001 --as split
    $ orderglot link 1000000002 1000000001 --as reference --remove
    """
    from orderglot.core import linking, steps
    from orderglot.core.order import by_hub_id
    from orderglot.hub import lookup

    owner = await hub.seller(seller)
    word = linking.RELATIONS[relation]
    async with hub.book(owner, tests=True).together() as unit:
        one, another = await lookup.find_order(unit, order), await lookup.find_order(unit, other)
        to = by_hub_id(another.id)
        work = steps.unlinking_from(to, word) if remove else steps.linking_to(to, word)
        new = await steps.taken(unit, one, "unlink" if remove else "link", work, why)
    if remove:
        return write_line(f"Order {one.id} is no longer linked to {another.id}: {word}.")
    write_line(
        f"Order {one.id} {'was' if new is one else 'is now'} linked to {another.id}: {word}."
    )
    return None
