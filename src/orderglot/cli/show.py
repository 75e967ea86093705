"""``orderglot show``: one order, as the book has it or as a dialect writes it."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from orderglot.cli import completing
from orderglot.cli.command import AsJson, SellerName, WhichOrder, with_book
from orderglot.cli.demo_address import BASE
from orderglot.cli.options import switch, value
from orderglot.cli.output import (
    address_text,
    indented,
    is_terminal,
    known_as_text,
    sheet,
    table,
    with_article,
    write_document,
    write_json,
    write_line,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from orderglot.core.order import Line, Order
    from orderglot.core.ports import Event
    from orderglot.core.shipments import Shipment
    from orderglot.core.values import Relation
    from orderglot.hub.opening import Hub


LONGEST = 60
"""So many signs of a value beyond the page are shown."""


@with_book(reads=True)
async def show(
    hub: "Hub",
    order: WhichOrder,
    dialect: Annotated[
        str | None,
        value(
            "DIALECT",
            "As this dialect's clients would get it.",
            flag="--as",
            completes=completing.dialects,
        ),
    ] = None,
    form: Annotated[
        Literal["xml", "json"] | None,
        typer.Option("--format", help="In which form, where the dialect has both."),
    ] = None,
    deleted: Annotated[bool, switch("--deleted", "Show it even if it was deleted.")] = False,
    raw: Annotated[
        bool, switch("--raw", "With --as: byte for byte as it goes over the wire.")
    ] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Show an order as the book has it and what happened to it, or as a dialect writes it, indented.

    $ orderglot show 489434
    $ orderglot show kole:12404 --as kole --format json
    """
    from orderglot.cli.command import Misused
    from orderglot.core.adding_up import spelled
    from orderglot.core.order import by_hub_id
    from orderglot.core.quantity_equations import along
    from orderglot.hub import lookup

    if form and not dialect:
        raise Misused("--format: it goes with --as; use --json for the book's own form.")
    if raw and not dialect:
        raise Misused("--raw: it goes with --as; use --json for the book's own form.")
    owner = await hub.seller(seller)
    book = hub.book(owner, tests=True, deleted=deleted)
    found = await lookup.find_order(book, order)
    if dialect:
        from orderglot.hub.rendering import written

        wanted = form or ("json" if as_json else "")
        response = await written(found, book, hub.store.keyring, dialect, BASE, wanted)
        return write_document(response.body.decode() if raw else indented(response.body))
    events = await book.events(found.id)
    others = await book.linked(by_hub_id(found.id))
    if as_json or not is_terminal():
        pointing = [{"relation": relation, "order": one.id} for relation, one in _of(found, others)]
        return write_json({**_with_sum(found), "linked": pointing, "events": events})
    print_order(found)
    for link in found.links:
        write_line(
            f"This order is {with_article(link.relation)} order {link.order.id or link.order.number}."
        )
    for relation, one in _of(found, others):
        write_line(f"Order {one.id}, which is {one.status}, is {with_article(relation)} this one.")
    for difference in along(found, others):
        write_line(f"Along its splits and returns: {spelled(difference)}.")
    write_line("")
    return print_timeline(events)


def _of(order: "Order", others: "Collection[Order]") -> "Iterator[tuple[Relation, Order]]":
    """Give the orders that point at one, and as what."""
    for one in others:
        for link in one.links:
            if link.order.id == order.id:
                yield link.relation, one


def _with_sum(order: "Order") -> dict[str, object]:
    """Give the members of an order, and whether it adds up."""
    from orderglot.core.adding_up import adds_up
    from orderglot.wire import json

    return {**json.read(json.write(order)), "adds_up": adds_up(order)}


