"""Id mapping: an order with the ids of one channel's vendor, and the same order with those of the book.

A dialect reads and writes ids under its own name, of whichever vendor. Here they become those of the
one vendor who said them, and only ids that he gave are ever written to him.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from orderglot.core.order import Identity, Link, Order, Reference, id_at

Naming = Callable[[tuple[Reference, ...]], tuple[Reference, ...]]


def incoming(order: Order, dialect: str, channel: str, *, continued: bool) -> Order:
    """Put the channel's name on the ids that its vendor says.

    Where ``continued``, our own clients of the dialect know them as well: the hub has taken his place.
    """
    names = (channel, dialect) if continued else (channel,)

    def named(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
        return tuple(
            Reference(name, ref.id)
            for ref in references
            for name in (names if ref.dialect == dialect else (ref.dialect,))
        )

    return _with_ids(order, named)


def outgoing(order: Order, dialect: str, channel: str) -> Order:
    """Leave an order the ids that the channel's vendor gave, as his dialect writes them.

    The id of a line's item is a vendor's, too, and names no other's goods: it is left where he knows
    the order, so that it may be his; elsewhere the SKU says what is wanted.
    """

    def named(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
        return tuple(Reference(dialect, ref.id) for ref in references if ref.dialect == channel)

    if not known_to(order, channel):
        order = replace(order, lines=tuple(replace(line, item_id="") for line in order.lines))
    order = _with_ids(order, named)
    customer = order.customer
    if customer is not None:
        customer = replace(customer, id=0) if customer.references else None
    links = tuple(
        Link(link.relation, replace(link.order, id=0))
        for link in order.links
        if link.order.references
    )
    return replace(order, customer=customer, links=links)


def known_to(thing: Identity | Order | None, channel: str) -> bool:
    """Tell whether a channel's vendor has an id for a thing."""
    return thing is not None and id_at(thing, channel) != ""


def _with_ids(order: Order, named: Naming) -> Order:
    customer = order.customer
    return replace(
        order,
        references=named(order.references),
        customer=customer and replace(customer, references=named(customer.references)),
        links=tuple(
            Link(link.relation, replace(link.order, references=named(link.order.references)))
            for link in order.links
        ),
    )
