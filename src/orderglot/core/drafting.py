"""Drafting: an order that is put together bit by bit, and then submitted or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from orderglot.core.correcting import put_in
from orderglot.core.errors import Conflict, Rule, invalid
from orderglot.core.lifecycle import put_into
from orderglot.core.order import Line, Order
from orderglot.core.product import Product
from orderglot.core.resumming import resum
from orderglot.core.values import Status

DRAFTS = "drafts {customer}"
"""The family of a customer's orders that are still being put together."""


def add_line(draft: Order, line: Line, products: Mapping[str, Product]) -> Order:
    """Put one more line into a draft, at the price of today, and sum the draft up.

    Raises Conflict where the order is no draft, Invalid with every line that cannot be bought.
    """
    demand_draft(draft)
    return resum(put_in(draft, (line,), products), draft)


def submit(draft: Order, now: datetime, po_number: str = "") -> Order:
    """Make an order out of a draft.

    Raises Conflict where it is none, Invalid where it has no lines.
    """
    demand_draft(draft)
    if not draft.lines:
        raise invalid("lines", Rule.REQUIRED, "There is nothing in this order; add a line first.")
    submitted = put_into(draft, Status.RECEIVED, now)
    number = po_number or draft.po_number
    return replace(submitted, po_number=number, received=now)


def withdraw(draft: Order, now: datetime) -> Order:
    """Give a draft up with its lines; raises Conflict where the order is none."""
    demand_draft(draft)
    return put_into(draft, Status.CANCELLED, now)


def withdrawn(order: Order) -> bool:
    """Tell whether an order was given up before anybody received it."""
    return order.status is Status.CANCELLED and order.received is None


def demand_draft(order: Order) -> None:
    """Raise Conflict unless an order is a draft that nobody has given up."""
    if order.status is not Status.DRAFT:
        raise Conflict("This order is no longer a draft; begin another one.")
