"""Item numbers: what an item is called by others than the seller, whose own is the line's ``sku``."""

from __future__ import annotations

from msgspec import Struct


class ItemNumbers(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """The buyer's number of an item, its GTIN (8, 12, 13 or 14 digits), and its maker's number."""

    buyer: str = ""
    gtin: str = ""
    manufacturer: str = ""
