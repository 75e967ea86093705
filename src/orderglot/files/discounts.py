"""Discounts: codes, and what is taken off single lines, out of the columns that say them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum

from msgspec.structs import replace

from orderglot.core.charges import AllowanceCharge
from orderglot.core.order import Line, Order
from orderglot.core.totals import worth
from orderglot.files.amounts import CENT, ZERO
from orderglot.files.detail_columns import DetailCells, distinct
from orderglot.files.head_details import NO_LINE_DETAILS, NO_ORDER_DETAILS
from orderglot.files.lines import Worth

BETWEEN_CODES = re.compile(r"[,;|\n]")

Amounts = Mapping[str, Decimal | None]


class Stand(Enum):
    """Whether the amounts of lines are before their discounts or after them."""

    BEFORE = 0
    AFTER = 1
    UNKNOWN = 2


def discount_of_lines(
    cells: DetailCells, worths: Sequence[Worth], given: Amounts, *, both: bool
) -> tuple[Decimal | None, bool]:
    """Give what the lines say is taken off them, where their amounts do not have it taken off yet.

    It is None where nothing is; the flag tells whether that is known. ``both`` tells that lines have
    prices and amounts of their own.
    """
    amounts = cells.numbers("line_discount")
    pairs = [(abs(off), line) for off, line in zip(amounts, worths, strict=True) if off]
    if not pairs:
        nothing = ZERO if distinct(amounts) else given.get("discount")
        return nothing, nothing is not None or not any(cells.texts("discount_code"))
    off = sum((one for one, _ in pairs), ZERO)
    stand = _stand(pairs, _by_total(off, worths, given), both=both)
    if any(quantity < 0 for _, (quantity, *_) in pairs):
        stand = Stand.UNKNOWN  # of what comes back it would have to be put on
    return (off if stand is Stand.BEFORE else None), stand is not Stand.UNKNOWN


def _stand(pairs: Sequence[tuple[Decimal, Worth]], shown: Stand, *, both: bool) -> Stand:
    """Tell by price and amount of each line whether its discount is taken off, else by the total.

    Without either it is not.
    """
    found = {_stand_of(off, line) for off, line in pairs} if both else set[Stand]()
    if len(found) == 1 and Stand.UNKNOWN not in found:
        return found.pop()
    return shown if found or shown is not Stand.UNKNOWN else Stand.BEFORE


def _stand_of(off: Decimal, line: Worth) -> Stand:
    pieces, each, total, _ = line
    if each is None or total is None:
        return Stand.UNKNOWN
    product = worth(pieces, each)
    if product == total:
        return Stand.BEFORE
    return Stand.AFTER if abs(product - off - total) <= CENT else Stand.UNKNOWN


def _by_total(off: Decimal, worths: Sequence[Worth], given: Amounts) -> Stand:
    """Tell by an order's own total whether the discounts of its lines are still to be taken off."""
    sums = [total for _, _, total, _ in worths]
    total = given.get("total")
    if total is None or None in sums:
        return Stand.UNKNOWN
    after = sum(filter(None, sums), given.get("shipping") or ZERO)
    for stand, parts in ((Stand.BEFORE, after - off), (Stand.AFTER, after)):
        over = total - parts
        if min(abs(over), abs(over - (given.get("tax") or ZERO))) <= CENT * len(sums):
            return stand
    return Stand.UNKNOWN


def with_discounts(order: Order, cells: DetailCells) -> Order:
    """Give an order its codes, and its lines what is taken off them, as allowances.

    What one code takes off is the order's discount, unless lines say what is taken off them; of
    several codes nobody says it.
    """
    offs, codes = cells.numbers("line_discount"), cells.texts("line_discount_code")
    known = {code.casefold() for code in codes}
    named = [one for one in _codes(cells.texts("discount_code")) if one.casefold() not in known]
    if any(offs) or any(codes):
        lines = zip(order.lines, offs, codes, strict=True)
        order = replace(order, lines=tuple(_allowed(*one) for one in lines))
    if not named:
        return order
    alone = len(named) == 1 and not any(offs)
    amount = (order.totals.discount or None) if alone else None
    details = replace(
        order.details or NO_ORDER_DETAILS,
        allowance_charges=tuple(AllowanceCharge(reason=one, amount=amount) for one in named),
    )
    return replace(order, details=details)


def _allowed(line: Line, off: Decimal | None, code: str) -> Line:
    if not off and not code:
        return line
    amount = abs(off) if off else None
    one = AllowanceCharge(charge=line.quantity < 0, reason=code, amount=amount)
    return replace(line, details=replace(line.details or NO_LINE_DETAILS, allowance_charges=(one,)))


def _codes(texts: Sequence[str]) -> list[str]:
    codes = (code.strip() for text in distinct(texts) for code in BETWEEN_CODES.split(text))
    return distinct(codes)
