"""Linking: how one order comes to point at another."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import HUB, Identity, Link, Order
from orderglot.core.values import Kind, Relation

LINKS = "links"
"""The family of all orders of a seller, where two must not come to be made of each other."""

RELATIONS = {
    "split": Relation.SPLIT_OF,
    "return": Relation.RETURN_OF,
    "renewal": Relation.RENEWAL_OF,
    "switch": Relation.SWITCH_OF,
    "exchange": Relation.EXCHANGE_OF,
    "reference": Relation.REFERS_TO,
}
"""What a link is asked for as: by what the order that gets it is to the other one."""


MOVED = f"{HUB}.moved"
"""The extra of a split that took its goods out of the order that it is of, which has them no longer.

The splits that vendors tell of are beside an order that stays whole.
"""


def link_to(other: Order, relation: Relation) -> Link:
    """Give the link of an order that is made of another one."""
    return Link(relation, Identity(id=other.id, number=other.number, references=other.references))


def linked(order: Order, other: Order, relation: Relation) -> Order:
    """Let an order point at another one, both of one seller's book.

    An order that does so already is given back as it is. Raises Invalid where an order would point
    at itself, a live order at a test order, or two orders would each be made of the other.
    """
    if order.id == other.id:
        raise invalid("order", Rule.MISMATCH, "An order cannot be linked to itself.")
    if other.test and not order.test:
        reason = "This is a test order, which no live order can point at."
        raise invalid("order", Rule.MISMATCH, reason)
    if relation is not Relation.REFERS_TO and _points(other, order, relation):
        reason = f"Order {other.id} is a {relation} order {order.id}, so not the other way round."
        raise invalid("order", Rule.STATE, reason)
    if _points(order, other, relation):
        return order
    return replace(order, links=(*order.links, link_to(other, relation)))


def unlinked(order: Order, other: Order, relation: Relation) -> Order:
    """Let an order point at another one no more.

    Raises Invalid where it does not so, or where what either of them has goes by that: a return, a
    renewal or a switch and what it is of, a split and what its goods were taken out of.
    """
    kept = tuple(
        link for link in order.links if link.order.id != other.id or link.relation is not relation
    )
    if len(kept) == len(order.links):
        reason = f"Order {order.id} has no link to {other.id} that says: {relation}."
        raise invalid("order", Rule.UNKNOWN, reason)
    moved = relation is Relation.SPLIT_OF and MOVED in order.extras
    if moved or (order.kind is not Kind.SALE and relation is not Relation.REFERS_TO):
        reason = f"What order {order.id} has goes by that it is a {relation} order {other.id}."
        raise invalid("order", Rule.STATE, reason)
    return replace(order, links=kept)


def origins(order: Order) -> set[int]:
    """Give the hub ids of the orders that an order comes from; what it only refers to is none."""
    made = (link for link in order.links if link.relation is not Relation.REFERS_TO)
    return {link.order.id for link in made} - {0}


def _points(order: Order, other: Order, relation: Relation) -> bool:
    return any(link.order.id == other.id and link.relation is relation for link in order.links)
