"""Partners: who orders here, with which keys, and what is missing before the first order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot.console.api import Api, request_of
from orderglot.console.forms import Form, form_of
from orderglot.console.handing_over import first_line
from orderglot.console.partner_forms import ADDRESS, METHODS, TEXTS, filled, members_of
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import Visit
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import HubError, Rule, invalid
from orderglot.core.order import HUB
from orderglot.core.users import Role
from orderglot.dialects.orderglot.key_shapes import Key, NewSecret
from orderglot.dialects.orderglot.record_lists import Listed
from orderglot.dialects.orderglot.tables import CUSTOMERS, KEYS, LONGEST_PAGE, ORDERS, PRODUCTS
from orderglot.hub.dialects import chosen, chosen_one
from orderglot.wire import json

PAGE = 50
"""So many partners are on a page."""


class Item(Struct, frozen=True):
    """Something that has to be there before the first order, whether it is, and what to do if not."""

    what: str
    there: bool
    hint: str = ""


class Row(Struct, frozen=True):
    """A partner of the list with the keys that are good."""

    customer: Customer
    keys: tuple[Key, ...]

    @property
    def used(self) -> Any:
        """When one of the keys was used last, None where none was."""
        return max((one.used for one in self.keys if one.used), default=None)


class PartnerPages:
    """The list of partners, a new one, and one of them."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show a page of the partners, and the keys that are for no single one."""
        given = request.query_params
        q, after = given.get("q", "").strip(), given.get("after", "")
        query = {"q": q, "after": after, "limit": str(PAGE)}
        found: Listed = await self.api.read(everywhere(visit), CUSTOMERS, **query)
        keys = await keys_of(self.api, visit)
        return page(
            request,
            "partners",
            visit,
            q=q,
            after=after,
            following=found.next,
            rows=[Row(one, good(keys, one.id)) for one in found.items],
            common=[one for one in keys if one.everybody and not one.ended],
        )

    async def add(self, request: Request, visit: Visit) -> Response:
        """Show the form of a new partner, or put the customer into the book and make a key."""
        visit.demand(Role.ADMIN)
        form = await form_of(request) if request.method == "POST" else Form()
        problem = ""
        if request.method == "POST":
            try:
                key = new_key_of(form)
                customer = await self._new_customer(visit, form)
            except HubError as error:
                problem = error.message
            else:
                return await self._with_key(request, visit, customer, key)
        return page(
            request,
            "partner_new",
            visit,
            status=400 if problem else 200,
            problem=problem,
            given=dict(form),
            **CHOICES,
        )

    async def _with_key(
        self, request: Request, visit: Visit, customer: Customer, key: dict[str, Any]
    ) -> Response:
        try:
            made = await make_key(self.api, visit, customer, key)
        except HubError as error:
            message = f"The customer is in the book; there is no key yet: {error.message}"
            return await self._page(request, visit, customer, message)
        return show_secret(request, visit, customer, made)

    async def _new_customer(self, visit: Visit, form: Form) -> Customer:
        members = {name: value for name, value in members_of(form).items() if value}
        if not members.get("number"):
            raise invalid("number", Rule.REQUIRED, "Say your own number of the customer.")
        asked = request_of("POST", CUSTOMERS, members, peer=visit.peer)
        answer = await self.api.ask(everywhere(visit), asked)
        return await customer_of(self.api, visit, int(json.read(answer.body)["id"]))

    async def partner(self, request: Request, visit: Visit) -> Response:
        """Show a partner, or put on record what a form says of him."""
        customer = await customer_of(self.api, visit, request.path_params["id"])
        if request.method != "POST":
            return await self._page(request, visit, customer)
        visit.demand(Role.OPERATOR)
        form = await form_of(request)
        members = members_of(form, customer)
        path = f"{CUSTOMERS}/{customer.id}"
        version = str(form.get("version", ""))
        asked = request_of(
            "PATCH",
            path,
            members,
            version=int(version) if version.isdecimal() else customer.version,
            peer=visit.peer,
        )
        try:
            if members:
                await self.api.ask(everywhere(visit), asked)
        except HubError as error:
            return await self._page(request, visit, customer, error.message, dict(form))
        where = f"{visit.home}/partners/{customer.id}"
        return RedirectResponse(where, 303, headers=HEADERS)

    async def _page(
        self,
        request: Request,
        visit: Visit,
        customer: Customer,
        problem: str = "",
        given: dict[str, Any] | None = None,
    ) -> Response:
        keys = tuple(
            one
            for one in await keys_of(self.api, visit)
            if one.customer is not None and one.customer.id == customer.id
        )
        return page(
            request,
            "partner",
            visit,
            status=400 if problem else 200,
            customer=customer,
            keys=keys,
            items=await self._checklist(visit, customer, good(keys, customer.id)),
            waits=any(one.used is None for one in good(keys, customer.id)),
            problem=problem,
            given=given or filled(customer),
            **CHOICES,
        )

    async def _checklist(
        self, visit: Visit, customer: Customer, keys: tuple[Key, ...]
    ) -> tuple[Item, ...]:
        """Give what has to be there before the first order, in the order in which it comes about."""
        below = "Fill it in below."
        items = [Item("An address on record", customer.bill_to is not None, below)]
        for name in sorted({one.dialect for one in keys}):
            for what, there in chosen_one(name).ready(customer).items():
                if what != "a billing address":
                    items.append(Item(f"{what[0].upper()}{what[1:]}, for {name}", there, below))
        products: Listed = await self.api.read(everywhere(visit), PRODUCTS, limit="1")
        sold = f"orderglot products import FILE --seller {visit.seller.name}"
        items.append(Item("Products in the book", bool(products.items), f"Bring them in: {sold}"))
        if visit.may(Role.ADMIN):
            items.append(Item("A key", bool(keys), "Make one below."))
            used = any(one.used for one in keys)
            items.append(Item("The first request", used, "Hand over the sheet of a key, and wait."))
        tests = not visit.test and not any(one.live for one in keys)
        items.append(await self._first_order(visit, customer, tests and bool(keys)))
        return tuple(items)

    async def _first_order(self, visit: Visit, customer: Customer, tests: bool) -> Item:
        wanted = f"customer.id = {customer.id}"
        wanted = f"{wanted} AND test = true" if visit.test else wanted
        found = await self.api.read(visit.caller, ORDERS, filter=wanted, limit="1")
        what = "The first test order" if visit.test else "The first order"
        hint = (
            "Their keys are in test mode: what they send is under TEST until you move one to live."
        )
        return Item(what, bool(found.orders), hint if tests else "It is for them to send it.")


