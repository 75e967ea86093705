"""The steps of an order's life, each an operation: ``POST /orders/{id}/ship`` and the like.

What a step is told has the names of the flags of its command.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from orderglot.core import lifecycle, steps
from orderglot.core.caller import CHANGE, Caller
from orderglot.core.errors import Forbidden, Rule
from orderglot.core.goods_steps import Made
from orderglot.core.order import Order
from orderglot.dialects.orderglot import known_members, links, shapes, step_shapes
from orderglot.dialects.orderglot import step_requests as told
from orderglot.dialects.orderglot.changing import Changing, order_of, write_changing
from orderglot.dialects.orderglot.media import (
    answer,
    arguments_of,
    body_of,
    preconditions_of,
    refuse_strange,
    tag_of,
)
from orderglot.dialects.orderglot.orders import read_answer, write_shown
from orderglot.dialects.orderglot.sight import shown
from orderglot.dialects.orderglot.tables import ORDER
from orderglot.dialects.orderglot.wire import opened, read_documents, read_inside, write_document
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, ResponseShape, success

Answer = TypeVar("Answer")

CUSTOMERS = frozenset({"cancel"})
"""The steps that a customer's key may take as well; the others are the seller's."""


def _write_step(path: str) -> Callable[[Changing], Request]:
    return lambda ask: write_changing("POST", fill(path, id=ask.id), ask)


def _read_step(name: str, read: Callable[[Form], object]) -> Callable[[Request, Caller], Changing]:
    def read_step(request: Request, caller: Caller) -> Changing:
        arguments_of(request, ())
        form = body_of(request, known_members.STEPS[name])
        refuse_strange(form)
        if caller.customer is not None and form.has("by"):
            form.refuse("by", Rule.READ_ONLY, "A customer speaks for himself; leave it out.")
        read(form)
        form.check()
        return Changing(request.params["id"], form.members, preconditions_of(request))

    return read_step


def _demand_seller(caller: Caller, name: str) -> None:
    if caller.customer is not None and name not in CUSTOMERS:
        raise Forbidden(f"A customer's key cannot {name} an order; ask the seller.")


async def _found(context: Context, ask: Changing, name: str) -> Order:
    _demand_seller(context.book.caller, name)
    return await order_of(context.book, ask)


def _step(name: str, read: told.Read, summary: str) -> Operation[Changing, Order]:
    """Make the operation of a step that changes one order."""

    async def perform(context: Context, ask: Changing) -> Order:
        return shown(await _taken(context, ask, name, read), context.book.caller)

    response: ResponseFormat[Changing, Order] = ResponseFormat(
        write_shown, read_answer, success(200, shapes.Order, headers=shapes.ETag)
    )
    return _operation(name, read, perform, response, summary)


def _ending(name: str, read: told.Read, summary: str) -> Operation[Changing, None]:
    """Make the operation of a step after which there is no order any more."""

    async def perform(context: Context, ask: Changing) -> None:
        await _taken(context, ask, name, read)

    response: ResponseFormat[Changing, None] = ResponseFormat(
        lambda _none, _request: Response(status=204),
        lambda _response, _ask: None,
        (ResponseShape(204),),
    )
    return _operation(name, read, perform, response, summary)


def _making(
    name: str, read: Callable[[Form], told.Make], summary: str
) -> Operation[Changing, Made]:
    """Make the operation of a step that makes further orders out of one."""

    async def perform(context: Context, ask: Changing) -> Made:
        order = await _found(context, ask, name)
        async with context.book.together() as unit:
            return await read(Form(ask.members))(unit, order)

    response: ResponseFormat[Changing, Made] = ResponseFormat(
        _write_made, _read_made, success(200, step_shapes.Made, headers=shapes.ETag)
    )
    return _operation(name, read, perform, response, summary)


async def _taken(context: Context, ask: Changing, name: str, read: told.Read) -> Order:
    """Take a step; what it is told was read well before."""
    order = await _found(context, ask, name)
    taken = read(Form(ask.members))
    async with context.book.together() as unit:
        return await steps.taken(unit, order, taken.name, taken.work, taken.why)


def _operation(
    name: str,
    read: Callable[[Form], object],
    perform: Callable[[Context, Changing], Awaitable[Answer]],
    response: ResponseFormat[Changing, Answer],
    summary: str,
) -> Operation[Changing, Answer]:
    perform.__doc__ = summary
    path, shape = f"{ORDER}/{name}", step_shapes.STEPS[name]
    return Operation(
        name=f"orders.{name}",
        endpoint=Endpoint("POST", (path,), CHANGE, idempotent=True),
        request=RequestFormat(
            _write_step(path),
            _read_step(name, read),
            path=shapes.OrderPath,
            headers=shapes.Preconditions,
            body={JSON: shape} if shape else {},
        ),
        perform=perform,
        response=response,
    )


def _write_made(made: Made, _request: Request) -> Response:
    content = {"order": write_document(made.order), "made": list(map(write_document, made.made))}
    return answer(content, headers={"etag": tag_of(made.order)})


def _read_made(response: Response, _ask: Changing) -> Made:
    form = opened(response.body, known_members.MADE, "order", "made")
    order = read_inside(response.body, form, "order")
    made = read_documents(response.body, form, "made")
    form.check()
    return Made(order, made)


STEPS: tuple[Operation[Changing, Any], ...] = (
    _step("confirm", told.plain("confirm", lifecycle.confirm), "Take a received order on."),
    _step("hold", told.read_hold, "Hold an order up: nothing is shipped until it is released."),
    _step("release", told.plain("release", lifecycle.release), "Let a held order go on."),
    _step(
        "ship", told.read_ship, "Send a parcel of an order: some of its lines, or all that is left."
    ),
    _step(
        "deliver", told.plain("deliver", lifecycle.deliver), "Say that what went out has arrived."
    ),
    _step("complete", told.read_complete, "Say that nothing more of an order is to come."),
    _step("cancel", told.read_cancel, "Cancel what of an order did not go out, or ask for that."),
    _step("answer-cancellation", told.read_answer, "Answer the request to cancel an order."),
    _step("correct", told.read_correct, "Correct what of an order did not go out."),
    _step("reprice", told.read_reprice, "Give lines the prices of today, or such as are named."),
    _step("move", told.read_move, "Give an order to another customer."),
    _step("note", told.read_note, "Add a line to the notes of an order."),
    _step("link", links.read_link, "Let an order point at another one, as what it is to that."),
    _step("unlink", links.read_unlink, "Let an order point at another one no more."),
    _ending("delete", told.read_delete, "Take an order out of the book for good."),
    _making("split", told.read_split, "Put so much of some lines into a new order."),
    _making("return", told.read_return, "Take back what went out of an order."),
    _making(
        "exchange", told.read_exchange, "Take back what went out, and sell other goods instead."
    ),
)
