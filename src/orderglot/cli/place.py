"""``orderglot place``: an order of the book, placed with a vendor once; and what differs there."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli import completing
from orderglot.cli.command import AsJson, Misused, SellerName, with_book
from orderglot.cli.output import is_terminal, write_json, write_line, write_notice
from orderglot.cli.pull import ChannelName, TimeOut, VendorUrl

if TYPE_CHECKING:
    from orderglot.core.order import Order
    from orderglot.core.ports import Book
    from orderglot.hub.opening import Hub
    from orderglot.sync.placement_checks import Terms
    from orderglot.sync.placement_results import Placed
    from orderglot.sync.vendor import Vendor

UNKNOWN = 3
"""The exit code where it is not known whether the vendor has the order."""

DIFFERS = 4
"""The exit code where the vendor has it, and otherwise than it is here."""

SENTENCES = {
    "sent": "was placed with {0} as {1}",
    "found": "had arrived at {0}, which has it as {1}",
    "there": "is with {0} already, as {1}; nothing was sent",
    "given": "is known to be with {0} as {1}; nothing was sent",
}


WhichOrder = Annotated[
    str | None,
    typer.Argument(
        metavar="ORDER", help="kole:ID for a dialect's id, the seller's number, or the hub's id."
    ),
]
With = Annotated[
    str | None,
    typer.Option(
        "--with",
        metavar="DIALECT",
        help="In which dialect the vendor speaks.",
        autocompletion=completing.dialects,
    ),
]
Idempotent = Annotated[
    bool | None,
    typer.Option(
        "--idempotent/--not-idempotent",
        help="Whether the vendor honours Idempotency-Key, as another Orderglot does.",
        show_default="no",
    ),
]
Also = Annotated[bool, typer.Option("--also", help="Even though another vendor has it already.")]
Without = Annotated[
    str,
    typer.Option(
        metavar="MEMBERS", help="What the vendor need not be told, such as ship_to,discount.code."
    ),
]
IsThere = Annotated[
    str | None, typer.Option("--is", metavar="ID", help="You have looked: the vendor has it as ID.")
]
Absent = Annotated[
    bool, typer.Option("--absent", help="You have looked: the vendor does not have it.")
]
Settled = Annotated[
    bool, typer.Option("--settled", help="Let stand what the vendor has otherwise.")
]
IsPending = Annotated[
    bool, typer.Option("--pending", help="List what vendors have otherwise than the book instead.")
]


@with_book()
async def place(
    hub: "Hub",
    order: WhichOrder = None,
    dialect: With = None,
    url: VendorUrl = None,
    at: ChannelName = "",
    silent: TimeOut = None,
    idempotent: Idempotent = None,
    also: Also = False,
    without: Without = "",
    is_there: IsThere = None,
    absent: Absent = False,
    settled: Settled = False,
    pending: IsPending = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Place an order of the book with a vendor, exactly once.

    However often this is repeated, and wherever it was cut off: what the vendor has is not sent
    again. Where that cannot be known, the vendor is asked; where it cannot be asked either, this
    says so and ends with exit code 3; 'orderglot placements list' has it then. What the vendor then has is compared with what is here: each
    difference is a line, and the exit code is 4 until the two agree or somebody says --settled.

    $ orderglot place 489434 --with kole --url https://orders.example
    $ orderglot place --pending
    $ orderglot place 489434 --settled
    """
    from orderglot.cli import discrepancies
    from orderglot.cli.pull import channel_of
    from orderglot.hub import lookup
    from orderglot.hub.dialects import chosen_one
    from orderglot.sync.budget import Budget
    from orderglot.sync.continuation import is_continued
    from orderglot.sync.placement_checks import Terms
    from orderglot.sync.vendor import calling

    owner = await hub.seller(seller)
    book = hub.book(owner, tests=True)
    if pending:
        return await discrepancies.show_pending(book, dialect or "", at, as_json=as_json)
    if not order:
        raise Misused("say which ORDER is to be placed, or --pending for what differs.")
    found = await lookup.find_order(book, order)
    if settled:
        return await discrepancies.settle(book, found, dialect or "", at, as_json=as_json)
    if not dialect:
        raise Misused("say --with which DIALECT the vendor speaks.")
    chosen = chosen_one(dialect)
    terms = Terms(absent=absent, also=also, without=_members(without))
    flags: dict[str, object] = {"url": url, "timeout": silent, "idempotent": idempotent}
    channel = channel_of(hub, chosen, flags, at)
    # Whatever becomes of the order meanwhile, the vendor's answer is kept with it.
    observed = hub.observed(chosen, channel.reference, owner.id)
    if observed is not None:
        observed.orders = (found.id,)
    book = hub.book(owner, tests=True, deleted=True, observed=observed)
    if is_terminal():
        # A vendor who does not answer at once is asked again, which takes some seconds.
        write_notice(f"Asking {channel.url} …")
    continued = is_continued(owner, channel)
    async with calling(
        chosen,
        channel,
        continued=continued,
        notify=write_notice,
        observed=observed,
        budget=Budget(book, channel, first=True),
    ) as vendor:
        placed = await _placed(book, vendor, found, is_there, terms, owner.name)
    return _report(placed, dialect, as_json=as_json)


def _members(text: str) -> tuple[str, ...]:
    """Read the members that may be lost; raises Misused for one that no order has."""
    from orderglot.core.fields import every_field

    named = tuple(filter(None, (one.strip() for one in text.split(","))))
    for one in named:
        if not any(field == one or field.startswith(f"{one}.") for field in every_field()):
            raise Misused(
                f"--without: an order has no member {one[:40]!r}; write ship_to,lines.box."
            )
    return named


async def _placed(
    book: "Book",
    vendor: "Vendor",
    order: "Order",
    is_there: str | None,
    terms: "Terms",
    seller: str,
) -> "Placed":
    from orderglot.cli.complaints import list_complaints
    from orderglot.core.errors import Invalid, NotFound
    from orderglot.sync.place import place, settle
    from orderglot.sync.placements import note_doubt
    from orderglot.sync.recovery import Unknown

    try:
        if is_there:
            return await settle(book, vendor, order, is_there, write_notice)
        return await place(book, vendor, order, terms, write_notice)
    except (Invalid, NotFound) as refusal:
        list_complaints(refusal, order, vendor, seller)
        raise typer.Exit(1) from None
    except Unknown as doubt:
        await note_doubt(book, order.id, vendor.name, doubt.message)
        write_notice(f"orderglot: {doubt.message}")
        raise typer.Exit(UNKNOWN) from None


def _report(placed: "Placed", dialect: str, *, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "order": placed.order.id,
                "id": placed.id,
                "how": placed.how,
                "differences": placed.differences,
            }
        )
    else:
        write_line(f"Order {placed.order.id} {SENTENCES[placed.how].format(dialect, placed.id)}.")
        for one in placed.differences:
            write_line(f"  {one}")
    if placed.differences:
        write_notice(
            "orderglot: that differs from what is here; mend one of the two, or let it stand with "
            f"'orderglot place {placed.order.id} --settled'."
        )
        raise typer.Exit(DIFFERS)
