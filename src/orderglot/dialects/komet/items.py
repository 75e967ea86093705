"""Komet's web-order-item.add: one more item in a web order, priced as the seller prices it."""

from __future__ import annotations

import hashlib
import uuid
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import asdict, replace

from orderglot.core.caller import CREATE, Caller
from orderglot.core.drafting import DRAFTS, add_line
from orderglot.core.errors import Invalid, Problem, Rule, invalid
from orderglot.core.line_numbers import next_number
from orderglot.core.order import Line, Order, native
from orderglot.core.product import Product
from orderglot.core.query import And, Compare, Operator, Sort, Window
from orderglot.core.seller import Seller
from orderglot.core.values import Status
from orderglot.dialects.komet import shapes
from orderglot.dialects.komet.changes import begun
from orderglot.dialects.komet.known_members import NEW_ITEM
from orderglot.dialects.komet.media import channel_of, opened, post, read_arguments, yes
from orderglot.dialects.komet.quota import spend
from orderglot.dialects.komet.resources import Which, find, read_which, write_which
from orderglot.dialects.komet.settings import (
    carrier_name,
    location_written,
    packing_of,
    ship_name,
)
from orderglot.dialects.komet.tables import FUTURE_SALES, INVOICE, NAME, ORIGINS, PREBOOK
from orderglot.dialects.komet.values import known, read_day, write_date
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import LONGEST, success
from orderglot.wire.values import write_number
from orderglot.wire.whole_quantities import whole

MOST_PENDING = 100

STOCKS = f"{NAME}.inventoryIds"
"""The extra that says, by the ids of items, from which stock they are to be taken."""


class Item(Struct, frozen=True, kw_only=True):
    """What is to be added to which web order.

    ``price`` is what the client takes it to cost, ``stock`` where it is to be taken from.
    """

    which: Which
    line: Line
    ship_to: str = ""
    price: Decimal | None = None
    stock: str = ""


class Added(Struct, frozen=True):
    """The ids of a web order and of the item that was added to it."""

    order: str
    item: str


def _write_item(ask: Item) -> Request:
    line = ask.line
    members = {
        **write_which(ask.which),
        "productCode": line.sku,
        "inventoryIds": ask.stock or (None if line.sku else line.item_id),
        "inventoryOrigin": FUTURE_SALES if line.type == PREBOOK else 1,
        "price": ask.price,
        "quantity": whole(line),
        "carrierId": line.carrier_id,
        "date": write_date(line.deliver_by),
        "shipToId": ask.ship_to,
        "markCode": line.mark_code,
        "boxTypeCode": line.box,
    }
    return post("web-order-item.add", members)


def _read_item(request: Request, _caller: Caller) -> Item:
    channel_of(request)
    form = read_arguments(request, longest=LONGEST, known=NEW_ITEM)
    which = read_which(form, required=False)
    ask = Item(
        which=which,
        line=_read_line(form),
        ship_to=form.text("shipToId"),
        price=form.amount("price"),
        stock=_read_stock(form) if form.has("productCode") else "",
    )
    form.check()
    return ask


def _read_line(form: Form) -> Line:
    origin = form.choice("inventoryOrigin", ORIGINS)
    return Line(
        sku=_read_product(form),
        type=PREBOOK if origin == str(FUTURE_SALES) else INVOICE,
        quantity=form.whole("quantity", required=True, least=1, most=shapes.MOST_BOXES) or 0,
        carrier_id=form.text("carrierId"),
        deliver_by=form.parsed("date", read_day),
        mark_code=form.text("markCode", longest=shapes.LONGEST_MARK),
        box=form.text("boxTypeCode"),
        unknown=form.unknown(),
    )


def _read_product(form: Form) -> str:
    """Read what is bought: its code, or else the one piece of stock that it is taken from."""
    code, stock = form.text("productCode"), _read_stock(form)
    if not code and not stock:
        form.refuse("inventoryIds", Rule.REQUIRED, "This field is required without productCode.")
    if not code and "," in stock:
        form.refuse("inventoryIds", Rule.RANGE, "Name one here, and add the others one by one.")
    return code or stock


def _read_stock(form: Form) -> str:
    return form.text("inventoryIds", longest=shapes.LONGEST_STOCK)


