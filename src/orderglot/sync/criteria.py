"""Criteria: which of a vendor's orders are wanted."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orderglot.core.order import Order


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
    customer = question.customer
    return not customer or customer in _names(order, dialect)


def _names(order: Order, dialect: str) -> tuple[str, ...]:
    named = order.customer
    if named is None:
        return ()
    return (named.number, *(ref.id for ref in named.references if ref.dialect == dialect))


def native_id(order: Order, dialect: str) -> str:
    """Give the id under which a vendor sent an order, "" where it sent none."""
    return next((ref.id for ref in order.references if ref.dialect == dialect), "")
