"""Erasures: customers who are to be erased, as notes say it: that it was asked for, and how far it has come."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from orderglot.core.acts import Person
from orderglot.core.customer import Customer
from orderglot.core.erasing import Marks
from orderglot.core.errors import NotFound
from orderglot.core.ports import Book, Note, UnitOfWork

ERASING = "erasing"
"""The kind of the notes that say how far the erasing of a customer has come, by the hub's id."""

ASKED = "customer.erasing"
"""What the act is called by which it begins."""

STEPS = ("customers", "orders", "order_events", "answers", "notes", "journal", "compact")
"""What is looked through, in this order; the journal late, for what was asked meanwhile stands there."""


class State(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far it has come: at which of ``STEPS``, ``behind`` which row; what is looked for; how much was erased.

    One that is ``waiting`` was asked for by a ``person``, and nobody has begun it.
    """

    step: int = 0
    behind: tuple[Any, ...] = ()
    marks: Marks = Marks()
    orders: tuple[int, ...] = ()
    erased: dict[str, int] = {}
    of: int = 0
    waiting: bool = False
    person: Person | None = None


class Erasure(Struct, frozen=True, kw_only=True):
    """A customer who is being erased, by the hub's id, and how far that has come."""

    customer: int
    state: State


async def ask(book: Book, customer: Customer, person: Person | None) -> Erasure:
    """Ask that a customer be erased, by whoever runs jobs; gives how far it has come where it was asked before."""

    async def write(unit: UnitOfWork) -> Erasure:
        for there in await erasures_of(unit, customer.id):
            return there
        asked = Erasure(customer=customer.id, state=State(waiting=True, person=person))
        document = msgspec.json.encode(asked.state)
        unit.note(Note(kind=ERASING, name=str(customer.id), document=document))
        if person is not None:
            unit.acted(person, ASKED, f"customer {customer.id}")
        return asked

    return await book.transact(write)


async def erasures_of(book: Book, *customers: int) -> tuple[Erasure, ...]:
    """Give who is being erased in a book: of these customers, of all for none."""
    return tuple(
        Erasure(customer=int(note.name), state=msgspec.json.decode(note.document, type=State))
        for note in await book.notes(ERASING, *map(str, customers))
    )


async def erasure_of(book: Book, customer: int) -> Erasure:
    """Give how far the erasing of a customer has come; raises NotFound where none is under way."""
    for found in await erasures_of(book, customer):
        return found
    raise NotFound(
        f"Customer {customer} is not being erased; the acts named customer.erased say who was."
    )
