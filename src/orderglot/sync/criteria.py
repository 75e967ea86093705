"""Criteria: which of a vendor's orders are wanted."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orderglot.core.order import Order, id_at


class Criteria(Struct, frozen=True, kw_only=True):
    """Whose orders, at which address, since when; ``since_last`` is since the last whole pull.

    ``customer`` is the vendor's id of a customer, or the seller's own number of theirs; "" is all.
    What a pull since the last one shows besides is taken as well: it may have changed.
    """

    url: str
    customer: str = ""
    since: datetime | None = None
    since_last: bool = False


def wanted(order: Order, question: Criteria, dialect: str) -> bool:
    """Tell whether an order is asked for; one that does not say when it was is."""
    moment = order.modified or order.created
    since = None if question.since_last else question.since
    if since is not None and moment is not None and moment < since:
        return False
    customer, named = question.customer, order.customer
    if not customer or named is None:
        return not customer
    return customer in (named.number, id_at(named, dialect))


def native_id(order: Order, dialect: str) -> str:
    """Give the id under which a vendor sent an order, "" where it sent none."""
    return next((ref.id for ref in order.references if ref.dialect == dialect), "")
