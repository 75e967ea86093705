"""Our own operations on what a customer calls the seller's items: listed, set and removed."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta, Struct

from orderglot.core.caller import CHANGE, Caller
from orderglot.core.customer_items import LONGEST, remove_item_number, set_item_numbers
from orderglot.core.errors import Rule
from orderglot.core.order import Reference
from orderglot.dialects.orderglot.media import (
    ASKS,
    SENDS,
    answer,
    arguments_of,
    body_of,
    refuse_strange,
)
from orderglot.dialects.orderglot.records import demand_seller
from orderglot.dialects.orderglot.shapes import Text
from orderglot.dialects.orderglot.tables import CUSTOMER_ITEM, CUSTOMER_ITEMS, NAME
from orderglot.wire import json
from orderglot.wire.form import MOST_IN_A_LIST
from orderglot.wire.known_members import known_members
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, ResponseShape, description, success

WHAT = "say what a customer calls an item"


class Item(TypedDict):
    """A customer's number, and the SKU that it stands for."""

    theirs: Annotated[str, Meta(max_length=LONGEST), description("The customer's own number.")]
    ours: Annotated[Text, description("The SKU of a product of the seller's.")]


class Items(TypedDict):
    """All numbers of a customer, by the alphabet."""

    items: list[Item]


class SetItems(TypedDict):
    """Which SKU each of some numbers stands for from now on; other numbers stay."""

    items: Annotated[list[Item], Meta(min_length=1, max_length=MOST_IN_A_LIST)]


class Changed(TypedDict):
    """How many numbers are new, or stand for another SKU than before."""

    changed: int


SET = known_members(SetItems, NAME, client=True)


class Setting(Struct, frozen=True):
    """Whose numbers are set, and to which SKUs."""

    customer: str
    numbers: dict[str, str]


class Removing(Struct, frozen=True):
    """Which number of whom is removed."""

    customer: str
    theirs: str


# customers.items


def _write_id(id: str) -> Request:
    return Request(method="GET", path=fill(CUSTOMER_ITEMS, id=id), headers=ASKS)


def _read_id(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["id"]


async def _list_items(context: Context, id: str) -> dict[str, str]:
    """List what a customer calls the seller's items, each number with the SKU that it stands for."""
    customer = await context.book.customer(Reference(NAME, id))
    return await context.book.item_numbers(customer.id)


def _write_items(numbers: dict[str, str], _request: Request) -> Response:
    rows = [{"theirs": theirs, "ours": ours} for theirs, ours in sorted(numbers.items())]
    return answer({"items": rows})


def _read_items(response: Response, _id: str) -> dict[str, str]:
    return {one["theirs"]: one["ours"] for one in json.read_as(response.body, Items)["items"]}


LIST_ITEMS: Operation[str, dict[str, str]] = Operation(
    name="customers.items",
    endpoint=Endpoint("GET", (CUSTOMER_ITEMS,)),
    request=RequestFormat(_write_id, _read_id),
    perform=_list_items,
    response=ResponseFormat(_write_items, _read_items, success(200, Items)),
)

# customers.set-items


def _write_setting(ask: Setting) -> Request:
    rows = [{"theirs": theirs, "ours": ours} for theirs, ours in ask.numbers.items()]
    path = fill(CUSTOMER_ITEMS, id=ask.customer)
    return Request(method="POST", path=path, headers=SENDS, body=json.write({"items": rows}))


def _read_setting(request: Request, _caller: Caller) -> Setting:
    arguments_of(request, ())
    form = body_of(request, SET)
    refuse_strange(form)
    numbers = dict[str, str]()
    for row in form.each("items", required=True):
        theirs = row.text("theirs", required=True, longest=LONGEST)
        ours = row.text("ours", required=True)
        if numbers.setdefault(theirs, ours) != ours:
            row.refuse("theirs", Rule.DUPLICATE, "This number is there for another SKU as well.")
    form.check()
    return Setting(request.params["id"], numbers)


async def _set_items(context: Context, ask: Setting) -> int:
    """Say which SKU each of some of a customer's numbers stands for from now on: all of them, or none.

    Orders that are there already stay as they are.
    """
    demand_seller(context.book.caller, WHAT)

    async with context.book.together() as unit:
        customer = await unit.customer(Reference(NAME, ask.customer))
        return await set_item_numbers(unit, customer, ask.numbers)


SET_ITEMS: Operation[Setting, int] = Operation(
    name="customers.set-items",
    endpoint=Endpoint("POST", (CUSTOMER_ITEMS,), CHANGE, idempotent=True),
    request=RequestFormat(_write_setting, _read_setting, body={JSON: SetItems}),
    perform=_set_items,
    response=ResponseFormat(
        lambda changed, _request: answer({"changed": changed}),
        lambda response, _ask: json.read_as(response.body, Changed)["changed"],
        success(200, Changed),
    ),
)

# customers.remove-item


def _write_removing(ask: Removing) -> Request:
    path = fill(CUSTOMER_ITEM, id=ask.customer, theirs=ask.theirs)
    return Request(method="DELETE", path=path, headers=ASKS)


def _read_removing(request: Request, _caller: Caller) -> Removing:
    arguments_of(request, ())
    return Removing(request.params["id"], request.params["theirs"])


async def _remove_item(context: Context, ask: Removing) -> None:
    """Let a customer's number stand for nothing any more; orders that came by it stay as they are."""
    demand_seller(context.book.caller, WHAT)
    async with context.book.together() as unit:
        customer = await unit.customer(Reference(NAME, ask.customer))
        await remove_item_number(unit, customer, ask.theirs)


REMOVE_ITEM: Operation[Removing, None] = Operation(
    name="customers.remove-item",
    endpoint=Endpoint("DELETE", (CUSTOMER_ITEM,), CHANGE, idempotent=True),
    request=RequestFormat(_write_removing, _read_removing),
    perform=_remove_item,
    response=ResponseFormat(
        lambda _none, _request: Response(status=204),
        lambda _response, _ask: None,
        (ResponseShape(204),),
    ),
)

CUSTOMER_ITEM_OPERATIONS = (LIST_ITEMS, SET_ITEMS, REMOVE_ITEM)
