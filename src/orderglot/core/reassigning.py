"""Reassigning: an order that goes to another customer, and what of it does not go along."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Rule, invalid
from orderglot.core.giving_up import takers
from orderglot.core.open_cancellations import demand_unasked
from orderglot.core.order import Line, Order, by_hub_id
from orderglot.core.order_details import OrderDetails
from orderglot.core.ports import Book


async def move(book: Book, order: Order, customer: Customer | None) -> Order:
    """Give an order to another customer, or to nobody, unless others of its customer depend on it.

    It is written by whoever asked. Raises what ``reassign`` does.
    """
    return reassign(order, customer, await _bound_to(book, order))


async def _bound_to(book: Book, order: Order) -> tuple[Order, ...]:
    """Give the orders that an order does not leave: those linked with it, and switches of its seats."""
    # A return or a switch at the same moment would stay behind.
    taken_by = await takers(book, order)
    linked = await book.linked(by_hub_id(order.id), omitted=True)
    return tuple({one.id: one for one in (*linked, *taken_by)}.values())


def reassign(order: Order, customer: Customer | None, linked: Iterable[Order]) -> Order:
    """Give an order to another customer, who learns nothing of the one before, or to nobody.

    Addresses, the account that a carrier charges, who is notified and what the driver is told were
    the other customer's: the order is billed, and goes, to the new one. Of an order that was
    nobody's all goes along. Raises Invalid where it is ``linked`` with others, which would stay
    behind, Conflict where it is asked to be cancelled.
    """
    name = customer and identity(customer)
    if (order.customer and order.customer.id) == (customer and customer.id):
        return order
    demand_unasked(order, "moved")
    ids = [str(one.id) for one in linked]
    if ids:
        stays = "stays with its customer" if order.customer else "is nobody's still"
        reason = f"This order {stays}, as it is linked with {', '.join(ids)}."
        raise invalid("customer", Rule.STATE, reason)
    if order.customer is None:
        return replace(order, customer=name)
    shipping = replace(
        order.shipping, account="", attention="", instructions="", tracking="", notifications=()
    )
    return replace(
        order,
        customer=name,
        bill_to=customer and customer.bill_to,
        ship_to=customer and customer.bill_to,
        shipping=shipping,
        tax_exempt=customer.tax_exempt if customer else None,
        lines=tuple(map(_without_address, order.lines)),
        details=_without_parties(order.details),
    )


def _without_parties(details: OrderDetails | None) -> OrderDetails | None:
    left = replace(details or OrderDetails(), parties=())
    return None if left == OrderDetails() else left


def _without_address(line: Line) -> Line:
    if line.details is None or not line.details.ship_to:
        return line
    return replace(line, details=replace(line.details, ship_to=""))
