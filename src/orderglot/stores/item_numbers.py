"""Item numbers: what each customer calls the seller's items, and orders brought to the seller's SKUs.

A customer's table is a note for each of their numbers, of a kind that is that customer's alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, NotFound, Problem, Rule
from orderglot.core.order import Order
from orderglot.core.ports import Book, Note, UnitOfWork
from orderglot.core.product import Product
from orderglot.core.renumbering import in_skus, skus_in
from orderglot.stores.document import keepable

LONGEST = 250
"""So many characters may a customer's number have."""


def kind_of(customer: int) -> str:
    """Name the kind of notes that a customer's table is made of."""
    return f"item number/{customer}"


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


async def set_item_numbers(unit: UnitOfWork, customer: Customer, numbers: Mapping[str, str]) -> int:
    """Put the SKUs that a customer's numbers stand for into their table; gives how many it changes.

    Raises Invalid with each number that makes no sense: one that is too long or no text, that is
    an SKU of the seller's itself, or that stands for what is no product.
    """
    products = await unit.products([*numbers, *numbers.values()])
    if problems := tuple(_problems(numbers, products)):
        raise Invalid(*problems)
    kind = kind_of(customer.id)
    there = {note.name: note for note in await unit.notes(kind, *numbers)} if numbers else {}
    changed = 0
    for number, sku in numbers.items():
        note = there.get(number, Note(kind=kind, name=number))
        if note.document != sku.encode():
            unit.note(replace(note, document=sku.encode()))
            changed += 1
    unit.rely_on(customer)
    if numbers and not customer.own_item_numbers:
        await unit.keep_customer(replace(customer, own_item_numbers=True))
    return changed


def _problems(numbers: Mapping[str, str], products: Mapping[str, Product]) -> Iterator[Problem]:
    for number, sku in numbers.items():
        if not number.strip() or len(number) > LONGEST or not keepable(number):
            reason = f"{number[:40]!r} is not a number of 1 to {LONGEST} characters."
            yield Problem("theirs", Rule.MALFORMED, reason)
        elif number in products:
            reason = f"{number!r} is an SKU of the seller's own, and is always meant as that."
            yield Problem("theirs", Rule.DUPLICATE, reason)
        elif sku not in products:
            reason = f"There is no product with the SKU {sku[:40]!r}; add it first."
            yield Problem("ours", Rule.UNKNOWN, reason)


async def remove_item_number(unit: UnitOfWork, customer: Customer, number: str) -> None:
    """Take a number out of a customer's table; raises NotFound where it is not in it."""
    table = {note.name: note for note in await unit.notes(kind_of(customer.id))}
    if number not in table:
        name = customer.number or customer.id
        raise NotFound(f"Customer {name} has no item number {number[:40]!r}.")
    unit.strike(table[number])
    if len(table) == 1:
        await unit.keep_customer(replace(customer, own_item_numbers=False))
