"""Requantifying: what a line comes to, and weighs, once there is more or less of it, or at another price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.currencies import rounded
from orderglot.core.line_quantities import in_pieces
from orderglot.core.order import Line, LinePricing
from orderglot.core.pricing import pieces
from orderglot.core.quantities import Quantity
from orderglot.core.totals import by_price, worth


def requantified(line: Line, quantity: Quantity, currency: str) -> Line | None:
    """Give a line of which there is so much, at the price that was agreed for each piece.

    ``currency`` is the order's, in which a total may have been rounded.

    None where it does not come to its price times its quantity, so that nobody knows.
    """
    if quantity == line.quantity:
        return line
    now = replace(line, quantity=quantity)
    total = None
    if line.total is not None:
        total = next(_totals(line, now, line.currency or currency), None)
        if total is None:
            return None
    return replace(
        now,
        total=total,
        weight=line.weight and worth(quantity, line.weight, line.quantity),
        remaining=line.remaining and in_pieces(quantity),
        pricing=line.pricing and _pricing(line.pricing, quantity),
    )


def repriced(line: Line, price: Decimal) -> Line:
    """Give a line at another price for each piece, or for as many as its price was for."""
    now = replace(line, unit_price=price)
    each = line.details.price_quantity if line.details else None
    total = by_price(now) if each else worth(pieces(line), price)
    pricing = LinePricing(list_price=price, discounted_price=price, net_price=price, total=total)
    return replace(now, total=total, pricing=line.pricing and pricing)


def _totals(before: Line, now: Line, currency: str) -> Iterator[Decimal]:
    """Give what a line comes to in each way in which it came to its total before."""
    price = before.unit_price
    if price is None:
        return
    by_pieces = (worth(pieces(before), price), worth(pieces(now), price))
    for was, total in (by_pieces, (by_price(before), by_price(now))):
        if was is None or total is None:
            continue
        if was == before.total:
            yield total
        elif rounded(was, currency) == before.total:
            yield rounded(total, currency)


def _pricing(pricing: LinePricing, quantity: Quantity) -> LinePricing:
    if pricing.net_price is None:
        return replace(pricing, total=None)
    return replace(pricing, total=worth(quantity, pricing.net_price))
