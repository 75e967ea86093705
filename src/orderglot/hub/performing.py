"""The operations of our own API on an open book, performed without its wire, for a Python program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Rule, invalid
from orderglot.core.keyring import Keyring
from orderglot.core.order import Order, by_hub_id, native
from orderglot.core.ports import Book, UnitOfWork
from orderglot.dialects.orderglot.shapes import MERGE_PATCH
from orderglot.dialects.orderglot.tables import NAME
from orderglot.faces.rendering import Views
from orderglot.faces.routes import Routes
from orderglot.hub import lookup
from orderglot.hub.dialects import chosen_one
from orderglot.wire import json
from orderglot.wire.message import NO_TEXT, Request, fill
from orderglot.wire.operation import Context, Operation
from orderglot.wire.shape import JSON

Which = Order | int | str
"""An order: itself, its id, or any name of it that ``find_order`` knows."""

WhichCustomer = Customer | int | str
"""A customer: themselves, their id, or any name of them that the command line knows."""


class Performing:
    """What performs an operation as the server face does, but for the key, the journal and the bytes."""

    def __init__(self, book: Book, keyring: Keyring) -> None:
        self._book = book
        self._keyring = keyring
        dialect = dialects.dialect(NAME)
        self._routes = Routes([(dialect, dialect)])

    async def _asked(
        self,
        method: str,
        path: str,
        which: Which,
        members: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Any:
        order = await self._found(which)
        return await self._performed(
            request_of(method, fill(path, id=native(order, NAME)), members, version)
        )

    async def _performed(self, request: Request) -> Any:
        """Perform the operation that a request asks for; gives or raises what comes of it."""
        operation, asked = self._read(request)
        if request.method == "GET":
            views = Views(self._keyring, chosen_one)
            context = Context(self._keyring, self._book.now(), self._book, views=views)
            return await operation.perform(context, asked)

        async def work(unit: UnitOfWork) -> Any:
            return await operation.perform(Context(self._keyring, unit.now(), unit), asked)

        return await self._book.transact(work)

    def _read(self, request: Request) -> tuple[Operation[Any, Any], Any]:
        """Give the operation that a request means, and what it is asked; raises Invalid with what is wrong."""
        route = self._routes.find(request.method, request.path)
        request = replace(request, params=route.params)
        return route.operation, route.operation.request.read(request, self._book.caller)

    async def _found(self, which: Which) -> Order:
        if isinstance(which, Order):
            return await self._book.get(by_hub_id(which.id))
        if isinstance(which, int):
            return await self._book.get(by_hub_id(which))
        demand_kind("order", which, str)
        return await lookup.find_order(self._book, which)

    async def _customer(self, which: WhichCustomer) -> Customer:
        if isinstance(which, str):
            return await lookup.find_customer(self._book, which)
        if isinstance(which, int):
            return await self._book.customer(by_hub_id(which))
        demand_kind("customer", which, Customer)
        return await self._book.customer(by_hub_id(which.id))


def demand_kind(name: str, given: object, kind: type) -> None:
    """Raise Invalid where what a program gives is of another kind, such as None."""
    if not isinstance(given, kind):
        raise invalid(name, Rule.MALFORMED, f"{type(given).__name__} is no {kind.__name__}.")


def whose(customer: Customer) -> dict[str, str]:
    """Name a customer as a request does."""
    return {"id": native(identity(customer), NAME)}


def request_of(
    method: str, path: str, members: Mapping[str, Any] | None = None, version: int | None = None
) -> Request:
    """Make a request with its members, on condition of a version if there is one."""
    media = MERGE_PATCH if method == "PATCH" else JSON
    headers = {"content-type": media} if members is not None else {}
    matched = {} if version is None else {"if-match": f'"{version}"'}
    body = _written(members) if members is not None else b""
    return Request(method=method, path=path, headers={**headers, **matched}, body=body)


def _written(members: Mapping[str, Any]) -> bytes:
    """Write members as JSON; raises Invalid naming the first that holds what is no text."""
    try:
        return json.write(members)
    except UnicodeEncodeError:
        for name, value in members.items():
            try:
                json.write({name: value})
            except UnicodeEncodeError:
                raise invalid(name, Rule.MALFORMED, NO_TEXT) from None
        raise
