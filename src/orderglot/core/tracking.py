"""Tracking: the number of a parcel, told once it is known, of goods to be sent or already out."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from orderglot.core.lifecycle import ship
from orderglot.core.line_quantities import GONE_OUT, to_ship
from orderglot.core.line_steps import detailed
from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails
from orderglot.core.shipments import Shipment


def track(order: Order, parcel: Shipment, now: datetime) -> Order:
    """Send a parcel, or say which number one has that is out; the same order where it is known.

    Raises Invalid with each line of which less is left, Conflict where the order cannot be shipped.
    """
    known = order.details.shipments if order.details else ()
    if any(one.tracking == parcel.tracking for one in known):
        return order
    if order.status not in GONE_OUT or any(map(to_ship, detailed(order))):
        return ship(order, parcel, now)
    nameless = next((one for one in known if not one.tracking and not one.tracking_url), None)
    sent = parcel if nameless is None else _named(nameless, parcel)
    shipments = (
        (*known, sent)
        if nameless is None
        else tuple(sent if one is nameless else one for one in known)
    )
    details = replace(order.details or OrderDetails(), shipments=shipments)
    return replace(order, details=details)


def _named(known: Shipment, named: Shipment) -> Shipment:
    """Give a parcel that is out what is told of it now; what was known of it stays."""
    return replace(
        known,
        tracking=named.tracking,
        tracking_url=named.tracking_url,
        carrier=known.carrier or named.carrier,
        service=known.service or named.service,
        date=known.date or named.date,
    )
