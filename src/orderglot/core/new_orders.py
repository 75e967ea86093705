"""New orders: how far one is once it is there, when it is complete by itself, and what a preview is."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.lifecycle import receive
from orderglot.core.order import Line, LinePricing, Order
from orderglot.core.subscriptions import DONE, begins
from orderglot.core.values import Kind, Status


def taken_in(order: Order, customer: Customer | None, now: datetime, first: Status) -> Order:
    """Take a new order in, in the first status that a vendor's clients see of one."""
    return replace(receive(order, customer, now), status=first)


def previewed(order: Order, now: datetime) -> Order:
    """Give what a new order would be like: one that nobody received, and a sale as a quote.

    Its lines are as far as nobody knows, but those of a renewal, which say what would become.
    """
    lines = order.lines
    if order.kind is not Kind.RENEWAL:
        lines = tuple(replace(line, status=None, remaining=None) for line in lines)
    return replace(
        order,
        kind=Kind.QUOTE if order.kind is Kind.SALE else order.kind,
        status=Status.DRAFT,
        created=now,
        received=None,
        source="",
        lines=lines,
    )


def as_sold(line: Line, number: int, pricing: LinePricing | None) -> Line:
    """Give a priced line as a partner has it: under his own number, all of it still there."""
    return replace(line, number=number, pricing=pricing, remaining=line.quantity)


def completing(order: Order, due: datetime) -> Order:
    """Give a new order that is complete by itself at some time."""
    return replace(order, completes=due)


def finished(order: Order, now: datetime) -> Order:
    """Give an order that is complete, since it was or was due to be, else since now."""
    return replace(order, completed=order.completed or order.completes or now, completes=None)


def is_done(order: Order) -> bool:
    """Tell whether an order has come as far as its goods being the customer's."""
    return order.status in DONE


def is_unfinished(order: Order) -> bool:
    """Tell whether an order is called complete without having become so."""
    return is_done(order) and (order.completes is not None or begins(order))
