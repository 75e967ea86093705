"""Charges: tax lines, and what is taken off or put on, at an order or at one of its lines.

The members are those of UBL's TaxSubtotal and AllowanceCharge.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

ZERO = Decimal(0)
PERCENT = Decimal(100)


class TaxLine(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A tax by its category or name: so many ``percent`` of the taxable amount."""

    category: str = ""
    name: str = ""
    percent: Decimal | None = None
    taxable_amount: Decimal | None = None
    amount: Decimal | None = None


class AllowanceCharge(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What is taken off or, where it is a ``charge``, put on; the amount is above zero for either.

    ``code`` is the seller's own, ``base_amount`` what the ``percent`` are of.
    """

    charge: bool = False
    code: str = ""
    reason: str = ""
    percent: Decimal | None = None
    base_amount: Decimal | None = None
    amount: Decimal | None = None


def put_on(charges: Iterable[AllowanceCharge]) -> Decimal:
    """Give what charges put on, less what allowances take off."""
    return sum((one.amount if one.charge else -one.amount for one in charges if one.amount), ZERO)


def percent_of(taxes: Iterable[TaxLine]) -> Decimal | None:
    """Give the rate of several taxes together, None where that is not known of one, or there is none."""
    rates = [one.percent for one in taxes]
    return sum(filter(None, rates), ZERO) if rates and None not in rates else None


def share(base: Decimal, percent: Decimal) -> Decimal:
    """Give so many per cent of an amount, not rounded."""
    return base * percent / PERCENT


def tax_on(base: Decimal, tax: TaxLine) -> Decimal | None:
    """Give what a tax comes to: its amount, else its share of a base; None where neither is known."""
    if tax.amount is not None or tax.percent is None:
        return tax.amount
    return share(base, tax.percent)
