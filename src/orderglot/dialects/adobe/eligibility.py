"""Eligibility: which customer, offers and subscriptions a new order may be about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orderglot.core.commitments import below_minimum, kept
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, Invalid, NotFound, Problem, Rule
from orderglot.core.fields import read_whole_extra
from orderglot.core.order import Line, Order, native
from orderglot.core.product import Product
from orderglot.core.subscriptions import Subscription
from orderglot.core.switches import still_open
from orderglot.dialects.adobe.settings import currencies_of, programs_of
from orderglot.dialects.adobe.subscriptions import Holding, ordered_by
from orderglot.dialects.adobe.tables import COMMITMENT, MINIMUM, NAME, SEGMENTS
from orderglot.wire.operation import Context


async def demand_sellable(context: Context, currency: str, lines: Iterable[Line]) -> None:
    """Raise Invalid where the seller may not sell in a currency, or to an offer's segment."""
    seller = await context.book.seller()
    currencies, programs = currencies_of(seller), programs_of(seller)
    for line in lines:
        segment = SEGMENTS.get(line.sku[9:10], "")
        if programs is not None and segment and segment not in programs:
            reason = f"This seller sells to {', '.join(programs)}."
            raise refused("offerId", Rule.INELIGIBLE, reason, "2124", line.number)
        if currencies is not None and (line.currency or currency) not in currencies:
            reason = f"This seller sells in {', '.join(currencies)}."
            raise refused("currencyCode", Rule.INELIGIBLE, reason, "2125", line.number)


def demand_known(lines: Iterable[Line], products: Mapping[str, Product]) -> None:
    for line in lines:
        if line.sku not in products:
            reason = f"There is no offer {line.sku!r}."
            raise refused("offerId", Rule.UNKNOWN, reason, "2122", line.number)


def demand_held(holding: Mapping[str, Subscription], ids: Iterable[str]) -> None:
    for id in ids:
        if id not in holding:
            raise NotFound(f"The customer holds no subscription {id!r}.", code="3115")


def demand_settled(switches: Iterable[Order]) -> None:
    """Raise Conflict where one of these switches, of which some came to nothing, is still open."""
    order = still_open(switches)
    if order is not None:
        reason = f"Order {native(order, NAME)} still switches these seats; wait for it."
        raise Conflict(reason, code="4122")


async def demand_minimum(context: Context, original: Order, left: Order) -> None:
    """Raise Invalid where less would be left of a line than its product is sold in."""
    products = await context.book.products(skus(original.lines))

    def least(line: Line) -> int:
        product = products.get(line.sku)
        return count_of(product.extras, MINIMUM) if product else 0

    line = below_minimum(original, left, least)
    if line is not None:
        reason = f"Offer {line.sku} is sold from {least(line)} on: return line {line.number} whole."
        code = "RETURN_NOT_SUPPORTED_MOQ_SKU"
        raise refused("quantity", Rule.RANGE, reason, code, line.number)


async def demand_commitment(
    context: Context, customer: Customer, holding: Holding, original: Order, left: Order
) -> None:
    """Raise Invalid where a customer would keep less than a three-year commitment demands."""
    least = count_of(customer.extras, COMMITMENT)
    if not least:
        return
    ordered = await ordered_by(context, customer)
    after = kept(holding.held.values(), ordered, original, left)
    if after < least:
        reason = f"The customer is committed to {least}; {after} would be left."
        raise refused("quantity", Rule.RANGE, reason, "RETURN_VIOLATES_3YC_MCQ")


def count_of(extras: Mapping[str, Any], name: str) -> int:
    """Give a number of pieces that somebody set, 0 where what stands there is none."""
    return max(read_whole_extra(extras.get(name)) or 0, 0)


def refused(field: str, rule: Rule, reason: str, code: str, line: int | None = None) -> Invalid:
    return Invalid(Problem(field, rule, reason, line, code))


def skus(lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(line.sku for line in lines))
