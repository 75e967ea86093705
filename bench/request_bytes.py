"""The requests: the same bytes for every side, as the vendor's best client would send them.

The client faces make them with a server face in this process, logins included; the last request of a
call is the one that is sent to each side many times.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct
from msgspec.structs import replace

from bench.load import MARK
from bench.sample_orders import Shop, known_ids, products_of
from orderglot import demo, dialects
from orderglot.core.caller import OPEN
from orderglot.core.order import Line, Order, Reference, Shipping
from orderglot.core.query import Window
from orderglot.demo.kole import RECIPIENTS
from orderglot.dialects.kole.drafts import write_draft
from orderglot.dialects.kole.media import ORDER, write_body
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.store import BookStore
from orderglot.wire.message import Request, Response

HOST = "orders.example"
PAGE = 25
MANY = 1_000
"""So many different orders are got one by one."""

GET, LIST, CREATE = "get", "list", "create"
CALLS = (GET, LIST, CREATE)


class Wire(Struct, frozen=True):
    """A dialect in one of its forms."""

    name: str
    dialect: str
    xml: bool = False


WIRES = (
    Wire("adobe", "adobe"),
    Wire("catalyst", "catalyst"),
    Wire("kodaris", "kodaris"),
    Wire("kole", "kole"),
    Wire("kole-xml", "kole", xml=True),
    Wire("komet", "komet"),
)

LEFT_OUT = {
    ("komet", LIST): "Komet's API has no list of orders",
}
"""What a vendor's API does not have, so that there is nothing to measure."""

NOTES = {
    ("kodaris", GET): "Kodaris's API gives one order as a list filtered by its id",
    ("catalyst", CREATE): "the order without its items, which the vendor's clients post afterwards",
    ("komet", CREATE): "web-order.create, which begins an order that has no items yet",
}
"""Where what is measured is not quite what the name of the call says."""


class Workload(Struct, frozen=True):
    """One call in a wire, with its encoded requests."""

    wire: Wire
    call: str
    requests: tuple[bytes, ...]


async def workloads(store: BookStore, wire: Wire, shop: Shop) -> list[Workload]:
    """Encode the requests of a wire's clients for a shop's book; adds an order to the book."""
    recorder = _Recorder(store, wire, shop)
    found = []
    for call, write in ((GET, recorder.gets), (LIST, recorder.lists), (CREATE, recorder.creates)):
        if (wire.dialect, call) not in LEFT_OUT:
            requests = await write()
            found.append(Workload(wire, call, tuple(map(encoded, requests))))
    return found


class _Recorder:
    """A client face whose requests are recorded."""

    def __init__(self, store: BookStore, wire: Wire, shop: Shop) -> None:
        self.wire = wire
        self.shop = shop
        self.dialect = dialects.dialect(wire.dialect)
        self.server = Server(self.dialect, store)
        self.sent: list[tuple[Request, Response]] = []
        secrets = demo.credential(wire.dialect, self.dialect.auth.fields)
        whose = {self.dialect.customer: shop.customer} if self.dialect.customer else {}
        self.client = Client(self.dialect, self._send, {**secrets, **whose})

    async def _send(self, request: Request) -> Response:
        response = await self.server(replace(request, base=f"http://{HOST}"))
        self.sent.append((request, response))
        return response

    async def gets(self) -> list[Request]:
        """Get many orders, one by one."""
        whose = f"{self.shop.customer}/" if self.wire.dialect == "komet" else ""
        ids = known_ids(self.shop, MANY)
        return [
            await self._first(self.client.get, Reference(self.wire.dialect, whose + id))
            for id in ids
        ]

    async def lists(self) -> list[Request]:
        """List the first page."""
        return [await self._first(self.client.page, Window(limit=PAGE))]

    async def creates(self) -> list[Request]:
        """Place one order, and give the request that made it."""
        draft = new_order(self.wire.dialect)
        self.sent.clear()
        await self.client.place(draft)
        (request, *_) = [
            request
            for request, response in self.sent
            if self.client.routes.find(request.method, request.path).operation.endpoint.idempotent
        ]
        if self.wire.dialect == "kole" and not self.wire.xml:
            request = replace(request, body=write_body(ORDER[1], "order", write_draft(draft)))
        return [self._formed(request)]

    async def _first(self, ask: Callable[..., Awaitable[object]], what: object) -> Request:
        """Run a flow, and give the first request in it that needed a caller and succeeded."""
        await ask(what)
        flow, self.sent = self.sent, []
        return self._formed(
            next(
                request
                for request, response in flow
                if self.dialect.faults.read(response) is None and self._needs_a_caller(request)
            )
        )

    def _needs_a_caller(self, request: Request) -> bool:
        operation = self.client.routes.find(request.method, request.path).operation
        return operation.endpoint.right != OPEN and operation.name != "authToken"

    def _formed(self, request: Request) -> Request:
        """Accept JSON where the client prefers XML, and give each request a key of its own."""
        headers = dict(request.headers)
        if self.wire.dialect == "kole" and not self.wire.xml:
            headers = {name: value.replace("+xml", "+json") for name, value in headers.items()}
        if "x-correlation-id" in headers:
            headers["x-correlation-id"] = MARK.decode()
        return replace(request, headers=headers)


def new_order(dialect: str) -> Order:
    """Give an order that a client of a dialect would place in its demo shop: two lines if it has.

    Each request gets a PO number of its own, for the same order again is placed once.
    """
    part = demo.part(dialect)
    products = products_of(dialect)[:2]
    customer = part.orders[0].customer
    whole = dialect in ("kole", "kodaris")
    return Order(
        customer=customer if dialect in ("adobe", "catalyst", "komet") else None,
        po_number=MARK.decode(),
        name="A new order" if dialect == "catalyst" else "",
        currency="USD",
        location="13" if dialect == "komet" else "",
        notes="Please ring twice." if whole else "",
        shipping=Shipping(carrier="UPS", service="GROUND") if dialect == "kole" else Shipping(),
        ship_to=_HOME if whole else None,
        bill_to=_HOME if dialect == "kodaris" else None,
        lines=tuple(
            Line(number=number, sku=product.sku, quantity=2 * product.pack)
            for number, product in enumerate(products, 1)
        ),
    )


_HOME = replace(RECIPIENTS[1], company="Sample & Sons")


def encoded(request: Request) -> bytes:
    """Encode a request as HTTP/1.1."""
    target = f"{request.path}?{request.query}" if request.query else request.path
    headers = {"host": HOST, "user-agent": "bench", **request.headers}
    if request.body or request.method == "POST":
        headers["content-length"] = str(len(request.body))
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + request.body
