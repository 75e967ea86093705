"""Subscriptions: what comes of an order that is complete, and what its customer holds then."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core import new_orders
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict
from orderglot.core.new_orders import completing, is_done
from orderglot.core.order import Identity, Line, Order, Reference, by_hub_id, native
from orderglot.core.presumed_seats import with_presumed
from orderglot.core.query import And, Compare, Not, Operator
from orderglot.core.seats import Away, away
from orderglot.core.subscriptions import (
    BEGINNING,
    DONE,
    FAMILY,
    SWITCHING,
    Subscription,
    completed,
    held,
)
from orderglot.core.values import COME_TO_NOTHING, Kind
from orderglot.dialects.adobe.tables import COMPLETES, NAME, PRODUCT_LENGTH, SOURCES
from orderglot.wire.operation import Context


def waiting(order: Order, due: datetime | None) -> Order:
    """Give a new order that is complete by itself at some time, or once somebody says so."""
    if due is None:
        return order
    return completing(replace(order, extras={**order.extras, COMPLETES: True}), due)


class Holding(Struct, frozen=True):
    """A customer's orders, of which it follows what is held: complete ones, oldest first.

    ``pending`` are switches and reversals that are not complete, or came to nothing. Those of a vendor,
    who does not say from which lines they took, keep what is presumed of it.
    """

    orders: tuple[Order, ...]
    pending: tuple[Order, ...] = ()

    @property
    def switched(self) -> Away:
        """What was switched away of which lines."""
        return away((*self.orders, *self.pending))

    @property
    def held(self) -> dict[str, Subscription]:
        """What the customer holds, by the subscription's id."""
        return held(self.orders, self.switched)


async def complete(context: Context, order: Order) -> None:
    """Put into the book what comes of an order that is complete."""
    holding = (await holding_of(context, order.customer)).held if order.customer else {}
    if not is_done(order) or order.customer is None:
        await _complete(context, order, holding)


async def _finished(context: Context, order: Order, holding: dict[str, Subscription]) -> Order:
    """Complete an order that was set to be, unless this very unit has done so."""
    there = await context.book.get(by_hub_id(order.id), omitted=True)
    return await _complete(context, there, holding) if is_unfinished(there) else there


async def _complete(context: Context, order: Order, holding: dict[str, Subscription]) -> Order:
    seller = context.book.caller.seller
    done = completed(order, lambda line: _subscription_id(order, line, seller), holding, product_of)
    extras = {name: value for name, value in done.extras.items() if name != COMPLETES}
    done = new_orders.finished(replace(done, extras=extras), context.now)
    return await context.book.change(done, "completed")


async def holding_of(context: Context, customer: Customer | Identity) -> Holding:
    """Give what a customer holds, after every order that was set to complete has been completed.

    Until the unit ends, nobody else who asks for that writes anything by it.
    """
    await context.book.guard(FAMILY.format(customer=customer.id))
    done = Compare("status", Operator.IN, tuple(sorted(DONE)))
    theirs = Compare("customer.id", Operator.EQ, customer.id)
    taking = Compare("kind", Operator.IN, tuple(sorted((*SWITCHING, Kind.RETURN))))
    undone = And((theirs, taking, Not(done)))
    others = [one async for one in context.book.walk(undone, omitted=True)]
    every = [one async for one in context.book.walk(And((theirs, done)), omitted=True)]
    known = with_presumed((*every, *others))
    switched, orders = away(known), list(known[: len(every)])
    for place, order in enumerate(orders):
        if is_unfinished(order):
            orders[place] = await _finished(context, order, held(orders, switched))
    pending = tuple(one for one in known[len(every) :] if one.kind in SWITCHING)
    return Holding(tuple(orders), pending)


async def ordered_by(context: Context, customer: Customer) -> list[Order]:
    """Give the orders of a customer that are still open and in which something is bought."""
    parts = (
        Compare("customer.id", Operator.EQ, customer.id),
        Compare("kind", Operator.IN, tuple(sorted(BEGINNING))),
        Not(Compare("status", Operator.IN, tuple(sorted(COME_TO_NOTHING | DONE)))),
    )
    return [order async for order in context.book.walk(And(parts), omitted=True)]


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
    return placed_here and new_orders.is_unfinished(order)


def product_of(offer: str) -> str:
    """Give the product and segment of an offer, which it has at any volume level."""
    return offer[:PRODUCT_LENGTH]


def _subscription_id(order: Order, line: Line, seller: int) -> str:
    """Write a subscription's id as Adobe's look: 32 characters with NA at the end."""
    return sha256(f"{seller} {order.id} {line.number}".encode()).hexdigest()[:30] + "NA"
