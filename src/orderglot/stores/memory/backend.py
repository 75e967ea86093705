"""The memory backend: rows as values in dicts, read in the plainest way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from orderglot.core.adding_up import answer
from orderglot.core.customer import Customer
from orderglot.core.errors import NotFound
from orderglot.core.keyring import Credential
from orderglot.core.order import Identity, Order, Reference
from orderglot.core.ports import NO_ORDER, Answered, Event, Feed, Note
from orderglot.core.product import Product
from orderglot.core.query import Query, Sort, matches, rank, sort_value, sorted_orders
from orderglot.core.seller import Seller
from orderglot.core.tokens import Token
from orderglot.core.turnover import is_turnover, turnover
from orderglot.stores import document, writes
from orderglot.stores.backend import (
    HUB_ITSELF,
    LOOKED,
    Counts,
    Entity,
    Position,
    Raced,
    Scope,
    Selected,
    Selection,
    Thinned,
)
from orderglot.stores.identities import goes_by, stands_for
from orderglot.stores.memory.erasing import rewrite, sweep
from orderglot.stores.memory.keys import Keys
from orderglot.stores.memory.tables import SellerTables, Table, check_version, in_sight
from orderglot.stores.sweeping import Rewritten, Row, Swept


class MemoryBackend:
    """Rows as values in dicts; every commit is checked whole before any of it is written."""

    made = True

    def __init__(self) -> None:
        self._sellers: dict[int, Seller] = {}
        self._rooms: dict[int, SellerTables] = {}
        self.keys = Keys()

    def _room(self, seller: int) -> SellerTables:
        return self._rooms.setdefault(seller, SellerTables())

    def _sighted(self, scope: Scope) -> list[Order]:
        return in_sight(self._room(scope.seller).orders.after(0), scope)

    async def order_known(self, scope: Scope, ref: Reference) -> Order | None:
        """Give the order that has the reference, else the one with that hub id and no such one."""
        orders = self._room(scope.seller).orders
        found = orders.known((ref,)) or orders.with_ids((stands_for(ref) or 0,))
        seen = in_sight(found, scope)
        return seen[0] if seen and goes_by(seen[0], ref) else None

    async def orders_known(
        self, scope: Scope, references: Collection[Reference]
    ) -> tuple[Order, ...]:
        """Give the orders that have any of the references."""
        return tuple(in_sight(self._room(scope.seller).orders.known(references), scope))

    async def orders_numbered(self, scope: Scope, numbers: Collection[str]) -> tuple[Order, ...]:
        """Give the orders that have any of the seller's own numbers."""
        return tuple(order for order in self._sighted(scope) if order.number in numbers)

    async def orders_with_po_number(
        self, scope: Scope, po_number: str, most: int
    ) -> tuple[Order, ...]:
        """Give the orders among the ``most`` of the seller's with the greatest ids that have it."""
        every = self._room(scope.seller).orders.after(0)
        return tuple(in_sight([one for one in every if one.po_number == po_number][-most:], scope))

    async def orders_with(self, scope: Scope, ids: Collection[int]) -> tuple[Order, ...]:
        """Give the orders that have any of the hub ids."""
        return tuple(in_sight(self._room(scope.seller).orders.with_ids(ids), scope))

    async def orders_pointing(self, scope: Scope, orders: Collection[Order]) -> tuple[Order, ...]:
        """Give the orders with a link to any of the orders."""
        return tuple(
            order
            for order in self._sighted(scope)
            if any(_points(link.order, target) for link in order.links for target in orders)
        )

    async def select(self, scope: Scope, selection: Selection) -> Selected:
        """Give the orders of a selection in its order, and their exact number where it is asked."""
        found = self._matching(scope, selection.where)
        total = len(found) if selection.total else None
        found = sorted_orders(found, selection.sort)
        if selection.behind is not None:
            behind = selection.behind
            found = [order for order in found if _is_behind(order, selection.sort, behind)]
        end = selection.offset + selection.limit
        return Selected(tuple(found[selection.offset : end]), len(found) > end, total)

    def _matching(self, scope: Scope, where: Query) -> list[Order]:
        customers = self._room(scope.seller).customers
        return [
            order
            for order in self._sighted(scope)
            if matches(order, where, _customer_of(order, customers))
        ]

    async def ids_at(self, scope: Scope, channel: str, where: Query) -> tuple[str, ...]:
        """Give the ids that the orders for which a checked tree holds have at a channel."""
        references = (ref for one in self._matching(scope, where) for ref in one.references)
        return tuple(ref.id for ref in references if ref.dialect == channel)

    async def events(self, scope: Scope, order: int) -> tuple[Event, ...]:
        """Give what happened to an order, by rising version; nothing where it is not in scope."""
        room = self._room(scope.seller)
        seen = in_sight(room.orders.with_ids((order,)), scope)
        return tuple(event for event in room.events if seen and event.order == order)

    async def feed(self, scope: Scope, after: int, limit: int) -> Feed:
        """Give events in scope by rising sequence, from behind one on, so many at most."""
        every = self._room(scope.seller).events
        floor = self._room(scope.seller).thinned
        after = max(after, floor)
        looked = every[after : after + LOOKED]
        seen = {order.id for order in self._sighted(scope)}
        if scope.customer is None:
            seen.add(NO_ORDER)
        found = tuple([event for event in looked if event.order in seen][:limit])
        until = found[-1].sequence if len(found) == limit else after + len(looked)
        return Feed(found, until, more=until < len(every), floor=floor)

    async def thin(self, seller: int, before: datetime, most: int) -> Thinned:
        """Have the feed begin behind so many more events at most that are from before a moment."""
        room = self._room(seller)
        rest = room.events[room.thinned : room.thinned + most]
        kept = next((one.sequence for one in rest if one.at >= before), None)
        room.thinned = room.thinned + len(rest) if kept is None else kept - 1
        last = len(room.events)
        return Thinned(room.thinned, last, more=kept is None and room.thinned < last)

    async def duplicates(self, scope: Scope) -> tuple[Event, ...]:
        """Give the events of orders in scope that speak of another order, by the order's id."""
        seen = {order.id for order in self._sighted(scope)}
        found = [one for one in self._room(scope.seller).events if one.other and one.order in seen]
        return tuple(sorted(found, key=lambda one: (one.order, one.at)))

    async def customer_known(self, seller: int, ref: Reference) -> Customer | None:
        """Give the customer that has the reference, else the one with that hub id and no such."""
        customers = self._room(seller).customers
        found = customers.known((ref,)) or customers.with_ids((stands_for(ref) or 0,))
        return found[0] if found and goes_by(found[0], ref) else None

    async def customers_known(
        self, seller: int, references: Collection[Reference]
    ) -> tuple[Customer, ...]:
        """Give the customers that have any of the references."""
        return tuple(self._room(seller).customers.known(references))

    async def customers_numbered(
        self, seller: int, numbers: Collection[str]
    ) -> tuple[Customer, ...]:
        """Give the customers that have any of the seller's own numbers."""
        every = self._room(seller).customers.after(0)
        return tuple(customer for customer in every if customer.number in numbers)

    async def customers_with(self, scope: Scope, ids: Collection[int]) -> tuple[Customer, ...]:
        """Give the seller's customers that have any of the hub ids."""
        return tuple(self._room(scope.seller).customers.with_ids(ids))

    async def customers_after(self, scope: Scope, after: int, limit: int) -> tuple[Customer, ...]:
        """Give so many customers behind a hub id."""
        return tuple(self._room(scope.seller).customers.after(after)[:limit])

    async def customers_called(self, seller: int, names: Collection[str]) -> tuple[Customer, ...]:
        """Give the customers that have one of these as a number, name or id."""
        every = self._room(seller).customers.after(0)
        return tuple(one for one in every if not names_of(one).isdisjoint(names))

    async def products(self, seller: int, skus: Collection[str]) -> tuple[Product, ...]:
        """Give the products among those SKUs, by rising SKU."""
        products = self._room(seller).products
        return tuple(products[sku] for sku in sorted(set(skus)) if sku in products)

    async def products_after(self, seller: int, after: str, limit: int) -> tuple[Product, ...]:
        """Give so many products behind a SKU, by rising SKU."""
        products = self._room(seller).products
        return tuple(products[sku] for sku in sorted(products) if sku > after)[:limit]

    async def products_called(self, seller: int, names: Collection[str]) -> tuple[Product, ...]:
        """Give the products that have one of these as SKU, product code or title."""
        products = self._room(seller).products
        found = (products[sku] for sku in sorted(products))
        return tuple(
            one for one in found if not ({one.sku, one.upc, one.title} - {""}).isdisjoint(names)
        )

    async def sellers(self) -> tuple[Seller, ...]:
        """Give every seller."""
        return tuple(self._sellers[id] for id in sorted(self._sellers))

    async def seller(self, id: int) -> Seller | None:
        """Give the seller of that id."""
        return self._sellers.get(id)

    async def counts(self, scope: Scope) -> Counts:
        """Count what is in a seller's book; the orders within the scope."""
        room = self._room(scope.seller)
        orders, sums = self._sighted(scope), dict[str, Decimal]()
        counted = [(order.currency, turnover(order)) for order in orders if is_turnover(order)]
        for currency, amount in counted:
            if amount is not None:
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        return Counts(
            orders=len(orders),
            lines=sum(len(order.lines) for order in orders),
            customers=len(room.customers.after(0)),
            products=len(room.products),
            sums=sums,
            unpriced=[amount for _, amount in counted].count(None),
            adds_up=dict(Counter(str(answer(order)) for order in orders)),
        )

    async def numbers(self, seller: int, thing: Entity, count: int) -> tuple[int, ...]:
        """Hand out so many numbers for good, less those that somebody else is known by."""
        room = self._room(seller)
        first = room.next[thing]
        room.next[thing] = first + count
        claimed = room.orders.claimed if thing is Entity.ORDER else room.customers.claimed
        return tuple(n for n in range(first, first + count) if not claimed(str(n)))

    async def credential(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give the key of that fingerprint."""
        return self.keys.known(dialect, fingerprint)

    async def former(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give what is kept of a fingerprint that a key had before."""
        return self.keys.former.get((dialect, fingerprint))

    async def key(self, dialect: str, id: str) -> Credential | None:
        """Give the key of that id."""
        return self.keys.named(dialect, id)

    async def credentials(self, seller: int) -> tuple[Credential, ...]:
        """Give every key of a seller, and the fingerprints that they had before, oldest first."""
        return self.keys.of(seller)

    async def token(
        self, seller: int, dialect: str, kind: str, fingerprint: str
    ) -> tuple[Token, Credential] | None:
        """Give the token of that fingerprint, and its key."""
        return self.keys.token(seller, dialect, kind, fingerprint)

    async def answer(self, seller: int, customer: int, dialect: str, key: str) -> Answered | None:
        """Give the answer that was kept under a key."""
        return self._room(seller).answers.get((customer, dialect, key))

    async def notes(self, seller: int, kind: str, names: Collection[str]) -> tuple[Note, ...]:
        """Give the notes of a kind by rising name, of all names for none."""
        notes = self._room(seller).notes
        found = sorted((kind, name) for name in names) or sorted(notes)
        return tuple(notes[key] for key in found if key in notes and key[0] == kind)

    async def notes_behind(
        self, seller: int, kind: str, name: str, limit: int, *, newest: bool = False
    ) -> tuple[Note, ...]:
        """Give so many notes of a kind by rising name, from behind one on; ``newest`` by falling name.

        Where that is "" they begin with the first, or the last.
        """
        every = await self.notes(seller, kind, ())
        if newest:
            return tuple(one for one in reversed(every) if not name or one.name < name)[:limit]
        return tuple(one for one in every if one.name > name)[:limit]

    async def tally(self, seller: int, what: str, until: datetime, now: datetime) -> int:
        """Count one more until then, for good; tallies that were over by ``now`` may go."""
        return self._room(seller).tally(what, until, now)

    async def purge(self, seller: int, now: datetime) -> int:
        """Let go of the answers, counts and tokens that were over by then, and give how many."""
        return self._room(seller).purge(now) + self.keys.purge(seller, now)

    async def sweep(self, seller: int, table: Swept, behind: Row, most: int) -> list[Row]:
        """Give so many rows of a seller behind a key, by rising key: the keys, and the texts behind them."""
        return sweep(self._room(seller), table, behind, most)

    async def rewrite(self, seller: int, table: Swept, rows: list[Rewritten]) -> None:
        """Write texts in the place of those that were read, where they are still the same."""
        rewrite(self._room(seller), table, rows)

    async def compact(self) -> None:
        """Do nothing: what was changed is nowhere any more."""

    async def merge_counts(self, _seller: int) -> int:
        """Give 0: here orders are counted when it is asked."""
        return 0

    async def commit(self, seller: int, batch: Collection[writes.Write]) -> None:
        """Write all of it, in order, or nothing; raises Raced where a version or name is taken."""
        known = seller in self._sellers or seller == HUB_ITSELF
        if not known and not any(isinstance(one, writes.PutSeller) for one in batch):
            raise NotFound("There is no such seller; add it first.")
        for write in batch:
            self._check(seller, write)
        for write in batch:
            self._apply(seller, write)

    async def check_ready(self) -> None:
        """Do nothing: memory is always ready."""

    async def close(self) -> None:
        """Forget everything."""
        self._sellers.clear()
        self._rooms.clear()
        self.keys = Keys()

    def _check(self, seller: int, write: writes.Write) -> None:
        match write:
            case writes.PutSeller(new, _, kept):
                check_version(self._sellers.get(new.id), kept)
                if any(new.name == one.name and new.id != one.id for one in self._sellers.values()):
                    raise Raced(new.name)
            case writes.DropSeller(gone):
                check_version(self._sellers.get(gone.id), gone)
                room = self._room(gone.id)
                noted = room.has_notes(write.rejects)
                if noted or not room.is_empty or self.keys.lets_in(gone.id, write.now):
                    raise Raced(gone.name)
            case writes.PutCredential(new) if new.caller.customer is not None:
                if not self._room(seller).customers.with_ids((new.caller.customer,)):
                    raise Raced(new.caller.customer)
                self.keys.check(seller, write)
            case writes.DropCustomer(gone_customer, _, now):
                if self.keys.lets_in(seller, now, gone_customer.id):
                    raise Raced(gone_customer.id)
                self._room(seller).check(write)
            case _ if isinstance(write, writes.KeyWrite):
                self.keys.check(seller, write)
            case _:
                self._room(seller).check(write)

    def _apply(self, seller: int, write: writes.Write) -> None:
        match write:
            case writes.PutSeller(new, text):
                self._sellers[new.id] = document.read_seller(text)
            case writes.DropSeller(gone, notes):
                del self._sellers[gone.id]
                self._rooms.pop(gone.id, None)
                self.keys.drop(gone.id)
                for note in notes:
                    self._room(HUB_ITSELF).apply(writes.PutNote(note))
            case _ if isinstance(write, writes.KeyWrite):
                self.keys.apply(seller, write)
            case _:
                self._room(seller).apply(write)


def names_of(customer: Customer) -> set[str]:
    """Give all that a customer is called."""
    company = customer.bill_to.company if customer.bill_to else ""
    own = (customer.number, customer.name, customer.last_name, customer.email, company)
    return {*own, *(ref.id for ref in customer.references)} - {""}


def _points(named: Identity, target: Order) -> bool:
    if named.id:
        return named.id == target.id
    return any(ref in target.references for ref in named.references) or (
        named.number != "" and named.number == target.number
    )


def _is_behind(order: Order, sort: tuple[Sort, ...], place: Position) -> bool:
    for key, value in zip(sort, place.values, strict=True):
        own = sort_value(order, key)
        if own != value:
            return (rank(own) > rank(value)) is not key.descending
    return order.id != place.id and (order.id > place.id) is not sort[-1].descending


def _customer_of(order: Order, customers: Table[Customer]) -> Customer:
    found = customers.with_ids((order.customer.id,)) if order.customer else []
    return found[0] if found else Customer()
