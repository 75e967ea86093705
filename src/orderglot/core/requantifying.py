"""Requantifying: what a line comes to, and weighs, once there is more or less of it, or at another price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum

from msgspec.structs import replace

from orderglot.core.charges import put_on, tax_on
from orderglot.core.currencies import rounded
from orderglot.core.line_quantities import in_pieces
from orderglot.core.order import Line, LinePricing
from orderglot.core.pricing import pieces
from orderglot.core.quantities import Quantity
from orderglot.core.totals import ZERO, by_price, worth


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


def repriced(line: Line, price: Decimal, currency: str, *, by_piece: bool = False) -> Line:
    """Give a line at another price for each piece, or for as many as its price was for.

    ``by_piece`` says that it is for one piece from now on. What is put on or taken off the line itself
    is so of the new total as it was of the old one. A line that comes to that already stays.
    """
    now = replace(line, unit_price=price)
    if by_piece and line.details:
        now = replace(now, details=replace(line.details, price_quantity=None))
    plain = _plain(now) or ZERO
    total = plain + _put_on(now, plain, _way(line, line.currency or currency))
    known = (None, total, rounded(total, line.currency or currency))
    if now == line and line.total in known:
        return line
    pricing = LinePricing(list_price=price, discounted_price=price, net_price=price, total=plain)
    return replace(now, total=total, pricing=line.pricing and pricing)


class Way(Enum):
    """What is in a line's total beside its price times its quantity."""

    PLAIN = "nothing"
    CHARGED = "its allowances and charges"
    TAXED = "these, and its taxes"


def _way(line: Line, currency: str) -> Way:
    """Tell what is in a line's total; where it comes to nothing that is known, what should be."""
    plains = [one for one in (_plain(line), by_price(line)) if one is not None]
    for way in Way:
        for plain in plains:
            if line.total is not None and rounded(
                plain + _put_on(line, plain, way), currency
            ) == rounded(line.total, currency):
                return way
    return Way.CHARGED


def _put_on(line: Line, plain: Decimal, way: Way) -> Decimal:
    if line.details is None or way is Way.PLAIN:
        return ZERO
    charges = put_on(line.details.allowance_charges)
    if way is Way.CHARGED:
        return charges
    taxes = (tax_on(plain + charges, one) for one in line.details.tax_lines)
    return charges + sum(filter(None, taxes), ZERO)


def _plain(line: Line) -> Decimal | None:
    """Give a line's price times its pieces, or as many of them as the price is for."""
    if line.unit_price is None or (line.details and line.details.price_quantity):
        return by_price(line)
    return worth(pieces(line), line.unit_price)


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
