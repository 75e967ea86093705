"""Order rules: what a new order of each type comes to, by the trade's rules and the book's facts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.boxes import packed, with_unpacked
from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, Overtaken, Rule
from orderglot.core.lifecycle import receive
from orderglot.core.linking import link_to
from orderglot.core.new_orders import as_sold, previewed
from orderglot.core.order import Line, Link, Order, by_hub_id
from orderglot.core.pricing import line_pricing, price
from orderglot.core.product import Product
from orderglot.core.renewals import renewal, to_renew
from orderglot.core.returns import bought_as, counted, counted_by, take_back
from orderglot.core.seats import Share, counted_down, keeping, returned, shares, taken
from orderglot.core.subscriptions import demand_seats
from orderglot.core.switches import demand_goods, switch, takes_from, undo
from orderglot.core.values import Kind, Relation
from orderglot.dialects.adobe.codes import RETURNS, SALES, SWITCHING
from orderglot.dialects.adobe.drafts import Draft
from orderglot.dialects.adobe.eligibility import (
    demand_commitment,
    demand_held,
    demand_known,
    demand_minimum,
    demand_sellable,
    demand_settled,
    skus,
)
from orderglot.dialects.adobe.resources import customer_of, find_order, following, order_of
from orderglot.dialects.adobe.settings import completes_at, paths_of
from orderglot.dialects.adobe.subscriptions import (
    Holding,
    complete,
    holding_of,
    is_unfinished,
    waiting,
)
from orderglot.dialects.adobe.tables import PATHS, PREVIEWS
from orderglot.dialects.adobe.wire import paired
from orderglot.wire.operation import Context

Codes = Mapping[tuple[str, Rule], str]

MEMBERS = {
    "number": "extLineItemNumber",
    "sku": "offerId",
    "quantity": "quantity",
    "currency": "currencyCode",
    "status": "status",
    "kind": "orderType",
}
"""What the trade's rules call a field of a line, and what Adobe calls it."""


class Composed(Struct, frozen=True):
    """A new order that may be kept, what it makes of older orders, and how that is called."""

    order: Order
    left: tuple[Order, ...] = ()
    what: str = ""


async def create(context: Context, draft: Draft) -> Order:
    """Keep a new order, or give what it would be like where that was all that was asked.

    Raises NotFound or Invalid where it cannot be.
    """
    customer = await customer_of(context, draft.customer, "1116")
    if draft.problems:
        raise Invalid(*draft.problems)
    kind = PREVIEWS.get(draft.type, draft.type)
    composed = await COMPOSING[kind](context, draft, customer)
    order = receive(composed.order, customer, context.now)
    if draft.type in PREVIEWS:
        return previewed(order, context.now)
    due = completes_at(await context.book.seller(), context.now)
    placed = await context.book.place(waiting(order, due) if due != context.now else order)
    for left in composed.left:
        await context.book.change(left, composed.what)
    if due == context.now:
        await complete(context, placed)
    return placed


async def _sale(context: Context, draft: Draft, _customer: Customer) -> Composed:
    order = draft.order
    await demand_sellable(context, order.currency, order.lines)
    return Composed(_priced(order, await context.book.products(skus(order.lines))))


async def _renewal(context: Context, draft: Draft, customer: Customer) -> Composed:
    """Renew the subscriptions that are named; a preview that names none is of all of them."""
    holding = (await holding_of(context, customer)).held
    demand_held(holding, (line.subscription for line in draft.order.lines))
    lines = to_renew(draft.order.lines, holding)
    products = await context.book.products(skus(lines))
    gone = tuple(line for line in lines if line.sku not in products and not draft.order.lines)
    order = _priced(
        replace(draft.order, lines=tuple(line for line in lines if line not in gone)), products
    )
    return Composed(renewal(order, gone, holding, preview=draft.type in PREVIEWS))


async def _return(context: Context, draft: Draft, customer: Customer) -> Composed:
    holding = await holding_of(context, customer)
    original = await _original(context, draft, customer, holding)
    try:
        demand_goods(original)
    except Invalid as error:
        raise _coded(error, RETURNS) from None
    if any(line.remaining is None for line in original.lines):
        original = counted(original, await following(context, original))
    gone = {at for at, seats in holding.switched.items() if seats > 0}
    switched = [line for order, line in gone if order == original.id]
    try:
        wanted = _wanted(original, draft.order.lines, context.now)
        left = take_back(original, wanted, context.now, switched)
        demand_seats(holding.orders, holding.switched, left)
    except Invalid as error:
        raise _coded(error, RETURNS) from None
    await demand_minimum(context, with_unpacked(original), with_unpacked(left))
    await demand_commitment(context, customer, holding, original, left)
    lines = tuple(_taken(line, bought_as(original, line) or line) for line in wanted)
    order = replace(
        draft.order,
        currency=draft.order.currency or original.currency,
        lines=lines,
        links=(link_to(original, Relation.RETURN_OF),),
        extras={**draft.order.extras, **counted_by(original, wanted)},
    )
    return Composed(order, (left,), "returned")


async def _original(context: Context, draft: Draft, customer: Customer, holding: Holding) -> Order:
    """Give the order that a return or reversal is of, completed if it was set to be.

    Raises Overtaken where somebody set it to be after what is held was read.
    """
    original = await order_of(context, customer, draft.target)
    if is_unfinished(original) and original.id not in {one.id for one in holding.orders}:
        raise Overtaken(f"Order {original.id} was completed at this moment; ask for it again.")
    return original


