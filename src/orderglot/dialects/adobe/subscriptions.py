"""Subscriptions: what comes of an order that is complete, and what its customer holds then."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict
from orderglot.core.order import Identity, Line, Order, Reference, native
from orderglot.core.quantities import Quantity
from orderglot.core.query import And, Compare, Not, Operator
from orderglot.core.returns import remaining
from orderglot.core.subscriptions import (
    BEGINNING,
    DONE,
    FAMILY,
    OVER,
    Subscription,
    begins,
    completed,
    held,
)
from orderglot.dialects.adobe.tables import COMPLETES, NAME, PRODUCT_LENGTH, SOURCES
from orderglot.wire.operation import Context


def waiting(order: Order, due: datetime | None) -> Order:
    """Give a new order that is complete by itself at some time, or once somebody says so."""
    if due is None:
        return order
    return replace(order, completes=due, extras={**order.extras, COMPLETES: True})


async def complete(context: Context, order: Order) -> None:
    """Put into the book what comes of an order that is complete."""
    holding = await holding_of(context, order.customer) if order.customer else {}
    if order.status not in DONE or order.customer is None:
        await _complete(context, order, holding)


async def _complete(context: Context, order: Order, holding: dict[str, Subscription]) -> Order:
    seller = context.book.caller.seller
    done = completed(order, lambda line: _subscription_id(order, line, seller), holding, product_of)
    extras = {name: value for name, value in done.extras.items() if name != COMPLETES}
    since = order.completed or order.completes or context.now
    done = replace(done, completed=since, completes=None, extras=extras)
    return await context.book.change(done, "completed")


async def holding_of(context: Context, customer: Customer | Identity) -> dict[str, Subscription]:
    """Give what a customer holds, after every order that was set to complete has been completed.

    Until the unit ends, nobody else who asks for that writes anything by it.
    """
    await guard_holding(context, customer)
    done = Compare("status", Operator.IN, tuple(sorted(DONE)))
    theirs = Compare("customer.id", Operator.EQ, customer.id)
    orders = list[Order]()
    async for order in context.book.walk(And((theirs, done))):
        finished = is_unfinished(order) and await _complete(context, order, held(orders))
        orders.append(finished or order)
    return held(orders)


async def guard_holding(context: Context, customer: Customer | Identity) -> None:
    """Ask, from now on, what must hold of all orders of a customer together."""
    await context.book.guard(FAMILY.format(customer=customer.id))


async def ordered_by(context: Context, customer: Customer) -> Quantity:
    """Count the pieces that a customer has bought in orders that are still open."""
    parts = (
        Compare("customer.id", Operator.EQ, customer.id),
        Compare("kind", Operator.IN, tuple(sorted(BEGINNING))),
        Not(Compare("status", Operator.IN, tuple(sorted(OVER | DONE)))),
    )
    found = [order async for order in context.book.walk(And(parts))]
    return sum([remaining(line) for order in found for line in order.lines])


async def finished(context: Context, order: Order) -> Order:
    """Give an order with what came of it, where it was only set to complete."""
    if order.customer is None or not await are_finished(context, order.customer, (order,)):
        return order
    return await context.book.get(Reference(NAME, native(order, NAME)))


async def are_finished(
    context: Context, customer: Customer | Identity, orders: Iterable[Order]
) -> bool:
    """Tell whether some of a customer's orders came to be complete only now, and so others with them.

    Its status was set before, and nothing more has been done for it yet.
    """
    if not any(map(is_unfinished, orders)):
        return False
    with suppress(Conflict):  # others have met them at the same moment, time and again
        await context.book.transact(
            lambda unit: holding_of(replace(context, opened=unit), customer)
        )
    return True


def is_unfinished(order: Order) -> bool:
    """Tell whether an order that was placed here is called complete without having become so."""
    placed_here = order.source in SOURCES and not order.references
    return placed_here and order.status in DONE and (order.completes is not None or begins(order))


def product_of(offer: str) -> str:
    """Give the product and segment of an offer, which it has at any volume level."""
    return offer[:PRODUCT_LENGTH]


def _subscription_id(order: Order, line: Line, seller: int) -> str:
    """Write a subscription's id as Adobe's look: 32 characters with NA at the end."""
    return sha256(f"{seller} {order.id} {line.number}".encode()).hexdigest()[:30] + "NA"
