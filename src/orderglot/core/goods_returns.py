"""Goods returns: what went out of an order comes back, and what it was worth, and other goods for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec.structs import asdict, replace

from orderglot.core.adding_up import adds_up
from orderglot.core.boxes import counted_as
from orderglot.core.errors import Conflict, Invalid, Problem, Rule, invalid
from orderglot.core.findings import Answer
from orderglot.core.lifecycle import demand
from orderglot.core.line_details import LineDetails
from orderglot.core.line_equations import amount_of, discount_of
from orderglot.core.line_portions import of_line
from orderglot.core.line_quantities import GONE_OUT, RUNNING, returned
from orderglot.core.line_steps import Quantities, amounts_left, detailed
from orderglot.core.order import Discount, Line, Order, Totals
from orderglot.core.portions import FOR_THE_WHOLE, less, portion
from orderglot.core.pricing import price
from orderglot.core.product import Product
from orderglot.core.quantities import Quantity, plain, size
from orderglot.core.resumming import priced_as
from orderglot.core.returns import (
    bought_as,
    came_back,
    left,
    outside,
    with_less,
)
from orderglot.core.second_orders import made_of, shipping_of
from orderglot.core.totals import ZERO
from orderglot.core.values import COME_TO_NOTHING, Kind, Relation, Status

SENT = GONE_OUT | RUNNING | {Status.ON_HOLD}
"""States of an order of which something may be outside."""


def take_goods_back(
    order: Order, wanted: Quantities, others: Iterable[Order], now: datetime
) -> tuple[Order, Order]:
    """Give an order of which so much of some lines came back, and the return that says so.

    Without any it is all that is outside. The return is worth what the goods came to in the order,
    below zero, less what its other returns, which are among the ``others``, said already. Raises
    Invalid with each line of which less is outside, Conflict where none of it can come back.
    """
    demand(order, SENT, "returned")
    if order.kind is not Kind.SALE:
        raise Conflict(f"Of a {order.kind} no goods come back.")
    order = replace(order, lines=detailed(order))
    amounts = amounts_left(order, wanted, tuple(map(_returnable, order.lines)), "to return")
    problems = tuple(_problems(order.lines, amounts))
    if problems:
        raise Invalid(*problems)
    back = made_of(order, Kind.RETURN, Relation.RETURN_OF)
    back = replace(back, received=now, extras=priced_as(order))
    pairs = zip(order.lines, amounts, strict=True)
    lines = tuple(came_back(line, much) for line, much in pairs)
    return with_less(order, lines), _valued(back, order, amounts, _standing(order, others))


def exchange(
    order: Order,
    wanted: Quantities,
    others: Iterable[Order],
    goods: Sequence[Line],
    products: Mapping[str, Product],
    now: datetime,
    currency: str = "",
) -> tuple[Order, Order, Order]:
    """Give an order of which goods came back, their return, and the sale of other goods for them.

    These cost what they cost today, in the order's currency, else the seller's. Raises what
    ``take_goods_back`` does, and Invalid with each of the new lines that cannot be bought.
    """
    if not goods:
        raise invalid("goods", Rule.REQUIRED, "Say what is sent for it.")
    after, back = take_goods_back(order, wanted, others, now)
    sale = made_of(order, Kind.SALE, Relation.EXCHANGE_OF)
    sale = replace(
        sale,
        currency=sale.currency or currency,
        shipping=shipping_of(order),
        received=now,
        lines=tuple(goods),
    )
    return after, back, price(sale, products)


def _returnable(line: Line) -> Quantity:
    """Tell how much of a line is outside and not given back in another way."""
    return min(outside(line), left(line)) if line.quantity > 0 else 0


def _problems(lines: Iterable[Line], amounts: Iterable[Quantity]) -> Iterator[Problem]:
    for line, much in zip(lines, amounts, strict=True):
        if much and line.subscription:
            reason = (
                f"Line {line.number} is seats of a subscription, which others may follow from; "
                "have them returned over the API by which they were bought."
            )
            yield Problem("number", Rule.INELIGIBLE, reason, line.number)


def _standing(order: Order, others: Iterable[Order]) -> tuple[Order, ...]:
    """Give the returns of an order that stand, where they say what all that came back was worth; else none.

    One that somebody has put shipping or a charge on says more than that.
    """
    found = tuple(
        one
        for one in others
        if one.kind is Kind.RETURN
        and one.status not in COME_TO_NOTHING
        and any(
            link.relation is Relation.RETURN_OF for link in one.links if link.order.id == order.id
        )
    )
    lines = [line for one in found for line in one.lines]
    counts = dict[int, Quantity]()
    for line in lines:
        bought = bought_as(order, line)
        counts[id(bought)] = plain(counts.get(id(bought), 0) + size(counted_as(line, bought)))
    agree = all(counts.get(id(line), 0) == returned(line) for line in order.lines)
    valued = all(line.total is not None and line.quantity < 0 for line in lines)
    summed = order.totals.total is None or None not in [one.totals.total for one in found]
    charged = any(getattr(one.totals, name) for one in found for name in FOR_THE_WHOLE)
    return found if agree and valued and summed and not charged else ()


def _valued(
    back: Order, order: Order, amounts: Sequence[Quantity], standing: Sequence[Order]
) -> Order:
    """Give a return with its lines and what they are worth.

    All that came back by now has its portion of the order; what came back before has said its own.
    """
    before = [returned(line) for line in order.lines]
    now = [plain(one + much) for one, much in zip(before, amounts, strict=True)]
    lines = tuple(
        _line(line, had, has, order.currency, standing)
        for line, had, has in zip(order.lines, before, now, strict=True)
        if has != had
    )
    worth = _sums(order, now)
    if standing:
        for one in standing:
            worth = less(worth, _turned(one.totals))
    elif any(before):
        worth = less(worth, _sums(order, before))
    totals = _turned(worth)
    return replace(back, lines=lines, totals=totals, discount=Discount(amount=totals.discount))


def _sums(order: Order, quantities: Sequence[Quantity]) -> Totals:
    """Give what so much of an order comes to; what a voucher took off is a discount of a return."""
    part = portion(order, quantities)
    return replace(part.totals, discount=discount_of(part))


def _turned(totals: Totals) -> Totals:
    return Totals(**{name: None if one is None else -one for name, one in asdict(totals).items()})


def _line(
    line: Line, before: Quantity, now: Quantity, currency: str, standing: Iterable[Order]
) -> Line:
    """Give what came back of a line, as a line below zero; a price that it does not come to is left out."""
    worth = amount_of(of_line(line, now, currency))
    earlier = [one.total or ZERO for one in _alike(line, standing)]
    had = -sum(earlier, ZERO) if earlier else _worth(line, before, currency)
    details = line.details and LineDetails(
        unit_code=line.details.unit_code,
        price_quantity=line.details.price_quantity,
        prices_include_tax=line.details.prices_include_tax,
        item_numbers=line.details.item_numbers,
    )
    back = replace(
        line,
        id="",
        quantity=plain(before - now),
        total=None if worth is None else had - worth,
        weight=None,
        status=Status.RECEIVED,
        created=None,
        deliver_by=None,
        remaining=None,
        pricing=None,
        promotions=(),
        details=None if details == LineDetails() else details,
        unknown=(),
    )
    alone = Order(currency=currency, lines=(back,), totals=Totals(total=back.total))
    return back if adds_up(alone).answer is not Answer.NO else replace(back, unit_price=None)


def _alike(line: Line, standing: Iterable[Order]) -> Iterator[Line]:
    for one in standing:
        yield from (back for back in one.lines if back.number == line.number)


def _worth(line: Line, quantity: Quantity, currency: str) -> Decimal:
    return (amount_of(of_line(line, quantity, currency)) or ZERO) if quantity else ZERO
