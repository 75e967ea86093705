"""The unit of work: writes that are collected, seen by its own reads, and committed together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.currencies import demand_currency
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Conflict, Forbidden, NotFound
from orderglot.core.order import Identity, Link, Order, Reference
from orderglot.core.ports import KEPT, PLACED, Answered, Check, Event, Kept, Note, Outcome
from orderglot.core.product import Product
from orderglot.stores import document
from orderglot.stores.backend import (
    Backend,
    DropNote,
    Entity,
    Expect,
    PutAnswer,
    PutCustomer,
    PutNote,
    PutOrder,
    PutProduct,
    Raced,
    Rename,
    Write,
)
from orderglot.stores.id_blocks import IdBlocks
from orderglot.stores.identities import IdentityMap, goes_by, visible
from orderglot.stores.merging import merged, nameless, outdated
from orderglot.stores.mode import demand_live, demand_own
from orderglot.stores.reads import Clock, Reads
from orderglot.stores.resolution import Resolution


class UnitOfWork(Reads):
    """A book whose writes wait for the end; ``get`` and the like already see them."""

    def __init__(self, backend: Backend, numbers: IdBlocks, caller: Caller, clock: Clock) -> None:
        super().__init__(backend, caller, clock)
        self._id_blocks = numbers
        self._known: Resolution | None = None
        self._seen: list[Customer] = []
        self._events: list[Event] = []
        self._placed: list[int] = []
        self._products: dict[str, PutProduct] = {}
        self._answers: list[PutAnswer] = []
        self._notes: list[PutNote | DropNote] = []

    @property
    def _resolution(self) -> Resolution:
        """What is known of orders and customers: made by the first write, most units have none."""
        if self._known is None:
            self._known = Resolution(
                self._backend, self._id_blocks, self._scope, test=self._caller.test
            )
            self._known.customers.read(self._seen)
        return self._known

    @property
    def _orders(self) -> IdentityMap[Order]:
        return self._resolution.orders

    @property
    def _customers(self) -> IdentityMap[Customer]:
        return self._resolution.customers

    @asynccontextmanager
    async def together(self) -> AsyncIterator[UnitOfWork]:
        """Go on in this unit, which ends when it ends."""
        yield self

    def _find(self, ref: Reference) -> Awaitable[Order | None]:
        return super()._find(ref) if self._known is None else self._find_here(ref)

    async def _find_here(self, ref: Reference) -> Order | None:
        found = self._orders.pending(ref) or await super()._find(ref)
        if found is not None and found.id in self._orders.kept:
            found = self._orders.with_id(found.id)
        shown = found is not None and visible(found, self._scope) and goes_by(found, ref)
        return found if shown else None

    async def _find_customer(self, ref: Reference) -> Customer | None:
        if self._known is None:
            found = await super()._find_customer(ref)
            self._seen += (found,) if found else ()
            return found
        found = self._customers.pending(ref) or await super()._find_customer(ref)
        if found is not None and found.id in self._customers.kept:
            found = self._customers.with_id(found.id)
        return found if found is not None and goes_by(found, ref) else None

    async def products(self, skus: Sequence[str]) -> dict[str, Product]:
        """Give the products that exist among those SKUs, as this unit leaves them."""
        pending = {sku: self._products[sku].product for sku in skus if sku in self._products}
        return {**await super().products(skus), **pending}

    async def known(
        self, references: Sequence[Reference], *, by_hub_id: bool = False
    ) -> tuple[Order | None, ...]:
        """Give for each reference the order that has it; with ``by_hub_id`` as ``get`` finds it."""
        orders = self._orders
        await self._resolution.learn_orders(references, by_hub_id=by_hub_id)
        found = [orders.named(ref, by_hub_id=by_hub_id) for ref in references]
        return tuple(one if one and visible(one, self._scope) else None for one in found)

    async def place(self, order: Order) -> Order:
        """Add a new order and give it back as it will stand.

        A customer's order is theirs; raises Forbidden where it names another customer, Invalid
        where it is in no currency that there is.
        """
        for code in {order.currency, *[line.currency for line in order.lines]}:
            demand_currency("currency", code)
        order = await self._owned(order)
        resolution = self._resolution
        await resolution.learn((order,))
        if resolution.orders.known(order.references) is not None:
            raise Conflict("An order with this reference is already here; give it another one.")
        placed = await self._add(order, PLACED, ours=True)
        await resolution.repoint((placed,))
        self._placed.append(placed.id)
        return placed

    async def keep(self, *orders: Order, check: Check | None = None) -> tuple[Kept, ...]:
        """Keep orders that came from elsewhere under their references; the newest version wins."""
        owned = orders
        if self._scope.customer is not None:
            owned = tuple([await self._owned(order) for order in orders])
        resolution = self._resolution
        await resolution.learn(owned)
        kept = [await self._keep(order, check) for order in owned]
        await resolution.repoint([one.order for one in kept if one.outcome is not Outcome.SAME])
        by_id = resolution.orders.with_id
        return tuple([Kept(by_id(one.order.id) or one.order, one.outcome) for one in kept])

    async def _keep(self, order: Order, check: Check | None) -> Kept:
        orders = self._resolution.orders
        kept = orders.known(order.references)
        if kept is None:
            return Kept(await self._add(order, KEPT, ours=False), Outcome.NEW)
        # What was deleted here may come again, and stays deleted.
        if not visible(kept, replace(self._scope, deleted=True)):
            raise Conflict("An order with this reference is already here, and not this account's.")
        if check is not None:
            check(kept, order)
        if outdated(kept, order):
            return Kept(kept, Outcome.SAME)
        incoming = await self._resolved(order, ours=False)
        # What was resolved may have given the customer a new name, and the kept order with it.
        kept = orders.with_id(kept.id) or kept
        new = merged(kept, incoming)
        if new == kept:
            return Kept(kept, Outcome.SAME)
        now = self.now()
        demand_own(self._caller, kept)
        new = replace(new, version=kept.version + 1, modified=order.modified or now)
        return Kept(self._put(new, KEPT, now), Outcome.CHANGED)

    async def change(self, order: Order, what: str = "changed") -> Order:
        """Put a new version in the place of the one it was made from; ``what`` names the event.

        Raises NotFound, Conflict where somebody else was faster, or Forbidden where a caller in
        test mode would change a live order.
        """
        kept = await self._standing(order.id)
        demand_own(self._caller, kept)
        if order.version != kept.version:
            raise Conflict(
                f"Order {order.id} is at version {kept.version} by now, not {order.version}; "
                "read it again and repeat the change."
            )
        if _names(order) != _names(kept):
            order = await self._owned(order)
            await self._resolution.learn((order,))
            order = await self._resolved(order, ours=True, kept=kept.links)
        now = self.now()
        touched = order.modified not in (None, kept.modified)
        changed = replace(
            order,
            version=kept.version + 1,
            test=kept.test,
            created=order.created or kept.created,
            modified=order.modified if touched else now,
        )
        self._put(changed, what, now)
        if _names(changed) != _names(kept):
            await self._resolution.repoint((changed,))
        return changed

    async def _standing(self, id: int) -> Order:
        if id not in self._orders.kept:
            self._orders.read(await self._backend.orders_with(self._scope, (id,)))
        kept = self._orders.with_id(id)
        if kept is None or not visible(kept, self._scope):
            raise NotFound(f"There is no order {id} here; check the id.")
        return kept

    async def keep_customer(self, customer: Customer) -> Customer:
        """Add a customer, or put a new version in place of the one with its id.

        Raises NotFound, or Conflict where a name or number is another's or the version has moved,
        or Invalid where there is no such currency.
        """
        demand_live(self._caller)
        demand_currency("currency", customer.currency)
        if self._scope.customer not in (None, customer.id):
            raise Forbidden("This account may only change its own customer.")
        await self._resolution.learn_customers((customer,))
        namesake = self._customers.numbered(customer.number)
        if namesake is not None and namesake.id != customer.id:
            raise Conflict(f"Another customer already has the number {customer.number!r}.")
        if customer.id == 0:
            return await self._add_customer(customer)
        kept = self._customers.with_id(customer.id)
        if kept is None:
            raise NotFound(f"There is no customer {customer.id} here; check the id.")
        _demand_version(customer, kept)
        now = self.now()
        new = replace(
            customer,
            version=kept.version + 1,
            created=customer.created or kept.created,
            modified=now,
        )
        if identity(new) != identity(kept):
            self._resolution.rename(new)
        else:
            self._customers.write(new)
        return new

    async def _add_customer(self, customer: Customer) -> Customer:
        self._customers.refuse_clash(customer)
        now = self.now()
        new = replace(
            customer,
            id=await self._resolution.new_id(Entity.CUSTOMER),
            version=1,
            created=customer.created or now,
            modified=customer.modified or now,
        )
        self._customers.write(new)
        return new

    async def keep_product(self, product: Product) -> Product:
        """Add a product, or put a new version in its place.

        Raises Invalid where there is no such currency.
        """
        demand_live(self._caller)
        demand_currency("currency", product.currency)
        found = (await super().products((product.sku,))).get(product.sku)
        pending = self._products.get(product.sku)
        kept = pending.product if pending else found
        if kept is not None:
            _demand_version(product, kept)
        new = replace(product, version=kept.version + 1 if kept else 1)
        before = pending.kept if pending else found
        self._products[product.sku] = PutProduct(new, document.write(new), before)
        return new

    @property
    def placed(self) -> tuple[Order, ...]:
        """The orders that were placed in this unit so far, as they stand by now."""
        found = (self._orders.with_id(id) for id in self._placed)
        return tuple(order for order in found if order is not None)

    def record(self, order: Order, what: str, other: int | None = None) -> None:
        """Record an event of an order that changes nothing of it, in the same transaction."""
        self._events.append(
            Event(
                order=order.id,
                version=order.version,
                what=what,
                at=self.now(),
                who=self._caller.name,
                other=other,
            )
        )

    def remember(self, answered: Answered) -> None:
        """Keep an answer in the same transaction as the writes that it speaks of."""
        self._answers.append(PutAnswer(self._scope.customer or 0, answered, self.now()))

    def note(self, note: Note) -> None:
        """Write a note in the same transaction as what it speaks of."""
        demand_live(self._caller)
        self._notes.append(PutNote(replace(note, version=note.version + 1)))

    def strike(self, note: Note) -> None:
        """Take a note out of the book."""
        demand_live(self._caller)
        self._notes.append(DropNote(note))

    async def commit(self) -> None:
        """Write everything at once; raises Raced where somebody else's writes came first."""
        if self._untouched():
            return
        resolution = self._resolution
        expected = [Expect(one.id, one.version) for one in await resolution.name_customers()]
        writes = list(self._writes(resolution, expected))
        try:
            await self._backend.commit(self._scope.seller, writes)
        except Raced:
            self._id_blocks.forget_all(self._scope.seller)
            raise
        for found in (resolution.orders, resolution.customers):
            if found.spoken:
                self._id_blocks.forget(self._scope.seller, found.thing, found.spoken)

    def _untouched(self) -> bool:
        changed = self._products or self._answers or self._notes or self._events
        return self._known is None and not changed

    def _writes(self, resolution: Resolution, expected: list[Expect]) -> Iterator[Write]:
        orders, customers = resolution.orders, resolution.customers
        for customer in customers.written():
            kept = customers.kept[customer.id]
            yield PutCustomer(customer, document.write(customer), kept)
        yield from expected
        for order in orders.written():
            yield PutOrder(order, document.write(order), orders.kept[order.id])
        yield from self._events
        for id in sorted(resolution.renamed):
            if (renamed := customers.with_id(id)) is not None:
                yield Rename(identity(renamed))
        yield from self._products.values()
        yield from self._answers
        yield from self._notes

    async def _owned(self, order: Order) -> Order:
        """Put a customer's own name on their order; raise Forbidden where it has another's."""
        own = self._scope.customer
        if own is None:
            return order
        named = order.customer
        if named is not None and not nameless(named) and named.id != own:
            await self._resolution.learn_customers((Identity(id=own),))
            customer = self._customers.with_id(own)
            if named.id or customer is None or not _is_named(customer, named):
                raise Forbidden("This account may only handle its own customer's orders.")
        return replace(order, customer=Identity(id=own))

    async def _add(self, order: Order, what: str, *, ours: bool) -> Order:
        now, resolution = self.now(), self._resolution
        new = replace(
            order,
            customer=await resolution.customer_of(order, now, ours=ours),
            links=resolution.links_of(order, ours=ours),
            id=await resolution.new_id(Entity.ORDER),
            version=1,
            test=order.test or self._caller.test,
            created=order.created or now,
            modified=order.modified or now,
        )
        return self._put(new, what, now)

    async def _resolved(self, order: Order, *, ours: bool, kept: tuple[Link, ...] = ()) -> Order:
        return replace(
            order,
            customer=await self._resolution.customer_of(order, self.now(), ours=ours),
            links=self._resolution.links_of(order, ours=ours, kept=kept),
        )

    def _put(self, order: Order, what: str, now: datetime) -> Order:
        orders = self._resolution.orders
        orders.refuse_clash(order)
        orders.write(order)
        self._events.append(
            Event(
                order=order.id,
                version=order.version,
                what=what,
                at=now,
                who=self._caller.name,
            )
        )
        return order


def _names(order: Order) -> tuple[object, ...]:
    return order.number, order.references, order.customer, order.links


def _is_named(customer: Customer, named: Identity) -> bool:
    return any(goes_by(customer, ref) for ref in named.references) or (
        bool(named.number) and named.number == customer.number
    )


def _demand_version(new: Customer | Product, kept: Customer | Product) -> None:
    if new.version not in (0, kept.version):
        raise Conflict(
            f"Version {kept.version} is here by now, not {new.version}; "
            "read it again and repeat the change."
        )
