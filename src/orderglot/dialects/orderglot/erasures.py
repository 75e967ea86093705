"""Our own operations that erase a customer: asked for, and how far it has come."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Struct

from orderglot.core.caller import ADMIN, Caller
from orderglot.core.erasures import STEPS, Erasure, ask, erasure_of
from orderglot.core.order import Reference
from orderglot.dialects.orderglot.administering import demand_change
from orderglot.dialects.orderglot.media import ASKS, answer, arguments_of, demand_bare
from orderglot.dialects.orderglot.records import demand_seller
from orderglot.dialects.orderglot.shapes import Text
from orderglot.dialects.orderglot.tables import CUSTOMER_ERASE, NAME
from orderglot.wire import json
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import description, success

WHAT = "erase customers"


class ErasureProgress(Struct, frozen=True, kw_only=True):
    """How far the erasing of a customer has come: steps that are over of all there are, and how much was erased."""

    customer: int
    state: str
    step: str
    over: int
    of: int = len(STEPS)
    erased: dict[str, int] = {}


class ErasureShape(TypedDict):
    """How far the erasing of a customer has come."""

    customer: Annotated[int, description("The customer's id in the book.")]
    state: Annotated[
        Text, description("`waiting` until whoever runs jobs has begun, then `running`.")
    ]
    step: Annotated[Text, description("What is looked through at present.")]
    over: Annotated[int, description("How many steps are over.")]
    of: Annotated[int, description("How many steps there are.")]
    erased: Annotated[dict[str, int], description("Of how many records of each kind so far.")]


def _shown(found: Erasure) -> ErasureProgress:
    state = found.state
    return ErasureProgress(
        customer=found.customer,
        state="waiting" if state.waiting else "running",
        step=STEPS[min(state.step, len(STEPS) - 1)],
        over=state.step,
        erased=state.erased,
    )


def _write_ask(id: str) -> Request:
    return Request(method="POST", path=fill(CUSTOMER_ERASE, id=id), headers=ASKS)


def _read_ask(request: Request, _caller: Caller) -> str:
    demand_bare(request)
    return _read_id(request, _caller)


def _write_id(id: str) -> Request:
    return Request(method="GET", path=fill(CUSTOMER_ERASE, id=id), headers=ASKS)


def _read_id(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["id"]


async def _ask_erasing(context: Context, id: str) -> ErasureProgress:
    """Ask that a customer be erased: name, addresses, mail, phone, wherever the book and its journal have them.

    What was ordered, and what it comes to, stays. Whoever runs the jobs does it, step by step; cut off, it
    goes on where it was. The same request again tells how far it has come.
    """
    book = context.book
    demand_seller(book.caller, WHAT)
    demand_change(book.caller, "customers")
    customer = await book.customer(Reference(NAME, id))
    return _shown(await ask(book, customer, context.person))


async def _get_erasing(context: Context, id: str) -> ErasureProgress:
    """Tell how far the erasing of a customer has come; there is nothing to tell once it is over."""
    demand_seller(context.book.caller, WHAT)
    customer = await context.book.customer(Reference(NAME, id))
    return _shown(await erasure_of(context.book, customer.id))


def _read_shown(response: Response, _id: str) -> ErasureProgress:
    return json.read_as(response.body, ErasureProgress)


ERASE_CUSTOMER: Operation[str, ErasureProgress] = Operation(
    name="customers.erase",
    endpoint=Endpoint("POST", (CUSTOMER_ERASE,), ADMIN),
    request=RequestFormat(_write_ask, _read_ask),
    perform=_ask_erasing,
    response=ResponseFormat(
        lambda shown, _request: answer(shown, status=202), _read_shown, success(202, ErasureShape)
    ),
)

GET_ERASURE: Operation[str, ErasureProgress] = Operation(
    name="customers.erasure",
    endpoint=Endpoint("GET", (CUSTOMER_ERASE,), ADMIN),
    request=RequestFormat(_write_id, _read_id),
    perform=_get_erasing,
    response=ResponseFormat(
        lambda shown, _request: answer(shown), _read_shown, success(200, ErasureShape)
    ),
)

ERASURE_OPERATIONS = (ERASE_CUSTOMER, GET_ERASURE)