def everywhere(visit: Visit) -> Caller:
    """Give who asks for what belongs to no mode: customers, products and keys."""
    return replace(visit.caller, test=False)


async def customer_of(api: Api, visit: Visit, id: int) -> Customer:
    """Read one customer."""
    found: Customer = await api.read(everywhere(visit), f"{CUSTOMERS}/{id}")
    return found


async def keys_of(api: Api, visit: Visit) -> tuple[Key, ...]:
    """Read every key of the seller; nobody below an admin sees one."""
    if not visit.may(Role.ADMIN):
        return ()
    return tuple([one async for one in _keys(api, visit)])


async def _keys(api: Api, visit: Visit) -> AsyncIterator[Key]:
    after = ""
    while True:
        found = await api.read(everywhere(visit), KEYS, after=after, limit=str(LONGEST_PAGE))
        for one in found.items:
            yield one
        if not found.next:
            return
        after = found.next


def good(keys: tuple[Key, ...], customer: int) -> tuple[Key, ...]:
    """Choose the keys of a customer that have not ended."""
    return tuple(
        one for one in keys if one.customer and one.customer.id == customer and not one.ended
    )


def new_key_of(form: Form) -> dict[str, Any]:
    """Read which key is asked for; raises Invalid where it is one of no dialect."""
    dialect = str(form.get("dialect", ""))
    if dialect not in CHOICES["dialects"]:
        known = ", ".join(CHOICES["dialects"])
        raise invalid("dialect", Rule.CHOICE, f"There is no dialect {dialect[:40]!r}; {known}.")
    return {"dialect": dialect, "live": form.get("live") == "yes"}


async def make_key(
    api: Api, visit: Visit, customer: Customer, members: dict[str, Any]
) -> NewSecret:
    """Make a key of a customer."""
    named = {"dialect": HUB, "id": str(customer.id)}
    asked = request_of("POST", KEYS, {**members, "customer": named}, peer=visit.peer)
    return read_secret((await api.ask(everywhere(visit), asked)).body)


def read_secret(body: bytes) -> NewSecret:
    """Read a key with its new secret."""
    return json.read_as(body, NewSecret)


def show_secret(
    request: Request, visit: Visit, customer: Customer | None, made: NewSecret
) -> Response:
    """Show a new secret this one time, and the line that works once it is pasted."""
    line = first_line(request, made, customer, made.secret) if customer else ""
    return page(request, "secret", visit, customer=customer, key=made, line=line)


CHOICES: dict[str, Any] = {
    "texts": TEXTS,
    "parts": ADDRESS,
    "methods": METHODS,
    "dialects": tuple(one.name for one in chosen(())),
}
"""What the forms offer."""
