"""Item numbers: what each customer calls the seller's items, and orders brought to the seller's SKUs.

A customer's table is a note for each of their numbers, of a kind that is that customer's alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from orderglot.core.customer import Customer
from orderglot.core.order import Order
from orderglot.core.ports import Book
from orderglot.core.product import Product
from orderglot.core.renumbering import in_skus, skus_in


class Coming(NamedTuple):
    """An order that comes in, whose it is as far as is known, and the one that it comes for again."""

    order: Order
    customer: Customer | None
    before: Order | None


async def with_skus(book: Book, coming: Sequence[Coming]) -> tuple[Order, ...]:
    """Bring orders to the seller's SKUs, each by the table of its own customer.

    A number that is one of the seller's SKUs is meant as that. What an order has been taken for
    before it goes on to be, whatever the table says by now.
    """
    asked = {n: skus for n, one in enumerate(coming) if (skus := _asked(one))}
    if not asked:
        return tuple(one.order for one in coming)
    products = await book.products(sorted(set().union(*asked.values())))
    tables = await _tables(book, coming, asked, products)
    return tuple(
        _with_skus(one, asked[n] - products.keys(), tables) if n in asked else one.order
        for n, one in enumerate(coming)
    )


def _asked(one: Coming) -> set[str]:
    """Give the numbers of an order that may be the customer's own, none where there are no such."""
    has_table = one.customer is not None and one.customer.own_item_numbers
    if not has_table and one.before is None:
        return set()
    skus = {line.sku for line in one.order.lines} - {""}
    return skus if has_table or (one.before and skus_in(one.before, skus)) else set()


async def _tables(
    book: Book,
    coming: Sequence[Coming],
    asked: Mapping[int, set[str]],
    products: Mapping[str, Product],
) -> dict[int, dict[str, str]]:
    """Read what the customers' tables say of these numbers, by the customers' ids."""
    by_customer = defaultdict[int, set[str]](set)
    for n, skus in asked.items():
        customer = coming[n].customer
        if customer is not None and customer.own_item_numbers:
            by_customer[customer.id] |= skus - products.keys()
    return {
        customer: await book.item_numbers(customer, *sorted(numbers))
        for customer, numbers in by_customer.items()
        if numbers
    }


def _with_skus(one: Coming, numbers: set[str], tables: Mapping[int, Mapping[str, str]]) -> Order:
    table = tables.get(one.customer.id, {}) if one.customer else {}
    skus = {number: table[number] for number in numbers & table.keys()}
    return in_skus(one.order, {**skus, **(skus_in(one.before, numbers) if one.before else {})})
