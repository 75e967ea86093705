"""Pending writes: what a unit of work will write, in the order in which it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from orderglot.core.customer import identity
from orderglot.core.event_types import STATUS
from orderglot.core.order import Order
from orderglot.core.ports import NO_ORDER, Answered, Event, Note
from orderglot.core.product import Product
from orderglot.core.reasons import new_reason
from orderglot.core.unknown_members import newly_sent
from orderglot.stores import document, writes
from orderglot.stores.merging import demand_version
from orderglot.stores.resolution import Resolution


class Pending:
    """Events, products, answers and notes that wait for the commit, beside orders and customers."""

    def __init__(self, who: str, exchange: str) -> None:
        self._who = who
        self._exchange = exchange
        self._events: list[Event] = []
        self._products: dict[str, writes.PutProduct] = {}
        self._answers: list[writes.PutAnswer] = []
        self._notes: list[writes.PutNote | writes.DropNote] = []
        self._absent: list[writes.ExpectNoNote] = []
        self._dropped: list[writes.DropCustomer | writes.DropProduct] = []

    def __bool__(self) -> bool:
        several = (self._events, self._products, self._answers, self._notes, self._dropped)
        return any(several)

    def touched(self) -> tuple[int, ...]:
        """Give the ids of the orders that something has happened to."""
        return tuple(event.order for event in self._events if event.order != NO_ORDER)

    def add_event(
        self,
        order: Order,
        what: str,
        at: datetime,
        other: int | None = None,
        details: dict[str, Any] | None = None,
        why: str = "",
    ) -> None:
        """Record an event of an order in its present version."""
        self._events.append(
            Event(
                order=order.id,
                version=order.version,
                what=what,
                at=at,
                who=self._who,
                other=other,
                details=details or {},
                why=why,
                exchange=self._exchange,
            )
        )

    def add_happening(self, what: str, at: datetime, details: Mapping[str, Any]) -> None:
        """Record an event of no order."""
        exchange = self._exchange
        new = Event(what=what, at=at, who=self._who, details=dict(details), exchange=exchange)
        self._events.append(new)

    def add_change(
        self,
        order: Order,
        kept: Order | None,
        what: str,
        at: datetime,
        why: str,
        other: int | None = None,
    ) -> None:
        """Record the event of a new version, with what it brings; ``why`` goes before its reason."""
        details: dict[str, Any] = {}
        if sent := newly_sent(order, kept):
            details["unknown"] = sent
        if kept is not None and kept.status is not order.status:
            details[STATUS] = str(order.status)
        why = why or new_reason(order, kept)
        self.add_event(order, what, at, other, details, why)

    def product(self, sku: str) -> Product | None:
        """Give the product that waits under a SKU."""
        found = self._products.get(sku)
        return None if found is None else found.product

    def put_product(self, product: Product, kept: Product | None, behind: int = 0) -> Product:
        """Write a product in its next version in the place of ``kept``, the one in the book.

        A new one gets the version after ``behind``. Raises Conflict where it was not made from the version
        that is there.
        """
        before = self._products.get(product.sku)
        there = before.product if before else kept
        if there is not None:
            demand_version(product, there)
        new = replace(product, version=(there.version if there else behind) + 1)
        kept = before.kept if before else kept
        self._products[new.sku] = writes.PutProduct(new, document.write(new), kept)
        return new

    def put_answer(self, customer: int, answered: Answered, now: datetime) -> None:
        """Keep an answer for a customer, 0 for none."""
        self._answers.append(writes.PutAnswer(customer, answered, now))

    def put_note(self, note: Note) -> None:
        """Write a note in its next version."""
        self._notes.append(writes.PutNote(replace(note, version=note.version + 1)))

    def drop_note(self, note: Note) -> None:
        """Take out a note."""
        self._notes.append(writes.DropNote(note))

    def expect_no_note(self, kind: str, name: str) -> None:
        """Write only if there is no note of a kind and name."""
        self._absent.append(writes.ExpectNoNote(kind, name))

    def drop(self, write: writes.DropCustomer | writes.DropProduct) -> None:
        """Take out a customer or product."""
        self._dropped.append(write)

    def all(
        self,
        resolution: Resolution,
        expected: list[writes.Expect],
        conditions: Iterable[writes.Write],
    ) -> list[writes.Write]:
        """Give all that a unit writes, in the order in which a backend has to write it.

        The conditions come first, where there is anything to be written.
        """
        batch = list(self._writes(resolution, expected))
        return [*conditions, *batch] if batch else []

    def _writes(
        self, resolution: Resolution, expected: list[writes.Expect]
    ) -> Iterator[writes.Write]:
        orders, customers = resolution.orders, resolution.customers
        for customer in customers.written():
            kept = customers.kept[customer.id]
            yield writes.PutCustomer(customer, document.write(customer), kept)
        yield from expected
        for order in orders.written():
            yield writes.PutOrder(order, document.write(order), orders.kept[order.id])
        yield from self._events
        for id in sorted(resolution.renamed):
            if (renamed := customers.with_id(id)) is not None:
                yield writes.Rename(identity(renamed))
        yield from self._products.values()
        yield from self._absent
        yield from self._answers
        yield from self._notes
        yield from self._dropped