async def _add(context: Context, ask: Item) -> Added:
    """Add an item to a web order, at the seller's price."""
    seller = await spend(context)
    draft = await _draft(context, ask, seller)
    codes = {ask.line.sku, *(line.sku for line in draft.lines)}
    products = await context.book.products(sorted(codes))
    line = _packed(ask.line, products.get(ask.line.sku))
    number = next_number(draft)
    line = replace(
        line,
        id=_line_id(draft, number),
        item_id=f"{draft.id}{number:03}",
        carrier=carrier_name(seller, line.carrier_id),
        ship_name=ship_name(seller, ask.ship_to),
    )
    try:
        order = add_line(draft, line, products)
    except Invalid as error:
        raise Invalid(*map(_on_wire, error.problems)) from None
    _demand_price(order.lines[-1], ask.price)
    await context.book.change(_taken_from(order, line.id, ask.stock), "item added")
    return Added(native(order, NAME), line.item_id)


def _taken_from(order: Order, line: str, stock: str) -> Order:
    """Keep from which stock an item is to be taken, where that was sent beside its code."""
    if not stock:
        return order
    stocks = {**order.extras.get(STOCKS, {}), line: stock}
    return replace(order, extras={**order.extras, STOCKS: stocks})


async def _draft(context: Context, ask: Item, seller: Seller) -> Order:
    """Give the web order that an item goes into: the one named, one like it, or a new one."""
    which = ask.which
    if which.order:
        return await find(context, which, seller, location_written)
    location = location_written(seller, which.location)
    draft = await begun(context, which.customer, location, seller.currency)
    # Two items at once that are alike go into one web order.
    await context.book.guard(DRAFTS.format(customer=draft.customer.id if draft.customer else 0))
    for pending in await _pending(context, draft):
        if _is_like(pending, ask):
            return pending
    return await context.book.place(draft)


async def _pending(context: Context, like: Order) -> tuple[Order, ...]:
    """Give a customer's pending web orders, the newest first; none that was an order before."""
    where = And(
        (
            Compare("status", Operator.EQ, Status.DRAFT),
            Compare("received", Operator.EQ, None),
            Compare("customer.id", Operator.EQ, like.customer.id if like.customer else None),
            Compare("location", Operator.EQ, like.location or None),
            Compare("test", Operator.EQ, context.book.caller.test),
        )
    )
    newest = (Sort("created", descending=True),)
    page = await context.book.page(Window(where=where, sort=newest, limit=MOST_PENDING))
    return page.orders


def _is_like(pending: Order, ask: Item) -> bool:
    """Tell whether all items of a web order go the way of a new one."""
    return all(
        (line.deliver_by, line.carrier_id, line.mark_code)
        == (ask.line.deliver_by, ask.line.carrier_id, ask.line.mark_code)
        for line in pending.lines
    )


def _packed(line: Line, product: Product | None) -> Line:
    """Put a line into the boxes that its product is sold in, where it is sold in boxes."""
    packing = packing_of(product)
    if line.box not in ("", packing.box):
        reason = f"This product comes in {packing.box or 'pieces'}."
        raise invalid("boxTypeCode", Rule.CHOICE, reason)
    return replace(line, **asdict(packing))


def _line_id(draft: Order, number: int) -> str:
    """Name an item as the vendor does: that of a number in its web order, under no other's name."""
    digest = hashlib.sha256(f"{draft.id}:{draft.created}:{number - 1}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _demand_price(line: Line, price: Decimal | None) -> None:
    if price is not None and price != line.unit_price:
        raise invalid("price", Rule.MISMATCH, f"The price is {known(line.unit_price)}.")


def _on_wire(problem: Problem) -> Problem:
    """Give the problem of a line the name that its field has in the request."""
    names = {"sku": "productCode", "currency": "productCode"}
    return replace(problem, field=names.get(problem.field, problem.field), line=None)


def _write_added(added: Added, request: Request) -> Response:
    return yes(
        "The item was successfully added.",
        status=1,
        webOrderId=write_number(added.order),
        webOrderItemId=write_number(added.item),
    )


def _read_added(response: Response, _ask: Item) -> Added:
    form = opened(response)
    added = Added(form.text("webOrderId", required=True), form.text("webOrderItemId"))
    form.check()
    return added


ADD_ITEM: Operation[Item, Added] = Operation(
    name="web-order-item.add",
    endpoint=Endpoint(
        "POST", ("/api/web-order-item.add", "/api/web.order.item.add"), CREATE, idempotent=True
    ),
    request=RequestFormat(
        _write_item, _read_item, query=shapes.NewItem, body=shapes.media_of(shapes.NewItem)
    ),
    perform=_add,
    response=ResponseFormat(_write_added, _read_added, success(200, shapes.Added)),
)
