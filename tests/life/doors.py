"""Five doors: one seller's book behind the server faces of all dialects, and a customer whom each knows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import HUB, Order, Reference
from orderglot.core.product import Product, Tier
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.stores.store import BookStore
from orderglot.wire.message import Request, Response
from tests.clock import Clock
from tests.conformance.callers import Credentials, Site, clock_of
from tests.conformance.specimens import book_of, welcome

CUSTOMER = "1005000001"
"""The id by which each dialect's clients know the customer."""

OFFER, OTHER_OFFER, GOODS = "61000001CA01A12", "61000009CA01A12", "AA124"
JSON = "application/vnd.koleimports.ds.order+json"
XML = "application/vnd.koleimports.ds.order+xml"
SITE = "/webresources/api/v3/sites/current"


@dataclass
class Doors:
    """The faces, with a key of the whole seller at each of them, and at Kole the customer's."""

    store: BookStore
    clock: Clock
    seller: int
    sites: dict[str, Site]
    keys: dict[str, Credentials] = field(default_factory=dict)
    requests: int = 0

    async def ask(
        self, dialect: str, method: str, path: str, body: Any = None, **headers: str
    ) -> Response:
        """Ask as a client of a dialect does, in JSON unless the body is bytes."""
        path, _, query = path.partition("?")
        sent = b"" if body is None else body
        sent = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        media = {"content-type": "application/json"} if sent else {}
        request = Request(
            method=method, path=path, query=query, headers={**media, **named}, body=sent
        )
        response = await self.sites[dialect].ask(request, self.keys[dialect])
        assert response.status < 500, (request, response)
        return response

    async def price(self, sku: str, price: Decimal) -> None:
        """Let a product have another price from now on, whatever the quantity."""
        book = self.store.of(Caller(seller=self.seller))
        product = (await book.products([sku]))[sku]
        await book.keep_product(replace(product, tiers=(Tier(price=price),)))

    async def order(self, id: int | str) -> Order:
        """Give an order as it is in the book."""
        book = self.store.of(Caller(seller=self.seller, test=True))
        return await book.get(Reference(HUB, str(id)))

    # What the clients of each dialect do

    async def kole_order(self, quantity: int = 24, po_number: str = "PO-7001") -> int:
        """Order goods as the customer's Kole client does."""
        sent = next(one for one in welcome("kole") if one.name == "createOrder-json").request
        items = [{"sku": GOODS, "quantity": quantity}]
        body = {**json.loads(sent.body), "po_number": po_number, "items": items}
        response = await self.ask("kole", "POST", "/orders", body, accept=JSON, content_type=JSON)
        assert 201 == response.status, response.body
        return int(response.headers["content-location"].rpartition("/")[2])

    async def kole(self, id: int) -> Mapping[str, Any]:
        return await self.read("kole", f"/orders/{id}", accept=JSON)

    async def adobe_order(self, *, quantity: int = 10, **members: Any) -> int:
        """Buy seats as the seller's Adobe client does."""
        line = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": quantity}
        reference = f"R-{self.requests}"
        body = {"orderType": "NEW", "externalReferenceId": reference, "currencyCode": "USD"}
        response = await self.adobe_write({**body, "lineItems": [line], **members})
        assert 201 == response.status, response.body
        return int(json.loads(response.body)["orderId"])

    async def adobe_return(self, id: int, quantity: int) -> int:
        """Give some seats of an order back."""
        line = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": quantity}
        head = {"orderType": "RETURN", "externalReferenceId": "B", "currencyCode": "USD"}
        response = await self.adobe_write(
            {**head, "referenceOrderId": str(id), "lineItems": [line]}
        )
        assert 201 == response.status, response.body
        return int(json.loads(response.body)["orderId"])

    async def adobe_switch(self, subscription: str, quantity: int) -> int:
        """Switch some seats of a subscription to another offer."""
        new = {"extLineItemNumber": 1, "offerId": OTHER_OFFER, "quantity": quantity}
        old = {"extLineItemNumber": 1, "referenceLineItemNumber": 1, "quantity": quantity}
        head = {"orderType": "SWITCH", "externalReferenceId": "S", "currencyCode": "USD"}
        away = {"cancellingItems": [{**old, "subscriptionId": subscription}]}
        response = await self.adobe_write({**head, "lineItems": [new], **away})
        assert 201 == response.status, response.body
        return int(json.loads(response.body)["orderId"])

    async def adobe_write(self, body: Any, query: str = "") -> Response:
        path = f"/v3/customers/{CUSTOMER}/orders{query}"
        return await self.ask("adobe", "POST", path, body, **self.correlated())

    async def adobe(self, id: int) -> Mapping[str, Any]:
        path = f"/v3/customers/{CUSTOMER}/orders/{id}"
        return await self.read("adobe", path, **self.correlated())

    def correlated(self) -> dict[str, str]:
        self.requests += 1
        return {"x_request_id": f"r{self.requests}", "x_correlation_id": f"c{self.requests}"}

    async def catalyst_put(self, order: int, **members: Any) -> None:
        response = await self.ask("catalyst", "PUT", f"{SITE}/orders/{order}", members)
        assert 204 == response.status, response.body

    async def catalyst(self, id: int) -> Mapping[str, Any]:
        return await self.read("catalyst", f"{SITE}/orders/{id}")

    async def read(self, dialect: str, path: str, **headers: str) -> Mapping[str, Any]:
        response = await self.ask(dialect, "GET", path, **headers)
        assert 200 == response.status, response.body
        found: Mapping[str, Any] = json.loads(response.body)
        return found


