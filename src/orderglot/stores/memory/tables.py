"""The memory tables: what is kept of one seller, and what a write does to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Generic

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.order import Order, Reference, is_channel
from orderglot.core.ports import Answered, Event, Note
from orderglot.core.product import Product
from orderglot.stores import document, writes
from orderglot.stores.backend import FIRST, Raced, Scope
from orderglot.stores.identities import N, goes_by, stands_for, visible


class Table(Generic[N]):
    """Orders or customers by their ids and references."""

    def __init__(self) -> None:
        self._things: dict[int, N] = {}
        self._ids: dict[Reference, int] = {}
        self._named: dict[str, set[int]] = {}

    def after(self, id: int) -> list[N]:
        """Give all behind an id, by rising id."""
        return [self._things[one] for one in sorted(self._things) if one > id]

    def with_ids(self, ids: Iterable[int]) -> list[N]:
        """Give those of these ids, by rising id."""
        return [self._things[id] for id in sorted(set(ids)) if id in self._things]

    def known(self, references: Iterable[Reference]) -> list[N]:
        """Give those of these references, by rising id."""
        return self.with_ids(self._ids[ref] for ref in references if ref in self._ids)

    def claimed(self, name: str, *, but: int = 0) -> bool:
        """Tell whether any dialect knows something, but for one thing, by a name."""
        return bool(self._named.get(name, set()) - {but})

    def put(self, thing: N) -> None:
        """Put a thing in the place of the one with its id."""
        self.drop(thing.id)
        self._things[thing.id] = thing
        for ref in thing.references:
            self._ids[ref] = thing.id
            if not is_channel(ref.dialect):
                self._named.setdefault(ref.id, set()).add(thing.id)

    def drop(self, id: int) -> None:
        """Take out the thing with an id, if there is one."""
        before = self._things.pop(id, None)
        for ref in dict.fromkeys(before.references) if before else ():
            del self._ids[ref]
            self._named.get(ref.id, set()).discard(id)

    def check(self, new: N, kept: N | None) -> None:
        """Raise Raced where the version has moved or a name of the new one is another's."""
        check_version(self._things.get(new.id), kept)
        if kept is None and self.claimed(str(new.id), but=new.id):
            raise Raced(new.id)
        for ref in new.references:
            other = self._things.get(stands_for(ref) or new.id, new)
            hides = other.id != new.id and goes_by(other, ref)
            if hides or self._ids.get(ref, new.id) != new.id:
                raise Raced(ref)

    def check_unchanged(self, id: int, version: int) -> None:
        """Raise Raced where a thing is not of that version any more."""
        if [version] != [one.version for one in self.with_ids((id,))]:
            raise Raced(id)

    def check_number(self, new: N) -> None:
        """Raise Raced where another has the new one's number."""
        alike = (one.id for one in self._things.values() if one.number == new.number)
        if new.number and any(id != new.id for id in alike):
            raise Raced(new.number)


