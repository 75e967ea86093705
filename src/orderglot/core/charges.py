"""Charges: tax lines, and what is taken off or put on, at an order or at one of its lines.

The members are those of UBL's TaxSubtotal and AllowanceCharge.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct


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
