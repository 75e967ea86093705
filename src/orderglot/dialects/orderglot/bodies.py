"""Our own orders as a file holds them: one, a list of them, a page, or a request for one."""

from __future__ import annotations

from typing import Any

from orderglot.core.order import Order
from orderglot.dialects.orderglot import known_members
from orderglot.dialects.orderglot.drafts import read_draft
from orderglot.dialects.orderglot.wire import read_order, write_document
from orderglot.wire import json
from orderglot.wire.bodies import Bodies, Held, candidates, read_candidates
from orderglot.wire.form import Form
from orderglot.wire.shape import LONGEST

ANSWERED = ("id", "version", "status", "created", "references", "totals")
"""What no request for a new order has."""


OWN = frozenset({"kind", "status", "lines", "po_number"})
"""Of these every order of ours has one, whichever members are shown of it, and every new one its lines."""


def knows(name: str) -> bool:
    """Tell whether an order has a member of a name."""
    return name in known_members.ORDER.names


def read_orders(body: bytes) -> Held:
    """Read the orders of a body; one that has nothing of what the book gives asks for a new order."""
    values = candidates(json.read_sent(body), knows, "items")
    if not any(OWN.intersection(value) for value in values if isinstance(value, dict)):
        # An id and a name have others' orders as well.
        return Held()
    return read_candidates(values, knows, read_order, _read_new, ANSWERED, known_members.ORDER)


def _read_new(content: Any) -> Order:
    return Form(content, longest=LONGEST, known=known_members.NEW).checked(read_draft)


def write_documents(orders: tuple[Order, ...]) -> bytes:
    """Write one order as it is got, several as a page of them."""
    written = list(map(write_document, orders))
    return json.write(written[0] if len(written) == 1 else {"items": written, "next": None})


BODIES = Bodies(
    read=read_orders, write={"json": write_documents}, id="id", po_number="po_number", lines="lines"
)