class SellerTables:
    """Everything that is kept of one seller."""

    def __init__(self) -> None:
        self.orders: Table[Order] = Table()
        self.customers: Table[Customer] = Table()
        self.events: list[Event] = []
        self.thinned = 0
        self.products: dict[str, Product] = {}
        self.answers: dict[tuple[int, str, str], Answered] = {}
        self.notes: dict[tuple[str, str], Note] = {}
        self.next = dict(FIRST)
        self.tallies: dict[tuple[str, datetime], int] = {}

    @property
    def is_empty(self) -> bool:
        """Whether there are no orders, customers or products."""
        return not (self.orders.after(0) or self.customers.after(0) or self.products)

    def purge(self, now: datetime) -> int:
        """Let go of the answers and counts that were over by then, and give how many."""
        before = len(self.answers) + len(self.tallies)
        self.answers = {key: one for key, one in self.answers.items() if one.expires > now}
        self.tallies = {tally: count for tally, count in self.tallies.items() if tally[1] > now}
        return before - len(self.answers) - len(self.tallies)

    def has_notes(self, kind: str) -> bool:
        """Tell whether there are notes of a kind."""
        return any(one == kind for one, _ in self.notes)

    def tally(self, what: str, until: datetime, now: datetime) -> int:
        """Count one more until then and give how many there were; what is over goes."""
        self.tallies = {tally: count for tally, count in self.tallies.items() if tally[1] > now}
        self.tallies[what, until] = self.tallies.get((what, until), 0) + 1
        return self.tallies[what, until]

    def check(self, write: writes.Write) -> None:
        """Raise Raced where a write cannot be done any more."""
        match write:
            case writes.PutOrder(order, _, kept):
                self.orders.check(order, kept)
            case writes.PutCustomer(customer, _, kept):
                self.customers.check(customer, kept)
                self.customers.check_number(customer)
            case writes.PutProduct(product, _, kept):
                check_version(self.products.get(product.sku), kept)
            case writes.DropCustomer(customer, numbers):
                self.customers.check_unchanged(customer.id, customer.version)
                if in_sight(self.orders.after(0), Scope(0, customer.id)) or self.has_notes(numbers):
                    raise Raced(customer.id)
            case writes.DropProduct(product):
                check_version(self.products.get(product.sku), product)
                lines = (line for order in self.orders.after(0) for line in order.lines)
                if any(line.sku == product.sku for line in lines):
                    raise Raced(product.sku)
            case _:
                self._check_expected(write)

    def _check_expected(self, write: writes.Write) -> None:
        match write:
            case writes.Expect(id, version):
                self.customers.check_unchanged(id, version)
            case writes.ExpectOrder(id, version):
                self.orders.check_unchanged(id, version)
            case writes.ExpectProduct(sku):
                if sku not in self.products:
                    raise Raced(sku)
            case writes.ExpectNoNote(kind, name):
                if (kind, name) in self.notes:
                    raise Raced(name)
            case _:
                self._check_beside(write)

    def _check_beside(self, write: writes.Write) -> None:
        match write:
            case writes.PutAnswer(caller, answered, now):
                there = self.answers.get((caller, answered.dialect, answered.key))
                if there is not None and there.expires > now:
                    raise Raced(answered.key)
            case writes.PutNote() | writes.DropNote() | writes.ExpectNote():
                self._check_note(write)
            case _:
                pass

    def apply(self, write: writes.Write) -> None:
        """Do a write that was checked."""
        match write:
            case writes.PutOrder(_, text):
                self.orders.put(document.read_order(text))
            case writes.PutCustomer(_, text):
                self.customers.put(document.read_customer(text))
            case writes.Rename(named):
                for order in in_sight(self.orders.after(0), Scope(0, named.id)):
                    self.orders.put(replace(order, customer=named))
            case writes.PutProduct(product, text):
                self.products[product.sku] = document.read_product(text)
            case writes.DropCustomer(customer):
                self.customers.drop(customer.id)
            case writes.DropProduct(product):
                del self.products[product.sku]
            case _:
                self._apply_beside(write)

    def _apply_beside(self, write: writes.Write) -> None:
        match write:
            case writes.PutAnswer(caller, answered, now):
                self._remember(caller, answered, now)
            case Event():
                self.events.append(replace(write, sequence=len(self.events) + 1))
            case writes.PutNote(note):
                self.notes[note.kind, note.name] = note
            case writes.DropNote(note):
                del self.notes[note.kind, note.name]
            case _:
                pass

    def _check_note(self, write: writes.PutNote | writes.DropNote | writes.ExpectNote) -> None:
        note = write.note
        there = self.notes.get((note.kind, note.name))
        expected = note.version - 1 if isinstance(write, writes.PutNote) else note.version
        if (there.version if there else 0) != expected:
            raise Raced(note.name)

    def _remember(self, customer: int, answered: Answered, now: datetime) -> None:
        self.answers = {key: one for key, one in self.answers.items() if one.expires > now}
        self.answers[customer, answered.dialect, answered.key] = answered


def check_version(there: Any, kept: Any) -> None:
    """Raise Raced where what is there is not what was kept when the write was made."""
    if (there and there.version) != (kept and kept.version):
        raise Raced(kept)


def in_sight(orders: Iterable[Order], scope: Scope) -> list[Order]:
    """Give those of the orders that are in a scope."""
    return [order for order in orders if visible(order, scope)]
