"""Tiny: the smallest dialect there can be, for the tests of the faces.

JSON, an id and a key in two headers, pages by offset. `burst` fails as nobody foresaw.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypedDict

from msgspec.structs import replace

from orderglot.core.caller import CREATE, OPEN, Caller
from orderglot.core.errors import KINDS, HubError, Invalid, Problem, Rule, Unauthenticated, Upstream
from orderglot.core.keyring import Keyring
from orderglot.core.order import Order, Reference, native
from orderglot.core.query import Page, Window
from orderglot.core.tokens import TokenKind
from orderglot.wire import json
from orderglot.wire.bodies import Bodies, Held
from orderglot.wire.dialect import Can, Dialect, Faults, Flows, Session
from orderglot.wire.faults import STATUSES, read_error
from orderglot.wire.flow import Flow, call
from orderglot.wire.form import Form
from orderglot.wire.idempotency import Idempotency
from orderglot.wire.message import Request, Response, fill, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.paging import read_bounded
from orderglot.wire.proofs import Proofs
from orderglot.wire.shape import JSON, Security, SecurityScheme, refusals, success

NAME = "tiny"
KNOWN = ("references", "po_number", "notes")
LONGEST_NOTES = 20


class TinyOrder(TypedDict):
    id: str
    po: str
    notes: str


class TinyList(TypedDict):
    orders: list[TinyOrder]
    next: int | None


class TinyWindow(TypedDict, total=False):
    limit: int
    offset: int


class TinyError(TypedDict):
    error: str
    message: str
    problems: list[list[str]]


class TinyAuth:
    """The id and the key, each in a header of its own."""

    fields = ("id", "key")
    tokens: tuple[TokenKind, ...] = ()
    proofs = Proofs(headers=frozenset({"x-key"}))

    def make_secret(self, random: bytes) -> str:
        return random.hex()

    def make_key_id(self, random: bytes) -> str:
        return random[:4].hex()

    def login(self, session: Session, refusals: int) -> Flow[None] | None:
        return None

    def authenticate(self, request: Request, session: Session) -> Request:
        proof = {f"x-{name}": session.credentials[name] for name in self.fields}
        return replace(request, headers={**request.headers, **proof})

    async def identify(self, request: Request, keyring: Keyring) -> Caller:
        credential = await keyring.admit(NAME, request.headers.get("x-key", ""))
        if credential.id != request.headers.get("x-id"):
            raise Unauthenticated("Send your id and key.")
        return credential.caller

    def security(self, operation: Operation[Any, Any]) -> Security:
        return (tuple(SecurityScheme("header", f"X-{name}") for name in self.fields),)


def write_fault(error: HubError, request: Request) -> Response:
    """Write the error's own name, its message and its problems."""
    problems = error.problems if isinstance(error, Invalid) else ()
    body = {
        "error": type(error).__name__,
        "message": error.message,
        "problems": [(one.field, one.rule, one.reason) for one in problems],
    }
    return answer(body, STATUSES[type(error)])


def read_fault(response: Response) -> HubError | None:
    if response.status < 400:
        return None
    body = json.read(response.body)
    kind = next(kind for kind in KINDS if kind.__name__ == body["error"])
    problems = tuple(Problem(name, Rule(rule), why) for name, rule, why in body.get("problems", ()))
    return read_error(kind, body["message"], response, problems=problems)


FAULTS = Faults(write_fault, read_fault, lambda _: refusals(STATUSES, {JSON: TinyError}))


def answer(value: Any, status: int = 200) -> Response:
    return Response(
        status=status, headers={"content-type": "application/json"}, body=json.write(value)
    )


def write_order(order: Order) -> dict[str, Any]:
    return {"id": native(order, NAME), "po": order.po_number, "notes": order.notes}


def read_order(members: Any) -> Order:
    form = Form(members)
    id = form.text("id")
    order = Order(
        references=(Reference(NAME, id),) if id else (),
        po_number=form.text("po"),
        notes=form.text("notes", longest=LONGEST_NOTES),
    )
    form.check()
    return order


async def perform_create(context: Context, draft: Order) -> Order:
    return await context.book.place(draft)


async def perform_get(context: Context, ref: Reference) -> Order:
    return await context.book.get(ref)


async def perform_list(context: Context, window: Window) -> Page:
    """List some orders.

    All of them, if there are few.
    """
    return await context.book.page(window)


async def perform_hello(context: Context, ask: str) -> str:
    return f"{ask} at {context.now:%Y}"


async def perform_burst(context: Context, ask: None) -> None:
    raise ZeroDivisionError("nobody foresaw this")