def print_order(order: "Order") -> None:
    """Print an order for a person: what it says, its lines, and what it comes to."""
    from orderglot.cli.cancellations import spelled
    from orderglot.core.adding_up import adds_up, in_words
    from orderglot.core.currencies import printed
    from orderglot.core.quantities import with_unit

    def pieces(line: "Line") -> str:
        # The unit of a whole quantity may be what is counted inside a box.
        return with_unit(line.quantity, "" if isinstance(line.quantity, int) else line.unit)

    def money(amount: "Decimal | None") -> str:
        return "" if amount is None else printed(amount, order.currency)

    sheet(_head(order))
    write_line("")
    table(
        ("sku", "what", "pieces", "a piece", "together"),
        [
            (one.sku, one.title, pieces(one), money(one.unit_price), money(one.total))
            for one in order.lines
        ],
        right=("pieces", "a piece", "together"),
    )
    for line in order.lines:
        if counted := _counted(line):
            write_line(f"{line.sku or line.number}: {counted}")
    for parcel in order.details.shipments if order.details else ():
        write_line(_parcel(parcel, {line.number: line for line in order.lines}))
    for request in order.details.cancellations if order.details else ():
        write_line(spelled(request, order))
    totals = order.totals
    for name in ("subtotal", "discount", "tax", "duty", "shipping", "total"):
        amount = getattr(totals, name)
        if amount is not None:
            write_line(f"{name}: {money(amount)} {order.currency}")
    write_line(f"sums: {in_words(adds_up(order))}")
    _print_unknown(order)


def _counted(line: "Line") -> str:
    """Write how much of a line was cancelled, shipped and returned, as far as somebody said."""
    named = ("cancelled", "shipped", "returned")
    counts = ((getattr(line.details, name, None), name) for name in named)
    return ", ".join(f"{count} {name}" for count, name in counts if count is not None)


def _reasons(order: "Order") -> Iterator[tuple[str, object]]:
    """Give why an order is held, or was cancelled in whole or in part."""
    from orderglot.core.values import Status

    if order.details is None:
        return
    if order.status is Status.ON_HOLD:
        yield "held", order.details.hold_reason
    whole = order.status is Status.CANCELLED
    yield "cancelled" if whole else "partly cancelled", order.details.cancel_reason


def _parcel(parcel: "Shipment", lines: Mapping[int, "Line"]) -> str:
    """Write what went out, when, with whom and how it can be followed, as far as that is known."""
    sent = (
        f"{one.quantity or 'some'} of {lines[one.number].sku or one.number}"
        for one in parcel.lines
        if one.number in lines
    )
    followed = (parcel.carrier, parcel.service, parcel.tracking, parcel.tracking_url)
    day = f"{parcel.date:%Y-%m-%d}" if parcel.date else ""
    return ": ".join(
        filter(None, (" ".join(filter(None, ("parcel", day, *followed))), ", ".join(sent)))
    )


def _print_unknown(order: "Order") -> None:
    """Print what was sent beyond the pages of vendors, each with who sent it."""
    from orderglot.core.unknown_members import every_unknown, spelled

    found = [
        (
            one.dialect,
            "a client" if one.client else "the vendor",
            f"{part}.{spelled(one.path)}".removeprefix("."),
            "not kept" if one.omitted else _short(one.value),
        )
        for part, one in every_unknown(order)
    ]
    if found:
        write_line("")
        table(("beyond the page of", "sent by", "member", "value"), found)


def print_timeline(events: Collection["Event"]) -> None:
    """Print what happened to an order, oldest first: when, what, by whom and, where told, why."""
    rows = [
        (
            f"{one.at:%Y-%m-%d %H:%M:%S}Z",
            one.what if one.other is None else f"{one.what}: {one.other}",
            one.who,
            one.why,
        )
        for one in events
    ]
    columns = (
        ("when", "what", "by", "why") if any(one.why for one in events) else ("when", "what", "by")
    )
    table(columns, [row[: len(columns)] for row in rows])


def _short(value: object) -> str:
    from orderglot.wire import json

    text = value if isinstance(value, str) else json.write(value).decode()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _head(order: "Order") -> Iterator[tuple[str, object]]:
    customer = order.customer
    yield "id", order.id
    yield "number", order.number
    yield "known as", known_as_text(order)
    yield "kind", order.kind
    yield "status", order.status
    yield from _reasons(order)
    yield "test", "yes" if order.test else ""
    yield "customer", customer and (customer.number or customer.id)
    yield "purchase order", order.po_number
    for name, moment in (
        ("created", order.created),
        ("changed", order.modified),
        ("deleted", order.deleted),
    ):
        yield name, moment and f"{moment:%Y-%m-%d %H:%M:%S}Z"
    yield "bill to", address_text(order.bill_to)
    yield "ship to", address_text(order.ship_to)
    yield "shipping", f"{order.shipping.carrier} {order.shipping.service}".strip()
    yield "invoice", order.invoice and f"{order.invoice.number} {order.invoice.status}".strip()
    yield "notes", order.notes
