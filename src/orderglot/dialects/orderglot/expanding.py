"""What of an order is shown beside it where it is asked for: its customer, linked orders, its history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.errors import Problem, Rule, invalid
from orderglot.core.order import Identity, Order, by_hub_id
from orderglot.core.ports import Book, Event
from orderglot.core.query import Page
from orderglot.core.unknown_members import without_unknown
from orderglot.dialects.orderglot import customers
from orderglot.dialects.orderglot.order_events import history, write_event
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.sight import shown
from orderglot.dialects.orderglot.wire import read_order, write_document
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, argument

CUSTOMER, LINKED, EVENTS = "customer", "linked", "events"
EXPANSIONS = (CUSTOMER, LINKED, EVENTS)


class Beside(Struct, frozen=True):
    """What stands beside one order; what was not asked for is None."""

    customer: Customer | None = None
    linked: tuple[Order, ...] | None = None
    events: tuple[Event, ...] | None = None


class Expanded(Struct, frozen=True):
    """One order, and what stands beside it."""

    order: Order
    beside: Beside


class ExpandedPage(Page, frozen=True, kw_only=True):
    """A page, and by hub ids what stands beside its orders."""

    beside: Mapping[int, Beside] = {}


def read_expand(request: Request) -> tuple[str, ...]:
    """Read what is to be shown beside orders; raises Invalid where there is no such thing."""
    names = argument(request, "expand") or ""
    wanted = tuple(dict.fromkeys(filter(None, (one.strip() for one in names.split(",")))))
    for name in wanted:
        if name not in EXPANSIONS:
            reason = f"{name[:60]!r} cannot be shown beside an order; {', '.join(EXPANSIONS)} can."
            raise invalid("expand", Rule.CHOICE, reason)
    return wanted


async def expanded(
    book: Book, orders: Sequence[Order], wanted: Collection[str]
) -> dict[int, Beside]:
    """Read what is to stand beside orders, by their hub ids, as the caller may see it."""
    owners = await book.owners(orders) if CUSTOMER in wanted else {}
    found = {}
    for order in orders:
        owner = owners.get(order.customer.id) if order.customer else None
        found[order.id] = Beside(
            owner and customers.OF_CUSTOMERS.shown(owner, book.caller),
            await _linked(book, order) if LINKED in wanted else None,
            await history(book, order.id) if EVENTS in wanted else None,
        )
    return found


async def _linked(book: Book, order: Order) -> tuple[Order, ...]:
    found = tuple(shown(one, book.caller) for one in await book.linked(by_hub_id(order.id)))
    return found if book.caller.customer is None else tuple(map(without_unknown, found))


def without_beside(body: bytes, wanted: Collection[str]) -> bytes:
    """Give the answer that there had been if nothing had been asked for beside the orders."""
    if not wanted:
        return body
    document = json.read(body)
    orders = (
        document.get("items") if isinstance(document, dict) and "items" in document else [document]
    )
    for order in orders if isinstance(orders, list) else ():
        if not isinstance(order, dict):
            continue
        for name in (LINKED, EVENTS):
            order.pop(name, None)
        if isinstance(owner := order.get(CUSTOMER), dict):
            names = Identity.__struct_fields__
            order[CUSTOMER] = {name: owner[name] for name in names if name in owner}
    return json.write(document)


def read_beside(body: bytes, problems: list[Problem]) -> Beside:
    """Read what stands beside an order; what is wrong with it goes to ``problems``."""
    form = Form(json.read(body), "", problems)
    of = customers.OF_CUSTOMERS
    owner = form.inside(CUSTOMER) if form.has(CUSTOMER) else None
    return Beside(
        read_struct(of.wire(owner), of.kind) if owner else None,
        tuple(map(read_order, form.each(LINKED))) if form.has(LINKED) else None,
        tuple(read_struct(one, Event) for one in form.each(EVENTS)) if form.has(EVENTS) else None,
    )


def with_beside(document: object, beside: Beside | None) -> object:
    """Put what stands beside an order into its document."""
    if beside is None:
        return document
    members: dict[str, Any] = json.read(json.write(document))
    if beside.customer is not None:
        members[CUSTOMER] = customers.OF_CUSTOMERS.document(beside.customer)
    if beside.linked is not None:
        members[LINKED] = list(map(write_document, beside.linked))
    if beside.events is not None:
        members[EVENTS] = list(map(write_event, beside.events))
    return members