CREATE_ORDER: Operation[Order, Order] = Operation(
    name="createOrder",
    endpoint=Endpoint("POST", ("/tiny/orders",), CREATE, idempotent=True),
    request=RequestFormat(
        lambda order: Request(
            method="POST", path="/tiny/orders", body=json.write(write_order(order) | {"id": None})
        ),
        lambda request, caller: read_order(json.read(request.body)),
        body={JSON: TinyOrder},
    ),
    perform=perform_create,
    response=ResponseFormat(
        lambda order, request: answer(write_order(order), 201),
        lambda response, order: read_order(json.read(response.body)),
        success(201, TinyOrder),
    ),
)

GET_ORDER: Operation[Reference, Order] = Operation(
    name="getOrder",
    endpoint=Endpoint("GET", ("/tiny/orders/{id}", "/tiny/orders/{id}/")),
    request=RequestFormat(
        lambda ref: Request(method="GET", path=fill("/tiny/orders/{id}", id=ref.id)),
        lambda request, caller: Reference(NAME, request.params["id"]),
    ),
    perform=perform_get,
    response=ResponseFormat(
        lambda order, request: answer(write_order(order)),
        lambda response, ref: read_order(json.read(response.body)),
        success(200, TinyOrder),
    ),
)


def write_list_request(window: Window) -> Request:
    query = query_of({"limit": str(window.limit), "offset": str(window.offset)}.items())
    return Request(method="GET", path="/tiny/orders", query=query)


def read_list_request(request: Request, caller: Caller) -> Window:
    limit = read_bounded(request, "limit", 2, 1, DIALECT.can.max_size)
    return Window(limit=limit, offset=read_bounded(request, "offset", 0))


def write_list_response(page: Page, request: Request) -> Response:
    next_offset = page.next and page.window.offset + page.window.limit
    return answer({"orders": [write_order(order) for order in page.orders], "next": next_offset})


def read_list_response(response: Response, window: Window) -> Page:
    body = json.read(response.body)
    if not isinstance(body, dict) or "orders" not in body:
        raise Upstream("This is no list of orders.")
    next_offset = body["next"]
    return Page(
        orders=tuple(map(read_order, body["orders"])),
        window=window,
        next=None if next_offset is None else replace(window, offset=next_offset),
    )


LIST_ORDERS: Operation[Window, Page] = Operation(
    name="listOrders",
    endpoint=Endpoint("GET", ("/tiny/orders",)),
    request=RequestFormat(write_list_request, read_list_request, query=TinyWindow),
    perform=perform_list,
    response=ResponseFormat(write_list_response, read_list_response, success(200, TinyList)),
)

HELLO: Operation[str, str] = Operation(
    name="hello",
    endpoint=Endpoint("GET", ("/tiny/hello",), OPEN),
    request=RequestFormat(
        lambda ask: Request(method="GET", path="/tiny/hello"), lambda request, caller: "hello"
    ),
    perform=perform_hello,
    response=ResponseFormat(
        lambda answered, request: answer({"said": answered}),
        lambda response, ask: str(json.read(response.body)["said"]),
    ),
)

BURST: Operation[None, None] = Operation(
    name="burst",
    endpoint=Endpoint("GET", ("/tiny/burst",)),
    request=RequestFormat(
        lambda ask: Request(method="GET", path="/tiny/burst"), lambda request, caller: None
    ),
    perform=perform_burst,
    response=ResponseFormat(lambda answered, request: answer(None), lambda response, ask: None),
)


def rewritten(
    operation: Operation[Any, Any],
    *,
    read: Callable[[Request, Caller], Any] | None = None,
    write: Callable[[Any, Request], Response] | None = None,
) -> Operation[Any, Any]:
    """Give an operation whose server reads its requests, or writes its responses, another way."""
    request, response = operation.request, operation.response
    return dataclasses.replace(
        operation,
        request=dataclasses.replace(request, read=read or request.read),
        response=dataclasses.replace(response, write=write or response.write),
    )


def place(order: Order) -> Flow[Order]:
    return (yield from call(CREATE_ORDER, order))


def get(ref: Reference) -> Flow[Order]:
    return (yield from call(GET_ORDER, ref))


def page(window: Window) -> Flow[Page]:
    return (yield from call(LIST_ORDERS, window))


DIALECT = Dialect(
    name=NAME,
    title="Tiny",
    reference="https://tiny.example/orders",
    auth=TinyAuth(),
    faults=FAULTS,
    bodies=Bodies(
        read=lambda body: Held((read_order(json.read(body)),)),
        write={"json": lambda orders: json.write(write_order(orders[0]))},
    ),
    operations=(CREATE_ORDER, GET_ORDER, LIST_ORDERS, HELLO, BURST),
    flows=Flows(place=place, get=get, page=page),
    idempotency=Idempotency(
        lambda request: request.headers.get("x-correlation-id"),
        timedelta(days=10),
        conflict=False,
        refusals=True,
    ),
    max_body=1_000,
    can=Can(max_size=3),
)
