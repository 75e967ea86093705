"""Adobe's orders as a file holds them: one, a page of the history, or a request for a new one."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.errors import Invalid
from orderglot.core.order import Order
from orderglot.dialects.adobe import known_members
from orderglot.dialects.adobe.drafts import RESOURCE, read_draft
from orderglot.dialects.adobe.tables import KINDS
from orderglot.dialects.adobe.wire import paired, read_order, read_target, write_shown
from orderglot.wire import json
from orderglot.wire.bodies import Bodies, Held, candidates, read_candidates
from orderglot.wire.form import Form

ANSWERED = ("orderId", "status")
"""Members that every answer has, and a request only where a client sends back an answer."""


def knows(name: str) -> bool:
    """Tell whether an order has a member of a name."""
    return name in RESOURCE


def read_orders(body: bytes) -> Held:
    """Read the orders of a body."""
    values = candidates(json.read_sent(body), knows, "items")
    return read_candidates(values, knows, read_order, _read_new, ANSWERED, known_members.ORDER)


def _read_new(content: Any) -> Order:
    draft = read_draft(json.write(content), "", prices=False)
    if draft.problems:
        raise Invalid(*draft.problems)
    kind, bought = KINDS.read(draft.type) or draft.order.kind, draft.order.lines
    cancelling = tuple(replace(line, quantity=-line.quantity) for line in draft.cancelling)
    target = read_target(Form({"referenceOrderId": draft.target}), kind)
    return replace(draft.order, kind=kind, lines=paired(kind, bought, cancelling), links=target)


def write_orders(orders: tuple[Order, ...]) -> bytes:
    """Write one order as getOrder does, several as one page of the history."""
    items = [write_shown(order, prices=True) for order in orders]
    if len(items) == 1:
        return json.write(items[0])
    count = len(items)
    page = {"totalCount": count, "count": count, "offset": 0, "limit": count, "items": items}
    return json.write({**page, "links": {}})


BODIES = Bodies(
    read=read_orders,
    write={"json": write_orders},
    id="orderId",
    po_number="externalReferenceId",
    lines="lineItems",
)
