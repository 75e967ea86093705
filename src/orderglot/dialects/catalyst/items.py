"""Putting items into an order, at the seller's prices."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import CHANGE, Caller
from orderglot.core.correcting import put_in
from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.fields import read_whole_text
from orderglot.core.order import Line, Order, Unknown
from orderglot.core.resumming import resum
from orderglot.core.unknown_members import with_further
from orderglot.dialects.catalyst import known_members, shapes
from orderglot.dialects.catalyst.links import SITES, path
from orderglot.dialects.catalyst.media import JSON, read_nothing, write_done
from orderglot.dialects.catalyst.resources import order_at, site_at
from orderglot.dialects.catalyst.tables import LONGEST_PROSE
from orderglot.dialects.catalyst.values import digits
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON as PLAIN
from orderglot.wire.shape import LONGEST, ResponseShape
from orderglot.wire.whole_quantities import whole_pieces

PRODUCT, CODE = "productId", "productCode"


class Items(Struct, frozen=True):
    """Items to be put into an order; ``named`` is by which member each names its product."""

    order: str
    lines: tuple[Line, ...]
    site: str = ""
    named: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def _write_items(items: Items) -> Request:
    body = [
        {
            "productId": read_whole_text(line.item_id),
            "productCode": line.sku,
            "units": whole_pieces(line),
            "description": line.title,
        }
        for line in items.lines
    ]
    return Request(
        method="POST",
        path=path("/orders/{order}/products", order=items.order),
        headers={"content-type": JSON},
        body=json.write({"items": body}),
    )


def _read_items(request: Request, _caller: Caller) -> Items:
    form = Form(json.read_sent(request.body), longest=LONGEST, known=known_members.NEW_ITEMS)
    lines, named = read_items(form.each("items", required=True))
    form.check()
    order, site = request.params["order"], request.params["site"]
    return Items(order, lines, site, named, form.unknown("items"))


def read_items(forms: tuple[Form, ...]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Read new items, and by which member each of them names its product."""
    named = tuple(CODE if form.has(CODE) else PRODUCT for form in forms)
    return tuple(map(read_item, forms)), named


def read_item(form: Form) -> Line:
    """Read a new item: the vendor's number of the product, or its code, is what is sold here."""
    product = form.text(PRODUCT)
    sku = form.text(CODE) or product
    if not sku:
        form.refuse(PRODUCT, Rule.REQUIRED, "This field is required.")
    pieces = form.whole("units", required=True, least=1, most=shapes.MOST_PIECES)
    return Line(
        sku=sku,
        item_id=digits(product),
        title=form.text("description", longest=LONGEST_PROSE, exact=True),
        quantity=pieces or 0,
        unknown=form.unknown(),
    )


async def with_items(
    context: Context, order: Order, lines: tuple[Line, ...], named: tuple[str, ...]
) -> Order:
    """Put items into an order at the seller's prices; raises Invalid where one cannot be bought.

    An order that came without a currency, as the vendor's wire names none, is in the seller's.
    """
    products = await context.book.products([line.sku for line in lines])
    currency = order.currency or (await context.book.seller()).currency
    try:
        return put_in(order, lines, products, currency)
    except Invalid as error:
        raise Invalid(*(_on_wire(problem, named) for problem in error.problems)) from None


def _on_wire(problem: Problem, named: tuple[str, ...]) -> Problem:
    """Give the problem of a line the name that its field has in the request."""
    product = named[problem.line - 1] if problem.line else PRODUCT
    names = {"sku": product, "quantity": "units", "currency": product}
    name = names.get(problem.field, problem.field)
    return replace(problem, field=f"items[{problem.line}].{name}")


async def _add_items(context: Context, items: Items) -> Order:
    """Add items; what the order comes to follows."""
    site = await site_at(context, items.site)
    order = with_further(await order_at(context, site, items.order), items.unknown)
    changed = await with_items(context, order, items.lines, items.named)
    return await context.book.change(resum(changed, order))


ADD_PRODUCTS: Operation[Items, Order | None] = Operation(
    name="postOrderProducts",
    endpoint=Endpoint("POST", (SITES + "/orders/{order}/products",), CHANGE, idempotent=True),
    request=RequestFormat(_write_items, _read_items, body={PLAIN: shapes.NewItems}),
    perform=_add_items,
    response=ResponseFormat(
        write_done, read_nothing, (ResponseShape(204, headers=shapes.Changed),)
    ),
)
