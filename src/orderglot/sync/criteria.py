"""Criteria: which of a vendor's orders are wanted, and what of that the vendor can be asked."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orderglot.core.errors import Invalid, Unsupported
from orderglot.core.order import Order
from orderglot.core.query import EVERYTHING, Compare, Operator, Query, Window
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request

MOMENTS = ("modified", "created")
"""What "since" is about: when an order last changed, else when it was made."""


class Criteria(Struct, frozen=True, kw_only=True):
    """Whose orders, at which address, since when; ``since_last`` is since the last whole pull.

    ``customer`` is the vendor's id of a customer, or the seller's own number of theirs; "" is all.
    """

    url: str
    customer: str = ""
    since: datetime | None = None
    since_last: bool = False


def narrowed(dialect: Dialect, since: datetime | None) -> tuple[Query, str]:
    """Give what of "since" a vendor's list can be asked, and by which moment; "" where by none.

    Whether it can shows in the first request: it is another one than without the question.
    """
    if since is not None:
        plain = _request(dialect, EVERYTHING)
        for name in MOMENTS:
            where = Compare(name, Operator.GTE, since)
            try:
                asked = _request(dialect, where)
            except (Invalid, Unsupported):
                continue
            if asked != plain:
                return where, name
    return EVERYTHING, ""


def _request(dialect: Dialect, where: Query) -> Request | None:
    return next(dialect.flows.page(Window(where=where))) if dialect.flows.page else None


def wanted(order: Order, question: Criteria, dialect: str) -> bool:
    """Tell whether an order is asked for; one that does not say when it was is."""
    moment = order.modified or order.created
    if question.since is not None and moment is not None and moment < question.since:
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
