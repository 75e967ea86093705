"""Single values as Komet's wire writes them, and what is left of those that it writes in part."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from orderglot.dialects.komet.tables import INVOICE, ITEM_TYPES
from orderglot.wire.values import read_instant, seconds

NOBODY = "0"
"""The customer of orders that belong to none."""


def write_date(day: date | None) -> str | None:
    """Write a date: ``2017-06-29``."""
    return None if day is None else day.isoformat()


def read_day(text: str) -> date:
    """Read a date, also out of a time; raises ValueError where it is neither."""
    return read_instant(text).date()


def write_moment(moment: datetime | None) -> str | None:
    """Write a time to the second, without its zone."""
    return seconds(moment) or None


def write_item_type(type: str) -> int:
    """Write whether an item is a prebook's or, as all that is neither, an invoice's."""
    return ITEM_TYPES.write(round_item_type(type))


def round_item_type(type: str) -> str:
    """Call an item an invoice's unless it is a prebook's."""
    return type if type in ITEM_TYPES.canon else INVOICE


def known(amount: Decimal | None) -> str:
    """Write an amount for a sentence."""
    return "not known" if amount is None else f"{amount.normalize():f}"