def clock() -> Clock:
    """Give the clock that doors go by."""
    return clock_of(dialects.dialect("adobe"))


async def opened(store: BookStore | None = None, time: Clock | None = None) -> Doors:
    """Open a seller's book, with products and a customer, behind all doors."""
    time = time or clock()
    store = store or MemoryStore(time)
    seller = await store.add_seller("wholesaler", currency="USD")
    book = store.of(Caller(seller=seller.id))
    for product in _products():
        await book.keep_product(product)
    customer = await book.keep_customer(_customer())
    whose = {
        name: Caller(seller=seller.id, customer=customer.id if name == "kole" else None)
        for name in dialects.names()
    }
    doors = Doors(store, time, seller.id, _sites(store, whose))
    for name, site in doors.sites.items():
        doors.keys[name] = await site.key(site.owner)
    return doors


def beside(doors: Doors, store: BookStore) -> Doors:
    """Open other doors to the same book, which another worker has open in a store of its own."""
    whose = {name: site.owner for name, site in doors.sites.items()}
    sites = _sites(store, whose)
    # No request has a name that one at the other doors has.
    return Doors(store, doors.clock, doors.seller, sites, doors.keys, doors.requests + 1_000_000)


def _sites(store: BookStore, whose: Mapping[str, Caller]) -> dict[str, Site]:
    sites = {}
    for name, caller in whose.items():
        dialect = dialects.dialect(name)
        sites[name] = Site(dialect, store, Server(dialect, store), caller)
    return sites


def _products() -> tuple[Product, ...]:
    tiers = (Tier(price=Decimal("1.25")), Tier(quantity=300, price=Decimal("0.85")))
    return (
        Product(sku=GOODS, title="Toy", currency="USD", tiers=tiers),
        Product(sku=OFFER, title="Seats", currency="USD", tiers=(Tier(price=Decimal(80)),)),
        Product(sku=OTHER_OFFER, title="Places", currency="USD", tiers=(Tier(price=Decimal(9)),)),
    )


def _customer() -> Customer:
    """Give a customer who may order everywhere."""
    ready = book_of("kole").customers[0]
    references = tuple(Reference(name, CUSTOMER) for name in dialects.names())
    return replace(ready, id=0, version=0, number="C-1", references=references)


def behind_doors(trial: Callable[[Doors], Awaitable[None]]) -> None:
    """Try something behind all doors."""

    async def held() -> None:
        await trial(await opened())

    asyncio.run(held())
