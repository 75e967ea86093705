"""Kole's orders as a file holds them, in XML or JSON: one, a collection, or a request for one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from orderglot.core.errors import Invalid
from orderglot.core.order import Order
from orderglot.dialects.kole import known_members
from orderglot.dialects.kole.drafts import read_draft
from orderglot.dialects.kole.media import ORDER, is_json, write_body
from orderglot.dialects.kole.wire import read_order, write_order
from orderglot.wire import json, xml
from orderglot.wire.bodies import Bodies, Held, Write, candidates, read_candidates

XML, JSON, *_ = ORDER


@cache
def members() -> frozenset[str]:
    """Give the names of an order's members; links are in other answers as well."""
    return frozenset(write_order(Order(), "", XML)) - {"links"}


def knows(name: str) -> bool:
    """Tell whether an order has a member of a name."""
    return name in members()


def read_orders(body: bytes) -> Held:
    """Read the orders of a body; one that says no id asks for a new order."""
    values = candidates(_decoded(body), knows, "orders", "order")
    return read_candidates(values, knows, read_order, _read_new, ("order_id",), known_members.ORDER)


def _decoded(body: bytes) -> Any:
    if body.removeprefix(json.BYTE_ORDER_MARK).lstrip()[:1] != b"<":
        return json.read_sent(body)
    root, content = xml.read(body)
    return {root: content}


def _read_new(content: Any) -> Order:
    draft = read_draft(content, known_members.NEW)
    if draft.problems:
        raise Invalid(*draft.problems)
    return draft.order


def write_collection(
    orders: tuple[Order, ...], links: list[dict[str, str]], base: str, media: str
) -> Mapping[str, Any]:
    """Write a collection; XML repeats ``order``, JSON numbers the orders from 0 in an object."""
    written = [write_order(order, base, media) for order in orders]
    if is_json(media):
        return {**{str(number): order for number, order in enumerate(written)}, "links": links}
    return {"order": written, "links": links}


def _writer(media: str) -> Write:
    def write(orders: tuple[Order, ...]) -> bytes:
        if len(orders) == 1:
            return write_body(media, "order", write_order(orders[0], "", media))
        return write_body(media, "orders", write_collection(orders, [], "", media))

    return write


BODIES = Bodies(
    read=read_orders,
    write={"xml": _writer(XML), "json": _writer(JSON)},
    id="order_id",
    po_number="po_number",
    lines="items",
)
