"""Goods steps: an order is split, returned or exchanged, and the order that it makes is placed with it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from orderglot.core.goods_returns import exchange, take_goods_back
from orderglot.core.line_steps import Quantities
from orderglot.core.order import Line, Order, by_hub_id
from orderglot.core.ports import UnitOfWork
from orderglot.core.splitting import split
from orderglot.core.subscriptions import FAMILY


class Made(Struct, frozen=True):
    """An order after a step, and what was made of it, each as it stands in the book."""

    order: Order
    made: tuple[Order, ...]


async def split_order(unit: UnitOfWork, order: Order, wanted: Quantities, why: str = "") -> Made:
    """Put so much of an order's lines into a new order; raises what ``split`` does."""
    first, second = split(order, wanted)
    placed = await unit.place(second, why=why)
    return Made(await unit.change(first, "split", why=why, other=placed.id), (placed,))


async def return_goods(unit: UnitOfWork, order: Order, wanted: Quantities, why: str = "") -> Made:
    """Take back what went out of an order, and say so in a return of it.

    Raises what ``take_goods_back`` does.
    """
    after, back = take_goods_back(order, wanted, await _others(unit, order), unit.now())
    placed = await unit.place(back, why=why)
    return Made(await unit.change(after, "returned", why=why, other=placed.id), (placed,))


async def exchange_goods(
    unit: UnitOfWork, order: Order, wanted: Quantities, goods: Sequence[Line], why: str = ""
) -> Made:
    """Take back what went out of an order, and sell other goods at their prices of today instead.

    Raises what ``exchange`` does.
    """
    others = await _others(unit, order)
    products = await unit.products([line.sku for line in goods])
    currency = (await unit.seller()).currency
    after, back, sale = exchange(order, wanted, others, goods, products, unit.now(), currency)
    made = (await unit.place(back, why=why), await unit.place(sale, why=why))
    return Made(await unit.change(after, "exchanged", why=why, other=made[1].id), made)


async def _others(unit: UnitOfWork, order: Order) -> tuple[Order, ...]:
    """Give the orders linked to one, none of which changes what its customer has until the commit."""
    if order.customer is not None:
        await unit.guard(FAMILY.format(customer=order.customer.id))
    return await unit.linked(by_hub_id(order.id))
