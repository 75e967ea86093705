"""Correcting: an order that is to be other than it was ordered, as far as nothing went out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid, Problem, Rule
from orderglot.core.head_status import status_of
from orderglot.core.lifecycle import RUNNING, WHOLE, demand
from orderglot.core.line_numbers import remembering
from orderglot.core.line_quantities import GONE_OUT, NOT_COMING, cancelled, returned, shipped
from orderglot.core.line_steps import detailed, named_once
from orderglot.core.open_cancellations import demand_unasked
from orderglot.core.order import Address, Line, Order
from orderglot.core.pricing import add_lines, breaks_pack, with_bill
from orderglot.core.product import Product
from orderglot.core.quantities import Quantity, plain
from orderglot.core.requantifying import repriced, requantified
from orderglot.core.resumming import is_priced_here, resum
from orderglot.core.values import Status

CORRECTABLE = RUNNING | {Status.DRAFT, Status.ON_HOLD, Status.SHIPPED, Status.DELIVERED}
"""States of an order that is not over."""

ALL_WENT_OUT = frozenset({Status.SHIPPED, Status.DELIVERED})


class Correction(Struct, frozen=True, kw_only=True):
    """What of an order is to be other than it was: what is None, and what is not named, stays.

    ``shipping`` are members of the order's by name. Lines go by their numbers: ``quantities`` is how
    much of each there is to be, ``removed`` are no longer wanted, ``added`` name SKU and quantity.
    """

    po_number: str | None = None
    notes: str | None = None
    bill_to: Address | None = None
    ship_to: Address | None = None
    shipping: Mapping[str, Any] = {}
    quantities: Mapping[int, Quantity] = {}
    removed: tuple[int, ...] = ()
    added: tuple[Line, ...] = ()


def correct(
    order: Order, correction: Correction, products: Mapping[str, Product], currency: str = ""
) -> Order:
    """Correct an order, and what it comes to and its bill with it.

    A line that is there keeps its price for each piece; one that is added has today's. ``currency``
    is the seller's, in which an order is that names none. Raises Invalid with each member that cannot
    be corrected any more, Conflict where that is so of the whole order.
    """
    demand_correctable(order)
    lines = detailed(order)
    problems = (*_of_head(order, correction), *_of_lines(order, lines, correction, products))
    problems = problems or tuple(_of_nothing(order, lines, correction))
    if problems:
        raise Invalid(*problems)
    changed = _with_head(order, correction)
    if correction.quantities or correction.removed:
        changed = _with_lines(replace(changed, lines=lines), correction)
    if correction.added:
        changed = put_in(changed, correction.added, products, currency)
    return resum(changed, order)


def demand_correctable(order: Order, what: str = "corrected") -> None:
    """Raise Conflict where an order is over, is asked to be cancelled, or took something of others."""
    demand(order, CORRECTABLE, what)
    demand_unasked(order, what)
    if order.kind in WHOLE:
        raise Conflict(f"A {order.kind} cannot be {what}; cancel it and make another one.")


def put_in(
    order: Order, added: Iterable[Line], products: Mapping[str, Product], currency: str = ""
) -> Order:
    """Put lines into an order at the prices of today, under the titles that they have, if any.

    The sums of the order are left as they are; one that is priced here and has no bill yet has one
    then. In an order that names no currency each line names the seller's. Raises what ``add_lines``
    does, Conflict also where the order is asked to be cancelled.
    """
    demand_unasked(order, "added to")
    asked = tuple(added)
    code = order.currency or currency
    priced = add_lines(replace(order, currency=code), asked, products)
    lines = tuple(
        replace(line, title=one.title or line.title, currency="" if order.currency else code)
        for line, one in zip(priced.lines[len(order.lines) :], asked, strict=True)
    )
    # Where the order goes on, its lines themselves say that they went out.
    before = order.lines if priced.status is order.status else detailed(order)
    more = replace(order, lines=(*before, *lines), status=priced.status)
    return with_bill(more) if is_priced_here(order) else more


def why_fixed(order: Order, line: Line) -> str:
    """Tell why a line stays as it was ordered, "" where nothing speaks against another quantity."""
    if line.status in NOT_COMING or cancelled(line):
        return "was cancelled, in whole or in part"
    if came_back(order, line):
        return "was returned, switched or refunded, in whole or in part"
    if shipped(line) or line.status in GONE_OUT or line.status is Status.PARTLY_SHIPPED:
        return "went out, in whole or in part"
    if line.subscription or line.replaces:
        return f"is of subscription {line.subscription or line.replaces}"
    return "takes back" if line.quantity < 0 else ""


def came_back(order: Order, line: Line) -> bool:
    """Tell whether something of a line was returned, switched or refunded."""
    refunds = order.details.refunds if order.details else ()
    refunded = any(one.number == line.number for refund in refunds for one in refund.lines)
    there = plain(line.quantity - cancelled(line))
    return refunded or bool(returned(line)) or line.remaining not in (None, there)


def _of_head(order: Order, correction: Correction) -> Iterator[Problem]:
    """Refuse another way to go for goods that all went out."""
    if order.status not in ALL_WENT_OUT:
        return
    goods = (("ship_to", correction.ship_to), ("shipping", correction.shipping))
    for name, wanted in goods:
        if wanted:
            yield Problem(name, Rule.STATE, f"All of this order is {order.status}.")


def _of_lines(
    order: Order, lines: tuple[Line, ...], correction: Correction, products: Mapping[str, Product]
) -> Iterator[Problem]:
    removed = set(correction.removed)
    for number in dict.fromkeys((*correction.quantities, *correction.removed)):
        problem = named_once(order, number)
        line = next((line for line in lines if line.number == number), None)
        if problem or line is None:
            yield from filter(None, (problem,))
        elif number in removed and number in correction.quantities:
            reason = f"Line {number} cannot both be removed and have another quantity; say which."
            yield Problem("number", Rule.DUPLICATE, reason, number)
        elif number not in removed and correction.quantities[number] == line.quantity:
            continue
        elif why := why_fixed(order, line):
            yield Problem("number", Rule.STATE, f"Line {number} {why}; it stays.", number)
        elif number not in removed:
            yield from _of_quantity(
                line, correction.quantities[number], products.get(line.sku), order.currency
            )


def _of_quantity(
    line: Line, quantity: Quantity, product: Product | None, currency: str
) -> Iterator[Problem]:
    number, wanted = line.number, replace(line, quantity=quantity)
    if quantity <= 0:
        reason = f"Say how much of line {number}, more than 0, or remove it."
        yield Problem("quantity", Rule.RANGE, reason, number)
    elif product and (problem := breaks_pack(wanted, product, number)):
        yield problem
    elif not line.unit and isinstance(line.quantity, int) and not isinstance(quantity, int):
        yield Problem("quantity", Rule.RANGE, f"Line {number} is counted by the piece.", number)
    elif requantified(line, quantity, currency) is None:
        reason = f"Line {number} {_why_unknown(line, quantity, currency)}."
        yield Problem("quantity", Rule.MISMATCH, reason, number)


def _why_unknown(line: Line, quantity: Quantity, currency: str) -> str:
    """Tell why nobody knows what another quantity of a line comes to, and what helps if anything does."""
    priced = line.unit_price is not None and repriced(line, line.unit_price, currency)
    if priced and requantified(priced, quantity, currency) is None:
        return "has allowances, charges or taxes in its total, and nobody knows those of another quantity"
    return "does not come to its price times its quantity; reprice it first"


def _of_nothing(order: Order, lines: tuple[Line, ...], correction: Correction) -> Iterator[Problem]:
    """Refuse to remove all that there is, unless the order is still being put together."""
    left = [line for line in lines if line.number not in correction.removed]
    comes = bool(correction.added) or any(line.status not in NOT_COMING for line in left)
    if correction.removed and order.status is not Status.DRAFT and not comes:
        reason = "Nothing of this order would be left; cancel it."
        yield Problem("number", Rule.STATE, reason)


def _with_head(order: Order, correction: Correction) -> Order:
    names = ("po_number", "notes", "bill_to", "ship_to")
    given = {name: getattr(correction, name) for name in names}
    head: dict[str, Any] = {name: one for name, one in given.items() if one is not None}
    return replace(order, **head, shipping=replace(order.shipping, **correction.shipping))


def _with_lines(order: Order, correction: Correction) -> Order:
    """Give an order without what is removed of it, and with so much of other lines."""
    left = (line for line in order.lines if line.number not in correction.removed)
    lines = tuple(
        requantified(line, correction.quantities.get(line.number, line.quantity), order.currency)
        or line
        for line in left
    )
    # What was still to come may have been all that was not on its way.
    whole = order.status is Status.PARTLY_SHIPPED and lines
    status = status_of(lines) if whole else order.status
    return remembering(replace(order, lines=lines, status=status), order)
