"""Repeats: whether a new order is one that came before, by its content."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from orderglot.core.order import Identity, Line, Order, native
from orderglot.core.quantities import Quantity
from orderglot.core.values import Status

ENDED = (Status.CANCELLED, Status.FAILED)


def can_repeat(order: Order) -> bool:
    """Tell whether an order says enough to be known again: a PO number and lines."""
    return bool(order.po_number and order.lines)


def digest(order: Order) -> str:
    """Give a digest of what makes two new orders the same: whose, PO number, ship-to and lines."""
    content = (order.customer, order.po_number, order.ship_to, order.lines)
    return sha256(msgspec.json.encode(content)).hexdigest()


def is_alike(new: Order, kept: Order) -> bool:
    """Tell whether a new order, as it was sent, says the same as one in the book."""
    return (
        new.po_number == kept.po_number
        and new.ship_to in (None, kept.ship_to)
        and list(map(_goods, new.lines)) == list(map(_goods, kept.lines))
        and is_owned(new, kept)
    )


def is_owned(new: Order, kept: Order) -> bool:
    """Tell whether an order in the book is of the customer that a new one names."""
    return _is_theirs(new.customer, kept.customer)


def stands(order: Order) -> bool:
    """Tell whether an order is still to be carried out, or was."""
    return order.deleted is None and order.status not in ENDED


def _goods(line: Line) -> tuple[str, Quantity]:
    return line.sku, line.quantity


def _is_theirs(named: Identity | None, owner: Identity | None) -> bool:
    """Tell whether a customer is the one who is named."""
    if named is None or owner is None:
        return named is owner
    if named.id:
        return named.id == owner.id
    shared = any(native(owner, one.dialect) == one.id for one in named.references)
    return shared or bool(named.number and named.number == owner.number)
