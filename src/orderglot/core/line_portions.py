"""Line portions: what so much of a line comes to and weighs, and what is left of the line without it.

Amounts are divided by quantity. Each is rounded half up to what can be paid in the currency, where
the whole of it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from orderglot.core.charges import AllowanceCharge, TaxLine, put_on, tax_on
from orderglot.core.charges import share as percentage
from orderglot.core.currencies import rounded
from orderglot.core.line_details import LineDetails
from orderglot.core.line_quantities import in_pieces
from orderglot.core.order import Line, LinePricing
from orderglot.core.quantities import Quantity, plain, size
from orderglot.core.totals import ZERO, by_price, worth

Share = Callable[[Decimal | None], Decimal | None]
"""Gives the share of an amount; None where the amount is not known."""

T = TypeVar("T", TaxLine, AllowanceCharge)


def share(amount: Decimal | None, part: Quantity, whole: Quantity, currency: str) -> Decimal | None:
    """Give so much of an amount as a part is of a whole, which is not below zero."""
    if amount is None or part == whole != 0:
        return amount
    found = worth(part, amount, whole) if whole else ZERO
    return rounded(found, currency) if rounded(amount, currency) == amount else found


def of_line(line: Line, quantity: Quantity, currency: str) -> Line:
    """Give so much of a line, above zero. Ids, and what no shape has, go with the whole line alone.

    The quantity is none of what has become of the line before, but for a whole line.
    """
    whole, code = size(line.quantity), line.currency or currency
    if quantity == whole:
        return line

    def of(amount: Decimal | None) -> Decimal | None:
        return share(amount, quantity, whole, code)

    part = replace(
        line,
        id="",
        quantity=quantity if line.quantity > 0 else plain(-quantity),
        weight=line.weight and worth(quantity, line.weight, whole),
        remaining=None if line.remaining is None else in_pieces(quantity),
        pricing=line.pricing and _pricing(line.pricing, line.quantity, quantity, code),
        details=_details(line.details, of, code),
        unknown=(),
    )
    return replace(part, total=_total(line, part, code))


def without(line: Line, part: Line) -> Line:
    """Give a line without a portion of it, which is not all of it."""
    pricing, details = line.pricing, line.details
    if pricing is not None and part.pricing is not None:
        pricing = replace(pricing, total=minus(pricing.total, part.pricing.total))
    if details is not None and part.details is not None:
        details = _without(details, part.details)
    return replace(
        line,
        quantity=plain(line.quantity - part.quantity),
        total=minus(line.total, part.total),
        weight=minus(line.weight, part.weight),
        remaining=_pieces_left(line, part),
        pricing=pricing,
        details=details,
    )


def _pieces_left(line: Line, part: Line) -> int | None:
    """Give the whole pieces that are left of a line, None where it or its portion does not count them."""
    if line.remaining is None or part.remaining is None:
        return None
    return line.remaining - part.remaining


def minus(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    """Take a part off an amount, None where that is not known; of an unknown part nothing is taken."""
    return None if whole is None else whole - (part or ZERO)


def shared(lists: Iterable[T], of: Share, currency: str) -> tuple[T, ...]:
    """Give the shares of tax lines, or of allowances and charges."""
    return tuple(_changed(one, of(_taxable(one)), _share_of(one, of, currency)) for one in lists)


def _share_of(one: T, of: Share, currency: str) -> Decimal | None:
    """Give the share of an amount: so many per cent of its base, where the whole is that."""
    base, part = _taxable(one), of(_taxable(one))
    if base is None or part is None or one.percent is None:
        return of(one.amount)
    if one.amount != rounded(percentage(base, one.percent), currency):
        return of(one.amount)
    return rounded(percentage(part, one.percent), currency)


def unshared(lists: Iterable[T], parts: Iterable[T]) -> tuple[T, ...]:
    """Give tax lines, or allowances and charges, without their shares, which stand in the same order."""
    return tuple(
        _changed(one, minus(_taxable(one), _taxable(part)), minus(one.amount, part.amount))
        for one, part in zip(lists, parts, strict=True)
    )


def _taxable(one: T) -> Decimal | None:
    base: Decimal | None = getattr(one, _BASES[type(one)])
    return base


def _changed(one: T, base: Decimal | None, amount: Decimal | None) -> T:
    return replace(one, amount=amount, **{_BASES[type(one)]: base})


_BASES: dict[type, str] = {TaxLine: "taxable_amount", AllowanceCharge: "base_amount"}
"""The member that says what an amount is so many per cent of."""


def _details(details: LineDetails | None, of: Share, currency: str) -> LineDetails | None:
    if details is None:
        return None
    part = replace(
        details,
        cancelled=None,
        shipped=None,
        returned=None,
        tax_lines=shared(details.tax_lines, of, currency),
        allowance_charges=shared(details.allowance_charges, of, currency),
    )
    return None if part == LineDetails() else part


def _without(details: LineDetails, part: LineDetails) -> LineDetails:
    return replace(
        details,
        tax_lines=unshared(details.tax_lines, part.tax_lines),
        allowance_charges=unshared(details.allowance_charges, part.allowance_charges),
    )


def _pricing(pricing: LinePricing, whole: Quantity, part: Quantity, currency: str) -> LinePricing:
    """Give what a partner pays for a portion, at the net price where the whole line is at that."""
    total, price = pricing.total, pricing.net_price
    if (
        total is not None
        and price is not None
        and total == rounded(worth(size(whole), price), currency)
    ):
        return replace(pricing, total=rounded(worth(part, price), currency))
    return replace(pricing, total=share(total, part, size(whole), currency))


def _total(line: Line, part: Line, currency: str) -> Decimal | None:
    """Give what a portion comes to in the way in which its line comes to its total."""
    by_line, by_part = by_price(line), by_price(part)
    if line.total is None or by_line is None or by_part is None:
        return share(line.total, size(part.quantity), size(line.quantity), currency)
    for on_line, on_part in zip(_put_on(line), _put_on(part), strict=True):
        if line.total == by_line + on_line:
            return by_part + on_part
        if line.total == rounded(by_line + on_line, currency):
            return rounded(by_part + on_part, currency)
    more = share(line.total - by_line, size(part.quantity), size(line.quantity), currency)
    return by_part + (more or ZERO)


def _put_on(line: Line) -> tuple[Decimal, Decimal, Decimal]:
    """Give what may stand in a line's total beside its price: nothing, its charges, its taxes as well."""
    details = line.details or LineDetails()
    charges = put_on(details.allowance_charges)
    base = (by_price(line) or ZERO) + charges
    taxes = sum(filter(None, (tax_on(base, one) for one in details.tax_lines)), ZERO)
    return ZERO, charges, charges + taxes
