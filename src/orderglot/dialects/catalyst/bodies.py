"""Catalyst's orders as a file holds them: one, a list, or a request for a new one.

The vendor lists the items and the addresses of an order apart. In a file they stand in the order,
under the names of those lists.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec.structs import replace

from orderglot.core.order import Order
from orderglot.dialects.catalyst import known_members
from orderglot.dialects.catalyst.fields import MEMBERS, by_name
from orderglot.dialects.catalyst.items import read_item
from orderglot.dialects.catalyst.loss import known_totals
from orderglot.dialects.catalyst.media import envelope
from orderglot.dialects.catalyst.orders import NO_SITE
from orderglot.dialects.catalyst.relations import relations, write_status
from orderglot.dialects.catalyst.settings import status_numbers
from orderglot.dialects.catalyst.tables import NAME
from orderglot.dialects.catalyst.wire import (
    STATUS,
    read_addresses,
    read_line,
    read_order,
    write_addresses,
    write_line,
)
from orderglot.wire import json
from orderglot.wire.bodies import Bodies, Held, candidates, read_each
from orderglot.wire.form import Form
from orderglot.wire.known_members import with_unknown

PRODUCTS, ADDRESSES = "products", "addresses"
"""The lists of an order by their paths, ``/orders/{id}/products``."""

ITEMS = "items"
"""What a list's elements are called, and a new order's lines."""


@cache
def members() -> frozenset[str]:
    """Give the names of an order's members and of what it leads to, in small letters."""
    return frozenset({*by_name(), *relations(), PRODUCTS, ADDRESSES, ITEMS})


def knows(name: str) -> bool:
    """Tell whether an order has a member of a name."""
    return name.lower() in members()


def read_orders(body: bytes) -> Held:
    """Read the orders of a body; one without anything that the vendor alone says asks for one."""
    value = json.read_sent(body)
    values = candidates(value, lambda name: name != ITEMS and knows(name), ITEMS)
    answered = {member.name for member in MEMBERS if member.own}
    asked = len(values) == 1 and values[0] is value and answered.isdisjoint(value)
    return Held(read_each(values, knows, _read, known_members.ORDER), asked=asked)


def _read(form: Form) -> Order:
    order = read_order(form, NO_SITE)
    lines = (*map(read_line, form.each(PRODUCTS, ITEMS)), *map(read_item, form.each(ITEMS)))
    order = read_addresses(replace(order, lines=lines), form.each(ADDRESSES, ITEMS))
    return replace(order, totals=known_totals(order))


def write_orders(orders: tuple[Order, ...]) -> bytes:
    """Write one order, several in the vendor's envelope."""
    if len(orders) == 1:
        return json.write(_write(orders[0]))
    return envelope(list(map(_write, orders)), len(orders), 0, len(orders)).body


def _write(order: Order) -> dict[str, Any]:
    lines = enumerate(order.lines, 1)
    members = {
        **{member.name: member.show(order, NO_SITE) for member in MEMBERS},
        STATUS: write_status(NO_SITE, status_numbers(NO_SITE)(order)),
        PRODUCTS: [write_line(line, position, order, NO_SITE) for position, line in lines],
        ADDRESSES: write_addresses(order, NO_SITE),
    }
    return with_unknown(members, order.unknown, NAME)


BODIES = Bodies(read=read_orders, write={"json": write_orders}, id="id")
