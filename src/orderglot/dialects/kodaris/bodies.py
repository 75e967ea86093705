"""Kodaris's orders as a file holds them: in the envelope or without it, or a request for one."""

from __future__ import annotations

from typing import Any

from orderglot.core.order import Order
from orderglot.dialects.kodaris import known_members
from orderglot.dialects.kodaris.drafts import read_draft
from orderglot.dialects.kodaris.media import envelope
from orderglot.dialects.kodaris.tables import MEMBERS
from orderglot.dialects.kodaris.wire import read_order, write_order
from orderglot.wire import json
from orderglot.wire.bodies import Bodies, Held, candidates, read_candidates
from orderglot.wire.form import Form
from orderglot.wire.shape import LONGEST

ITEMS = "items"
"""The lines of a new order; no answer has any."""


def knows(name: str) -> bool:
    """Tell whether an order has a member of a name."""
    return name in MEMBERS or name == ITEMS


def read_orders(body: bytes) -> Held:
    """Read the orders of a body; one that says no id asks for a new order."""
    values = candidates(json.read_sent(body), knows, "data", "content")
    return read_candidates(values, knows, read_order, _read_new, ("orderID",), known_members.ORDER)


def _read_new(content: Any) -> Order:
    return Form(content, longest=LONGEST, known=known_members.NEW).checked(read_draft)


def write_orders(orders: tuple[Order, ...]) -> bytes:
    """Write one order as the answer to a new one, several as linkedOrders does."""
    written = list(map(write_order, orders))
    return json.write(envelope(written[0] if len(written) == 1 else written))


BODIES = Bodies(
    read=read_orders, write={"json": write_orders}, id="orderID", po_number="purchaseOrder"
)
