"""The client's flows: a new order, one order, a page, the orders that are linked to one."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.catching_up import Step, steps_between
from orderglot.core.errors import Upstream
from orderglot.core.order import Order, Reference, native
from orderglot.core.query import Page, Window
from orderglot.dialects.orderglot.changes import CREATE_ORDER
from orderglot.dialects.orderglot.changing import Changing
from orderglot.dialects.orderglot.filters import Listing, sayable
from orderglot.dialects.orderglot.orders import (
    GET_ORDER,
    LINKED_ORDERS,
    LIST_ORDERS,
    Showing,
)
from orderglot.dialects.orderglot.steps import STEPS
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire.dialect import Flows
from orderglot.wire.flow import Flow, call


def place(order: Order) -> Flow[Order]:
    """Place an order, then fetch what the other book made of it."""
    created = yield from call(CREATE_ORDER, order)
    if not created.references:
        raise Upstream("The other book took the order and names no id of it; look for it there.")
    return (yield from get(created.references[0]))


def get(ref: Reference) -> Flow[Order]:
    """Get one order."""
    order: Order = yield from call(GET_ORDER, Showing(ref.id))
    return order


def page(window: Window) -> Flow[Page]:
    """List a page of orders.

    Conditions that mean something else in another book are left to the caller.
    """
    _, whole = sayable(window.where)
    ask = Listing(window=replace(window, total=window.total and whole))
    return replace((yield from call(LIST_ORDERS, ask)), window=window)


def linked(ref: Reference) -> Flow[tuple[Order, ...]]:
    """List the orders that the other book links to one."""
    return (yield from call(LINKED_ORDERS, ref.id))


def tell(theirs: Order, ours: Order) -> Flow[None] | None:
    """Take an order of the other book through the steps that it was taken through here since."""
    steps = steps_between(theirs, ours)
    return _taken(native(ours, NAME), steps) if steps else None


def _taken(id: str, steps: tuple[Step, ...]) -> Flow[None]:
    operations = {one.name: one for one in STEPS}
    for step in steps:
        yield from call(operations[f"orders.{step.name}"], Changing(id, _members(step)))


def _members(step: Step) -> dict[str, Any]:
    """Write what a step is told."""
    members: dict[str, Any] = {"reason": step.reason} if step.reason else {}
    if step.parcel is None:
        return members
    members |= {name: text for name in PARCEL if (text := getattr(step.parcel, name))}
    lines = [{"number": one.number, "quantity": one.quantity} for one in step.parcel.lines]
    return {**members, **({"line": lines} if lines else {})}


PARCEL = ("carrier", "service", "tracking", "tracking_url")

FLOWS = Flows(place=place, get=get, page=page, linked=linked, tell=tell)
