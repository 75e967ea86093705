"""Repricing: lines at the prices of today, or at one that is named; what was paid stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.correcting import came_back, demand_correctable
from orderglot.core.errors import Conflict, Invalid, Problem, Rule
from orderglot.core.line_quantities import NOT_COMING
from orderglot.core.line_steps import named_once
from orderglot.core.order import Line, Order
from orderglot.core.pricing import bought, coming, has_no_price
from orderglot.core.product import Product, price_of
from orderglot.core.requantifying import repriced
from orderglot.core.resumming import resum

Prices = Mapping[int, Decimal | None]
"""What lines are to cost for each piece, by their numbers; None is the price of today."""


def reprice(order: Order, products: Mapping[str, Product], prices: Prices | None = None) -> Order:
    """Give the lines of an order other prices; of none named, all have that of today.

    The tier of a product goes by all pieces of its SKU in the order. What the order comes to and its
    bill follow. Raises Invalid with each line that has no price or keeps its own, Conflict where the
    order is over or nothing of it can be priced.
    """
    demand_correctable(order, "repriced")
    wanted = prices or {line.number: None for line in order.lines if not _why_fixed(order, line)}
    if not wanted:
        raise Conflict("Nothing of this order can be priced anew.")
    problems = tuple(_problems(order, wanted, products))
    if problems:
        raise Invalid(*problems)
    counted = bought(map(coming, order.lines))
    changed = tuple(
        _at(line, wanted[line.number], products.get(line.sku), counted, order.currency)
        if line.number in wanted
        else line
        for line in order.lines
    )
    return resum(replace(order, lines=changed), order)


def _at(
    line: Line,
    price: Decimal | None,
    product: Product | None,
    counted: Mapping[str, Decimal | int],
    currency: str,
) -> Line:
    today = price_of(product, counted[line.sku]) if price is None and product else None
    price = today if price is None else price
    # A product's price is that of one piece.
    by_piece = today is not None
    return line if price is None else repriced(line, price, currency, by_piece=by_piece)


def _problems(order: Order, wanted: Prices, products: Mapping[str, Product]) -> Iterator[Problem]:
    for number, price in wanted.items():
        problem = named_once(order, number)
        if problem is None:
            line = next(line for line in order.lines if line.number == number)
            problem = _of_line(order, line, price, products.get(line.sku))
        yield from filter(None, (problem,))


def _of_line(
    order: Order, line: Line, price: Decimal | None, product: Product | None
) -> Problem | None:
    if why := _why_fixed(order, line):
        return Problem(
            "number", Rule.STATE, f"Line {line.number} {why}; its price stands.", line.number
        )
    if price is None:
        return has_no_price(line, product, order.currency, line.number)
    if price < 0:
        return Problem("price", Rule.RANGE, "Say a price, 0 or more.", line.number)
    return None


def _why_fixed(order: Order, line: Line) -> str:
    """Tell why a line keeps its price: what was given back was given back at that."""
    if line.status in NOT_COMING:
        return f"is {line.status}"
    if came_back(order, line):
        return "was returned, switched or refunded, in whole or in part"
    return "takes back" if line.quantity < 0 else ""
