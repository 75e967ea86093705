"""The unit of work: writes that are collected, seen by its own reads, and committed together."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.currencies import demand_currency
from orderglot.core.customer import Customer
from orderglot.core.customer_items import kind_of
from orderglot.core.errors import Conflict, Forbidden, Invalid, Overtaken
from orderglot.core.line_numbers import remembering
from orderglot.core.linking import LINKS
from orderglot.core.open_cancellations import closed_by_itself, closing
from orderglot.core.order import Link, Order, Reference
from orderglot.core.ports import KEPT, PLACED, Answered, Check, Kept, Note, Outcome
from orderglot.core.product import Product
from orderglot.core.values import Omits
from orderglot.stores import writes
from orderglot.stores.acts import Acts, demand_no_act
from orderglot.stores.backend import Backend, Entity, Raced, Scope
from orderglot.stores.customers import put_customer
from orderglot.stores.expecting_reads import ExpectingReads
from orderglot.stores.giving_back import demand_untaken, give_back
from orderglot.stores.id_blocks import IdBlocks
from orderglot.stores.identities import IdentityMap, goes_by, visible
from orderglot.stores.item_numbers import with_skus
from orderglot.stores.merging import merged, names_of, outdated
from orderglot.stores.ownership import demand_seller, owned
from orderglot.stores.pending import Pending
from orderglot.stores.quantities import with_exact_quantities
from orderglot.stores.reads import Clock
from orderglot.stores.removing import (
    REMOVED,
    demand_unused_customer,
    demand_unused_product,
    note_of,
    removed_in,
)
from orderglot.stores.resolution import Resolution
from orderglot.stores.test_mode import demand_live, demand_own
from orderglot.stores.turns import Turns


class UnitOfWork(ExpectingReads):
    """A book whose writes wait for the end; ``get`` and the like already see them."""

    def __init__(
        self,
        backend: Backend,
        caller: Caller,
        clock: Clock,
        numbers: IdBlocks,
        turns: Turns,
        exchange: str,
        omits: Omits = frozenset(),
        fence: Note | None = None,
    ) -> None:
        super().__init__(backend, caller, clock, turns, omits)
        self._id_blocks = numbers
        self._known: Resolution | None = None
        self._seen: list[Customer] = []
        self._placed: list[int] = []
        self._got: list[int] = []
        self._priced: dict[str, int] = {}
        self._relied: dict[int, int] = {}
        self._pending = Pending(caller.name, exchange)
        self._counted_at = ""
        self._fence = fence

    @property
    def _resolution(self) -> Resolution:
        """What is known of orders and customers: made by the first write, most units have none."""
        if self._known is None:
            self._known = Resolution(
                self._backend,
                self._id_blocks,
                self._scope,
                test=self._caller.test,
                seen=self._found,
            )
            self._known.customers.read(self._seen)
        return self._known

    @property
    def _orders(self) -> IdentityMap[Order]:
        return self._resolution.orders

    @property
    def _customers(self) -> IdentityMap[Customer]:
        return self._resolution.customers

    def touched(self) -> tuple[int, ...]:
        """Give the ids of the orders that were read one by one, made or changed here so far."""
        return tuple(dict.fromkeys((*self._got, *self._pending.touched())))

    async def get(self, ref: Reference, *, omitted: bool = False) -> Order:
        """Give the order that a dialect's clients know under an id; raise NotFound without one."""
        found = await super().get(ref, omitted=omitted)
        self._got.append(found.id)
        return found

    def _find(self, ref: Reference, scope: Scope) -> Awaitable[Order | None]:
        return super()._find(ref, scope) if self._known is None else self._find_here(ref, scope)

    async def _find_here(self, ref: Reference, scope: Scope) -> Order | None:
        found = self._orders.pending(ref) or await super()._find(ref, scope)
        if found is not None and found.id in self._orders.kept:
            found = self._orders.with_id(found.id)
        shown = found is not None and visible(found, scope) and goes_by(found, ref)
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
        pending = {sku: found for sku in skus if (found := self._pending.product(sku))}
        there = await super().products(skus)
        for sku, product in there.items():
            self._priced.setdefault(sku, product.version)
        return {**there, **pending}

    def rely_on(self, customer: Customer) -> None:
        """Commit only if a customer, of whom something is written beside them, is as they were read."""
        self._relied[customer.id] = customer.version

    async def known(
        self, references: Sequence[Reference], *, by_hub_id: bool = False
    ) -> tuple[Order | None, ...]:
        """Give for each reference the order that has it; with ``by_hub_id`` as ``get`` finds it."""
        orders = self._orders
        await self._resolution.learn_orders(references, by_hub_id=by_hub_id)
        found = [orders.named(ref, by_hub_id=by_hub_id) for ref in references]
        return tuple(one if one and visible(one, self._scope) else None for one in found)

    async def place(self, order: Order, *, why: str = "") -> Order:
        """Add a new order and give it back as it will stand; ``why`` goes with its event.

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
        placed = await self._add(order, PLACED, ours=True, why=why)
        await resolution.repoint((placed,))
        self._placed.append(placed.id)
        return placed

    async def keep(self, *orders: Order, check: Check | None = None) -> tuple[Kept, ...]:
        """Keep orders that came from elsewhere under their references; the newest version wins."""
        owned = orders
        if self._scope.customer is not None:
            owned = tuple([await self._owned(order) for order in orders])
        resolution = self._resolution
        owned = await self.with_skus(*owned)
        kept = [await self._keep(order, check) for order in owned]
        await resolution.repoint([one.order for one in kept if one.outcome is not Outcome.SAME])
        by_id = resolution.orders.with_id
        return tuple([Kept(by_id(one.order.id) or one.order, one.outcome) for one in kept])

    async def with_skus(self, *orders: Order) -> tuple[Order, ...]:
        """Give orders with the SKUs that their customers' own item numbers stand for."""
        await self._resolution.learn(orders)
        return await with_skus(self, [self._resolution.coming(order) for order in orders])

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

    async def change(
        self,
        order: Order,
        what: str = "changed",
        *,
        touches: bool = True,
        why: str = "",
        other: int | None = None,
    ) -> Order:
        """Put a new version in the place of the one it was made from; ``what`` names the event.

        ``other`` is the hub id of another order that the event speaks of. Raises NotFound, Conflict
        where somebody else was faster, or Forbidden where a caller in test mode would change a live
        order.
        """
        kept = await self._standing(order.id)
        demand_own(self._caller, kept)
        if order.version != kept.version:
            raise Overtaken(
                f"Order {order.id} is at version {kept.version} by now, not {order.version}; "
                "read it again and repeat the change."
            )
        if names_of(order) != names_of(kept):
            if order.links != kept.links:
                # Two orders that come to point at each other at once would be a circle, too.
                await self.guard(LINKS)
            order = await self._owned(order)
            await self._resolution.learn((order,))
            order = await self._resolved(order, ours=True, kept=kept.links)
            await self._resolution.demand_no_circle(order)
        now = self.now()
        given = not touches or order.modified not in (None, kept.modified)
        changed = replace(
            order,
            version=kept.version + 1,
            test=kept.test,
            created=order.created or kept.created,
            modified=order.modified if given else now,
        )
        try:
            await demand_untaken(self, kept, changed)
        except (Conflict, Invalid):
            await self._demand_newest(kept)
            raise
        # As long as the order stands as it did, others count what it took once.
        await give_back(self, kept, changed, self._counted_at)
        changed = self._put(changed, what, now, why, other)
        if names_of(changed) != names_of(kept):
            await self._resolution.repoint((changed,))
        return changed

    def leave_counting_to(self, channel: str) -> None:
        """Give nothing back to orders of a channel, whose vendor says himself how much is left of them."""
        self._counted_at = channel

    async def _demand_newest(self, order: Order) -> None:
        """Raise Overtaken where somebody changed an order after this unit has read it."""
        read = self._orders.kept.get(order.id) or order
        for one in await self._backend.orders_with(self._whole, (order.id,)):
            if one.version != read.version:
                raise Overtaken(f"Order {order.id} was changed at this moment; read it again.")

    async def _standing(self, id: int) -> Order:
        # Who has read an order may change it: a rule may have read one that the caller does not see.
        if id not in self._orders.kept:
            self._orders.read(await self._backend.orders_with(self._whole, (id,)))
        kept = self._orders.with_id(id)
        if kept is None or not visible(kept, self._whole):
            raise self._missing(id, changed=id in self._orders.kept)
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
        return await put_customer(customer, self._resolution, self.now())

    async def keep_product(self, product: Product, *, new: bool = False) -> Product:
        """Add a product, or put a new version in its place; Invalid where its currency is none.

        Where it is to be a ``new`` one, raises Conflict if there is one of its SKU.
        """
        demand_live(self._caller)
        demand_currency("currency", product.currency)
        found = (await super().products((product.sku,))).get(product.sku)
        if self._priced.get(product.sku) not in (None, found and found.version):
            raise Overtaken(f"Product {product.sku!r} was changed at this moment; read it again.")
        if new and (found or self._pending.product(product.sku)):
            raise Conflict(f"There is a product {product.sku!r} already; change that.")
        if found or self._pending.product(product.sku):
            return self._pending.put_product(product, found)
        gone = await removed_in(self._backend, self._scope.seller, product.sku)
        if gone is None:
            self._pending.expect_no_note(REMOVED, product.sku)
            return self._pending.put_product(product, None)
        self._pending.drop_note(gone)
        return self._pending.put_product(product, None, int(gone.document))

    async def drop_customer(self, customer: Customer) -> None:
        """Take out a customer; raises Conflict where anything of theirs is in the book."""
        demand_live(self._caller)
        demand_seller(self._scope.customer)
        now = self.now()
        await demand_unused_customer(self._backend, self._scope.seller, customer, now)
        self._pending.drop(writes.DropCustomer(customer, kind_of(customer.id), now))

    async def drop_product(self, product: Product) -> None:
        """Take out a product; raises Conflict where orders have a line of it."""
        demand_live(self._caller)
        demand_seller(self._scope.customer)
        await demand_unused_product(self._backend, self._scope.seller, product)
        gone = await removed_in(self._backend, self._scope.seller, product.sku)
        self._pending.put_note(note_of(product, gone))
        self._pending.drop(writes.DropProduct(product))

    @property
    def placed(self) -> tuple[Order, ...]:
        """The orders that were placed in this unit so far, as they stand by now."""
        found = (self._orders.with_id(id) for id in self._placed)
        return tuple(order for order in found if order is not None)

    def record(self, order: Order, what: str, other: int | None = None) -> None:
        """Record an event of an order that changes nothing of it, in the same transaction."""
        self._pending.add_event(order, what, self.now(), other)

    def remember(self, answered: Answered) -> None:
        """Keep an answer in the same transaction as the writes that it speaks of."""
        self._pending.put_answer(self._scope.customer or 0, answered, self.now())

    def happened(self, what: str, details: Mapping[str, Any]) -> None:
        """Record what happened to no order, of the type ``what``, in the same transaction."""
        self._pending.add_happening(what, self.now(), details)

    def acted(self, person: Person, what: str, about: str) -> None:
        """Write down that a person did something, in the same transaction."""
        demand_live(self._caller)
        for put in Acts(person).put(self.now(), what, about):
            self._pending.put_note(replace(put.note, version=0))

    def note(self, note: Note) -> None:
        """Write a note in the same transaction as what it speaks of."""
        demand_live(self._caller)
        demand_no_act(note)
        self._pending.put_note(note)

    def strike(self, note: Note) -> None:
        """Take a note out of the book."""
        demand_live(self._caller)
        demand_no_act(note)
        self._pending.drop_note(note)

    async def commit(self) -> None:
        """Write everything at once; raises Raced where somebody else's writes came first."""
        if self._known is None and not self._pending:
            return
        resolution = self._resolution
        named = {one.id: one.version for one in await resolution.name_customers()}
        changed = {one.id for one in resolution.customers.written()}
        relied = {id: it for id, it in self._relied.items() if id not in changed}
        expected = [writes.Expect(id, version) for id, version in (named | relied).items()]
        conditions = [
            *self._fenced(),
            *self._conditions(resolution.orders.kept),
            *self._products_of(resolution),
        ]
        batch = self._pending.all(resolution, expected, conditions)
        try:
            await self._backend.commit(self._scope.seller, batch)
        except Raced:
            self._id_blocks.forget_all(self._scope.seller)
            raise
        for found in (resolution.orders, resolution.customers):
            if found.claimed:
                self._id_blocks.forget(self._scope.seller, found.thing, found.claimed)

    def _fenced(self) -> Iterator[writes.ExpectNote]:
        """Give the condition that the lease stands under which this is written, if there is one."""
        if self._fence is not None:
            yield writes.ExpectNote(self._fence)

    def _products_of(self, resolution: Resolution) -> Iterator[writes.ExpectProduct]:
        """Give the products that were read here of which orders get a line."""
        if not self._priced:
            return
        kept, skus = resolution.orders.kept, set[str]()
        for order in resolution.orders.written():
            before = kept[order.id]
            had = {line.sku for line in before.lines} if before else set()
            skus |= {line.sku for line in order.lines} - had
        yield from map(writes.ExpectProduct, sorted(skus & self._priced.keys()))

    async def _owned(self, order: Order) -> Order:
        own = self._scope.customer
        return order if own is None else await owned(order, own, self._resolution)

    async def _add(self, order: Order, what: str, *, ours: bool, why: str = "") -> Order:
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
        return self._put(new, what, now, why)

    async def _resolved(self, order: Order, *, ours: bool, kept: tuple[Link, ...] = ()) -> Order:
        return replace(
            order,
            customer=await self._resolution.customer_of(order, self.now(), ours=ours),
            links=self._resolution.links_of(order, ours=ours, kept=kept),
        )

    def _put(
        self, order: Order, what: str, now: datetime, why: str = "", other: int | None = None
    ) -> Order:
        order, orders = with_exact_quantities(order), self._resolution.orders
        if (before := orders.with_id(order.id)) is not None:
            order = remembering(order, before)
        whole = closed_by_itself(order, self._caller.name, now)
        orders.refuse_clash(whole)
        orders.write(whole)
        self._pending.add_change(whole, orders.kept[order.id], what, now, why, other)
        if whole is not order:
            self._pending.add_event(whole, closing(whole), now)
        return whole
