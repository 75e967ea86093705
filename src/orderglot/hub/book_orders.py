"""The orders of an open book for a Python program: the operations of our own API, without its wire.

Each method is the operation of that name under ``/orderglot/v1/orders``, with the same rules, and
refused in the same words.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.order import Order, by_hub_id, native
from orderglot.core.ports import Event
from orderglot.core.query import Page
from orderglot.dialects.orderglot.drafts import write_draft
from orderglot.dialects.orderglot.tables import LONGEST_PAGE, NAME, ORDER, ORDERS, PAGE_SIZE
from orderglot.hub.blocking import Iteration, Method
from orderglot.hub.order_steps import OrderSteps
from orderglot.hub.performing import Which, WhichCustomer, demand_kind, request_of, whose
from orderglot.wire.changes import LOSSES, changes
from orderglot.wire.message import Request, fill, query_of
from orderglot.wire.operation import View


class BookOrders(OrderSteps):
    """Orders of a book: listed, found, created, changed, and taken through the steps of their life.

    An order is named by itself, by its id, or as a person would name it. What writes takes
    ``version``: unless the order is of that one, it raises Conflict and changes nothing. Everything
    raises NotFound of an order that is not there, Invalid of what is told wrong, and Conflict where
    the order does not allow it.
    """

    @Method
    async def list(
        self,
        *,
        filter: str = "",
        q: str = "",
        sort: str = "",
        limit: int = PAGE_SIZE,
        after: str = "",
        total: bool = False,
    ) -> Page:
        """List a page of orders, the oldest first unless sorted otherwise.

        ``filter`` has the language of docs/filters.md, ``q`` is what a person types. ``limit`` is 100
        at most; ``after`` is that of the ``next`` window of the page before. With ``total`` the page
        says how many there are in all.
        """
        return await self._page(filter, q, sort, limit, after, total)

    @Iteration
    async def walk(self, *, filter: str = "", q: str = "", sort: str = "") -> AsyncIterator[Order]:
        """Give every order that a filter and what a person types find, page by page."""
        after, more = "", True
        while more:
            page = await self._page(filter, q, sort, LONGEST_PAGE, after, False)
            for order in page.orders:
                yield order
            after, more = (page.next.after, True) if page.next else ("", False)

    @Method
    async def get(self, which: Which) -> Order:
        """Get an order."""
        return await self._found(which)

    @Method
    async def linked(self, which: Which) -> tuple[Order, ...]:
        """List the orders that are linked to one, either way."""
        found: tuple[Order, ...] = await self._asked("GET", f"{ORDER}/linked", which)
        return found

    @Method
    async def events(self, which: Which) -> tuple[Event, ...]:
        """List what happened to an order, oldest first."""
        found: tuple[Event, ...] = await self._asked("GET", f"{ORDER}/events", which)
        return found

    @Method
    async def view(self, which: Which, dialect: str, *, form: str = "") -> View:
        """Give an order as a dialect writes it, and what that loses of it.

        ``form`` is ``xml`` or ``json`` where the dialect has both.
        """
        return await self._view(which, dialect, form)

    @Method
    async def as_text(self, which: Which, dialect: str, *, form: str = "") -> str:
        """Write an order as a dialect does."""
        return (await self._view(which, dialect, form)).body.decode()

    @Method
    async def create(
        self, order: Order | Mapping[str, Any], *, customer: WhichCustomer | None = None
    ) -> Order:
        """Create an order at the seller's prices, and give it as it stands.

        The order says what is wanted: lines with SKU and quantity, PO number, notes, addresses,
        shipping. Whose it is, it says itself, or ``customer`` does, as ``find_customer`` finds them.
        What is not for whoever orders to say, such as a price, is refused. In the place of an order
        there may be its members, as our own API takes them.
        """
        if isinstance(order, Mapping):
            return await self._created(order, customer)
        demand_kind("order", order, Order)
        owner = await self._customer_of(order, customer)
        wanted = replace(order, customer=None)
        members = write_draft(wanted)
        if owner is not None:
            members["customer"] = whose(owner)
        request = request_of("POST", ORDERS, members)
        _, draft = self._read(request)
        _refuse_what_is_left_out(wanted, replace(draft, customer=None))
        made: Order = await self._performed(request)
        return made

    async def _created(self, members: Mapping[str, Any], customer: WhichCustomer | None) -> Order:
        """Create an order of which the members are given."""
        owner = {} if customer is None else {"customer": whose(await self._customer(customer))}
        made: Order = await self._performed(request_of("POST", ORDERS, {**members, **owner}))
        return made

    @Method
    async def change(
        self, which: Which, change: Mapping[str, Any], *, version: int | None = None
    ) -> Order:
        """Change what of an order did not go out, by a merge patch (RFC 7396).

        ``change`` has the members of an order that are to be other than they are: ``lines``,
        ``po_number``, ``notes``, ``bill_to``, ``ship_to``, ``shipping``. Of ``lines`` those that are
        not named by their ``number`` are taken out, and those without one are added.
        """
        found: Order = await self._asked("PATCH", ORDER, which, change, version)
        return found

    async def _page(
        self, filter: str, q: str, sort: str, limit: int, after: str, total: bool
    ) -> Page:
        values = {"filter": filter, "q": q, "sort": sort, "limit": str(limit), "after": after}
        given = {name: text for name, text in values.items() if text}
        query = query_of([*given.items(), *([("total", "true")] if total else [])])
        found: Page = await self._performed(Request(method="GET", path=ORDERS, query=query))
        return found

    async def _view(self, which: Which, dialect: str, form: str) -> View:
        order = await self._found(which)
        path = fill(f"{ORDER}/as/{{dialect}}", id=native(order, NAME), dialect=dialect)
        query = query_of([("format", form)]) if form else ""
        found: View = await self._performed(Request(method="GET", path=path, query=query))
        return found

    async def _customer_of(self, order: Order, customer: WhichCustomer | None) -> Customer | None:
        """Give whose a new order is to be: whom the caller names, else whom it says itself."""
        if customer is not None:
            return await self._customer(customer)
        named = order.customer
        if named is None:
            return None
        by_id = named.id or not named.references
        return await self._book.customer(by_hub_id(named.id) if by_id else named.references[0])


def _refuse_what_is_left_out(wanted: Order, draft: Order) -> None:
    """Raise Invalid with all that is said of a new order and is not for whoever orders to say."""
    reason = "This is not for whoever orders to say; leave it out."
    lost = [one.field for one in changes(wanted, draft) if one.fate in LOSSES]
    if lost:
        raise Invalid(*(Problem(field, Rule.READ_ONLY, reason) for field in lost))