async def _switch(context: Context, draft: Draft, customer: Customer) -> Composed:
    all_orders = await holding_of(context, customer)
    holding = all_orders.held
    demand_held(holding, (line.subscription for line in draft.cancelling))
    named = {*skus(draft.order.lines), *(one.sku for one in holding.values())}
    products = await context.book.products(sorted(named))
    paths = {sku: paths_of(product) for sku, product in products.items() if PATHS in product.extras}
    demand_known(draft.order.lines, products)
    try:
        lines = switch(draft.order.lines, draft.cancelling, holding, paths)
    except Invalid as error:
        raise _coded(error, SWITCHING) from None
    old = holding[lines[0].replaces]
    demand_settled(one for one in all_orders.pending if takes_from(one, (old.id,)))
    seats = taken(all_orders.orders, old.id, lines[0].quantity)
    new = replace(lines[0], currency=lines[0].currency or old.currency)
    order = _priced(replace(draft.order, lines=(new,)), products)
    order = replace(
        order,
        currency=order.currency or old.currency,
        lines=(*order.lines, replace(lines[1], currency=lines[1].currency or old.currency)),
        links=(Link(Relation.SWITCH_OF, old.order),),
    )
    left = counted_down(all_orders.orders, seats)
    return Composed(keeping(order, seats), tuple(left), "switched")


async def _reversal(context: Context, draft: Draft, customer: Customer) -> Composed:
    holding = await holding_of(context, customer)
    original = await _original(context, draft, customer, holding)
    reversals = await following(context, original)
    demand_settled(_under_way(holding, original, reversals))
    try:
        turned = undo(original, reversals, holding.held, context.now)
    except Invalid as error:
        raise _coded(error, SWITCHING) from None
    back = tuple(line for line in turned if line.quantity >= 0)
    away = tuple(line for line in turned if line.quantity < 0)
    known = (*holding.orders, *holding.pending)
    took = shares(next((one for one in known if one.id == original.id), original))
    seats = (*_taken_back(holding, original, away), *returned(took))
    order = replace(
        draft.order,
        currency=draft.order.currency or original.currency,
        lines=paired(Kind.SWITCH_REVERSAL, back, away),
        links=(link_to(original, Relation.SWITCH_OF),),
    )
    left = counted_down((*holding.orders, *await _further(context, holding, seats)), seats)
    return Composed(keeping(order, seats), tuple(left), "switched back")


async def _further(
    context: Context, holding: Holding, seats: tuple[Share, ...]
) -> tuple[Order, ...]:
    """Give the orders that seats come back to though nothing is held of them any more."""
    ids = sorted({one.order for one in seats} - {one.id for one in holding.orders})
    found = [await find_order(context, by_hub_id(id), omitted=True) for id in ids]
    return tuple(one for one in found if one is not None)


def _under_way(holding: Holding, switch: Order, reversals: tuple[Order, ...]) -> Iterator[Order]:
    """Give a switch, and others of what it switched to, as far as they are not complete."""
    undone = {one.id for one in reversals if one.kind is Kind.SWITCH_REVERSAL}
    there = [line.subscription for line in switch.lines if line.quantity > 0]
    for one in holding.pending:
        if one.id == switch.id or (one.id not in undone and takes_from(one, there)):
            yield one


def _taken_back(holding: Holding, switch: Order, away: tuple[Line, ...]) -> Iterator[Share]:
    """Take the seats that a switch gave away again: its own as far as they are there."""
    for line in away:
        yield from taken(holding.orders, line.subscription, -line.quantity, first=switch.id)


COMPOSING: Mapping[str, Callable[[Context, Draft, Customer], Awaitable[Composed]]] = {
    "NEW": _sale,
    "RENEWAL": _renewal,
    "RETURN": _return,
    "SWITCH": _switch,
    "REVERT_SWITCH": _reversal,
}


def _wanted(original: Order, lines: tuple[Line, ...], now: datetime) -> tuple[Line, ...]:
    """Give what is to be returned in boxes where it came in them: pieces are shown, and asked for.

    Raises Invalid, in pieces, where there are not so many, or where they fill no whole boxes.
    """
    shown = with_unpacked(original)
    if shown is original:
        return lines
    take_back(shown, lines, now)
    bought = ((line, bought_as(original, line)) for line in lines)
    return tuple(packed(line, own) if own else line for line, own in bought)


def _taken(line: Line, bought: Line) -> Line:
    return replace(
        line,
        currency=line.currency or bought.currency,
        deployment=line.deployment or bought.deployment,
        subscription=bought.subscription,
    )


def _priced(order: Order, products: Mapping[str, Product]) -> Order:
    """Price the lines of an order, each of them still whole."""
    try:
        priced = price(order, products, lines_rounded=True)
    except Invalid as error:
        numbered = (
            replace(problem, line=order.lines[problem.line - 1].number) if problem.line else problem
            for problem in error.problems
        )
        raise _coded(Invalid(*numbered), SALES) from None
    lines = (
        as_sold(line, own.number, line_pricing(line))
        for line, own in zip(priced.lines, order.lines, strict=True)
    )
    return replace(priced, lines=tuple(lines))


def _coded(error: Invalid, codes: Codes) -> Invalid:
    """Give the breaches of a rule of the trade Adobe's names and codes."""
    return Invalid(
        *(
            replace(
                problem,
                field=MEMBERS.get(problem.field, problem.field),
                code=codes.get((problem.field, problem.rule), ""),
            )
            for problem in error.problems
        )
    )
