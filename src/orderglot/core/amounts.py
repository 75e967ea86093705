"""Amounts: a sum by its parts, and what an order comes to."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

LARGEST = Decimal(10) ** 12
"""Every amount is smaller than that."""


class Amounts(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A sum by its parts, as an invoice's ledger has it."""

    subtotal: Decimal | None = None
    tax: Decimal | None = None
    duty: Decimal | None = None
    shipping: Decimal | None = None
    total: Decimal | None = None


class Totals(Amounts, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What an order comes to. ``charges`` are additional ones, taxable or not."""

    charges: Decimal | None = None
    taxable_charges: Decimal | None = None
    discount: Decimal | None = None
