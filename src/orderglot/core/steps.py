"""Steps: each step of an order's life as it is taken in a unit of work, with the event that it leaves.

The command line and our own API take the same ones.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from orderglot.core import cancelling, correcting, lifecycle, linking, repricing
from orderglot.core.cancellation_requests import CancellationState
from orderglot.core.correcting import Correction
from orderglot.core.lifecycle import EVENTS, Quantities
from orderglot.core.open_cancellations import closing
from orderglot.core.order import Line, Order, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.core.product import Product
from orderglot.core.repricing import Prices
from orderglot.core.values import Relation

Step = Callable[[Order, datetime], Order]
Work = Callable[[UnitOfWork, Order], Awaitable[Order]]


async def taken(unit: UnitOfWork, order: Order, name: str, work: Work, why: str = "") -> Order:
    """Take the step of a name with an order, and give it as it stands then.

    The event of an answer says which one it was. Where nothing of the order is other than it was,
    nothing is written.
    """
    new = await work(unit, order)
    what = EVENTS.get(name) or closing(new)
    return order if new == order else await unit.change(new, what, why=why)


def alone(step: Step) -> Work:
    """Make the work of a step that needs nothing else of the book."""

    async def work(unit: UnitOfWork, order: Order) -> Order:
        return step(order, unit.now())

    return work


def correcting_as(correction: Correction) -> Work:
    """Make the work of correcting an order; further lines have the prices of today."""

    async def work(unit: UnitOfWork, order: Order) -> Order:
        products = await _products(unit, order, correction.added)
        return correcting.correct(order, correction, products, (await unit.seller()).currency)

    return work


def linking_to(other: Reference, relation: Relation) -> Work:
    """Make the work of letting an order point at another one, which may not come to point back."""

    async def work(unit: UnitOfWork, order: Order) -> Order:
        await unit.guard(linking.LINKS)
        return linking.linked(order, await unit.get(other), relation)

    return work


def unlinking_from(other: Reference, relation: Relation) -> Work:
    """Make the work of letting an order point at another one no more."""

    async def work(unit: UnitOfWork, order: Order) -> Order:
        return linking.unlinked(order, await unit.get(other), relation)

    return work


def repricing_at(prices: Prices) -> Work:
    """Make the work of giving lines other prices, those of today where none is named."""

    async def work(unit: UnitOfWork, order: Order) -> Order:
        return repricing.reprice(order, await _products(unit, order), prices)

    return work


def cancelling_for(reason: str, wanted: Quantities) -> Work:
    """Make the work of cancelling an order, or so much of its lines, at once."""
    return alone(lambda order, _now: lifecycle.cancel(order, reason, wanted))


def asking_to_cancel(reason: str, wanted: Quantities, by: str) -> Work:
    """Make the work of asking for that; ``by`` says who does, "" for whoever takes the step."""

    async def work(unit: UnitOfWork, order: Order) -> Order:
        return cancelling.ask(order, reason, by or unit.caller.name, unit.now(), wanted)

    return work


def answering(state: CancellationState, reason: str, by: str) -> Work:
    """Make the work of answering a request to cancel an order."""

    async def work(unit: UnitOfWork, order: Order) -> Order:
        return cancelling.answer(order, state, by or unit.caller.name, unit.now(), reason)

    return work


async def _products(
    unit: UnitOfWork, order: Order, added: tuple[Line, ...] = ()
) -> dict[str, Product]:
    return await unit.products(sorted({line.sku for line in (*order.lines, *added)}))
