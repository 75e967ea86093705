"""A customer's own item numbers, as the seller says them: which SKU each of them stands for.

A customer's table is a note for each of their numbers, of a kind that is that customer's alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, NotFound, Problem, Rule
from orderglot.core.keepable import keepable
from orderglot.core.ports import Note, UnitOfWork
from orderglot.core.product import Product

LONGEST = 250
"""So many characters may a customer's number have."""


def kind_of(customer: int) -> str:
    """Name the kind of notes that a customer's table is made of."""
    return f"item number/{customer}"


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
