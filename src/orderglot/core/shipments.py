"""Shipments: what went out of an order, when, with whom, and how it can be followed."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orderglot.core.quantities import Quantity


class ShippedLine(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How much of a line is in a shipment; the line goes by its number."""

    number: int = 0
    quantity: Quantity | None = None


class Shipment(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One parcel, or several under one tracking number. Without ``lines`` nobody said what is in it."""

    id: str = ""
    carrier: str = ""
    service: str = ""
    tracking: str = ""
    tracking_url: str = ""
    date: datetime | None = None
    lines: tuple[ShippedLine, ...] = ()
