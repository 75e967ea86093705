"""Markers: how an order is recognised whose id the vendor did not tell."""

from __future__ import annotations

import hashlib

from msgspec.structs import replace

from orderglot.core.order import Order

LARGEST = 2**31 - 1
"""So large a number fits whatever the vendor keeps its integers in."""


def marked(order: Order) -> Order:
    """Give an order of the book that has no integrationId one that no other order has.

    It is always the same one for the same version of the order. So a client that was cut off while
    placing it can ask for it.
    """
    if order.integration or not order.id:
        return order
    created = order.created.isoformat() if order.created else ""
    content = f"{order.id}\0{created}\0{order.version}".encode()
    number = int.from_bytes(hashlib.sha256(content).digest()[:8], "big")
    return replace(order, integration=str(number % LARGEST + 1))
