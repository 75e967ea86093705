"""Resolution: the customers and the other orders that an order names, found or made."""

from __future__ import annotations

from collections.abc import Collection, Container
from datetime import datetime

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Forbidden, Overtaken, Rule, invalid
from orderglot.core.linking import origins
from orderglot.core.order import Identity, Link, Order, Reference, is_channel
from orderglot.stores.backend import Backend, Entity, Scope
from orderglot.stores.id_blocks import IdBlocks
from orderglot.stores.identities import IdentityMap, N, goes_by, hub_ids, stands_for, visible
from orderglot.stores.item_numbers import Coming
from orderglot.stores.merging import introduced, nameless, new_customer


class Resolution:
    """What a unit knows of orders and customers, loaded in bulk before it is needed.

    With ``ours`` an id without a reference may be the hub's own, as our clients say it; what comes
    from elsewhere never means that. ``seen`` are the hub ids of the orders that the unit has found: one
    of them that is not there any more was taken away by somebody else. In ``test`` mode customers are neither made nor renamed, and no
    live order is written.
    """

    def __init__(
        self,
        backend: Backend,
        numbers: IdBlocks,
        scope: Scope,
        *,
        test: bool = False,
        seen: Container[int] = (),
    ) -> None:
        self._backend = backend
        self._id_blocks = numbers
        self._scope = scope
        self._all = Scope(scope.seller)
        self._test = test
        self._seen = seen
        self.orders: IdentityMap[Order] = IdentityMap(Entity.ORDER)
        self.customers: IdentityMap[Customer] = IdentityMap(Entity.CUSTOMER)
        self.renamed: set[int] = set()
        self._asked: set[Reference | int] = set()
        """By which references and hub ids orders were asked for."""

    async def learn(self, orders: Collection[Order]) -> None:
        """Read everything that these orders name, and what would clash with them."""
        if any(order.references or order.links for order in orders):
            await self._learn_orders(orders)
        await self.learn_customers([order.customer for order in orders if order.customer])

    async def learn_orders(self, references: Collection[Reference], *, by_hub_id: bool) -> None:
        """Read the orders that have any of these references, or are taken for them by hub id."""
        unread = self.orders.unknown(references)
        await self._read_orders(unread, hub_ids(unread, Entity.ORDER) if by_hub_id else ())

    async def _read_orders(self, references: Collection[Reference], ids: Collection[int]) -> None:
        """Read the orders that have any of these references or hub ids; each is asked for once.

        What nobody had then somebody may have by now; that is looked at when all is committed.
        """
        orders, asked = self.orders, self._asked
        names = [ref for ref in orders.unknown(references) if ref not in asked]
        others = [id for id in ids if id not in asked and orders.with_id(id) is None]
        if names:
            orders.read(await self._backend.orders_known(self._all, names))
        if others:
            orders.read(await self._backend.orders_with(self._all, others))
        asked.update(names, others)

    async def _learn_orders(self, orders: Collection[Order]) -> None:
        named = [link.order for order in orders for link in order.links]
        own = {ref for order in orders for ref in order.references}
        others = {ref for thing in named for ref in thing.references}
        references = own | others
        numbers = {thing.number for thing in named if thing.number}
        claimed = hub_ids(own, Entity.ORDER)
        self.orders.claimed |= claimed
        ids = {thing.id for thing in named if thing.id} | claimed | hub_ids(others, Entity.ORDER)
        if numbers:
            self.orders.read(await self._backend.orders_numbered(self._all, numbers))
        await self._read_orders(references, ids)

    async def learn_customers(self, named: Collection[Identity | Customer]) -> None:
        """Read the customers that go by these names.

        One that was read before is good enough: its version is looked at when all is committed.
        """
        seller, customers = self._scope.seller, self.customers
        ids = {thing.id for thing in named if thing.id}
        unread = customers.unknown({ref for thing in named for ref in thing.references})
        if unread:
            alike = hub_ids(unread, Entity.CUSTOMER)
            customers.claimed |= alike
            ids |= alike
            customers.read(await self._backend.customers_known(seller, unread))
        numbers = {thing.number for thing in named if thing.number}
        if strange := [one for one in numbers if customers.numbered(one) is None]:
            customers.read(await self._backend.customers_numbered(seller, strange))
        if missing := [id for id in ids if customers.with_id(id) is None]:
            customers.read(await self._backend.customers_with(self._scope, missing))

    async def new_id(self, thing: Entity) -> int:
        """Give a new thing its number, clear of every reference that is known here."""
        claimed = (self.orders if thing is Entity.ORDER else self.customers).claimed
        number = self._id_blocks.at_hand(self._scope.seller, thing, claimed)
        return number or await self._id_blocks.take(self._scope.seller, thing, claimed)

    async def customer_of(self, order: Order, now: datetime, *, ours: bool) -> Identity | None:
        """Give the customer whom an order names as they are known here, new if unknown.

        Raises Invalid where it names a hub id that nobody has, Forbidden where it names somebody
        new in test mode.
        """
        named = order.customer
        if named is None or nameless(named):
            return None
        found = _found(self.customers, named, ours=ours)
        if found is None and named.id:
            raise invalid("customer", Rule.UNKNOWN, f"There is no customer {named.id} here.")
        if found is None and self._test:
            reason = "An account in test mode adds no customers; name one who is here."
            raise Forbidden(reason)
        if found is None:
            if self.customers.numbered(named.number) is not None:
                named = replace(named, number="")
            found = new_customer(named, order, await self.new_id(Entity.CUSTOMER), now)
            self.customers.refuse_clash(found)
            self.customers.write(found)
        else:
            known = found if self._test else introduced(found, named)
            if known is not found:
                found = replace(known, version=known.version + 1, modified=now)
                self.rename(found)
        return identity(found)

    def coming(self, order: Order) -> Coming:
        """Give an order that comes in from elsewhere with what is known here of it and its customer."""
        before, named = self.orders.known(order.references), order.customer
        if (named is None or nameless(named)) and before is not None:
            named = before.customer
        known = None if named is None else _found(self.customers, named, ours=False)
        return Coming(order, known, before)

    def rename(self, customer: Customer) -> None:
        """Write a customer who is known by other names from now on, in their orders as well."""
        self.customers.refuse_clash(customer)
        self.customers.write(customer)
        self.renamed.add(customer.id)
        for order in self.orders.everything():
            if order.customer is not None and order.customer.id == customer.id:
                self.orders.refresh(replace(order, customer=identity(customer)))

    def links_of(
        self, order: Order, *, ours: bool, kept: tuple[Link, ...] = ()
    ) -> tuple[Link, ...]:
        """Give the links of an order with what they point at as it is known here.

        Those that it is ``kept`` with stay, whatever has become of their orders. What is not known
        yet stays as the order says it, unless a customer says it: they can point at their own
        orders alone. Raises Invalid there, and for a hub id that is nobody's; Overtaken where it was an
        order's when this unit found it.
        """
        if not order.links:
            return ()
        return tuple(
            link
            if link in kept
            else Link(link.relation, self._target(order, link.order, ours=ours))
            for link in order.links
        )

    def _target(self, order: Order, named: Identity, *, ours: bool) -> Identity:
        found = _found(self.orders, named, ours=ours)
        if found is not None and not ours and _is_apart(order, found):
            return named
        scope = self._scope if ours else replace(self._scope, deleted=True)
        if found is not None and visible(found, scope):
            return _identity(found)
        if named.id in self._seen and self._has_gone(named.id):
            raise Overtaken(f"Order {named.id} has gone at this moment; ask for it again.")
        if named.id or self._scope.customer is not None:
            shown = named.id or named.number or ", ".join(ref.id for ref in named.references)
            raise invalid("links", Rule.UNKNOWN, f"There is no order {shown} here to point at.")
        return named

    def _has_gone(self, id: int) -> bool:
        """Tell whether an order is not there, or deleted, and not by this unit."""
        found = self.orders.with_id(id)
        gone = found is None or found.deleted is not None
        return gone and id not in self.orders.kept

    async def demand_no_circle(self, order: Order) -> None:
        """Raise Invalid where an order would come from itself, be it by way of others."""
        further, seen = origins(order), set[int]()
        while further:
            if order.id in further:
                reason = f"Order {order.id} cannot come from itself, be it by way of others."
                raise invalid("links", Rule.STATE, reason)
            seen |= further
            await self._read_orders((), further)
            found = filter(None, map(self.orders.with_id, further))
            further = {id for one in found for id in origins(one)} - seen

    async def name_customers(self) -> list[Customer]:
        """Put the present names of their customers on all orders that are about to be written.

        Gives those customers, unless they are written themselves, as they were read: their names
        may be written only as long as they are still of that version.
        """
        customers, written = self.customers, self.orders.written()
        ids = {order.customer.id for order in written if order.customer}
        if unknown := [Identity(id=id) for id in ids if customers.with_id(id) is None]:
            await self.learn_customers(unknown)
        for order in written:
            customer = order.customer and customers.with_id(order.customer.id)
            if customer and identity(customer) != order.customer:
                self.orders.refresh(replace(order, customer=identity(customer)))
        read = (customers.with_id(id) for id in ids if id not in customers.kept)
        return [customer for customer in read if customer is not None]

    async def repoint(self, orders: Collection[Order]) -> None:
        """Write the names of new or renamed orders into the orders that point at them."""
        if any(order.references or order.number for order in orders):
            self.orders.read(await self._backend.orders_pointing(self._all, orders))
        for order in self.orders.everything():
            if order.links and (order.test or not self._test):
                self._repoint(order)

    def _repoint(self, order: Order) -> None:
        links = tuple(Link(link.relation, self._renewed(order, link.order)) for link in order.links)
        if links != order.links:
            self.orders.write(replace(order, links=links))

    def _renewed(self, order: Order, named: Identity) -> Identity:
        found = _found(self.orders, named, ours=False)
        if found is None or _is_apart(order, found):
            return named
        return _identity(found)


def _is_apart(order: Order, found: Order) -> bool:
    """Tell whether an order means another one than what was found by a name: no live order means a test."""
    return found.test and not order.test


def _identity(order: Order) -> Identity:
    return Identity(id=order.id, number=order.number, references=order.references)


def _found(known: IdentityMap[N], named: Identity, *, ours: bool) -> N | None:
    if named.id:
        return known.with_id(named.id)
    found = known.known(named.references)
    if found is None and ours:
        things = (known.with_id(stands_for(ref) or 0) for ref in named.references)
        pairs = zip(things, named.references, strict=True)
        found = next((one for one, ref in pairs if one and goes_by(one, ref)), None)
    if found is not None or not named.number or from_channel(named):
        return found
    return known.numbered(named.number)


def from_channel(named: Identity) -> bool:
    """Tell whether a vendor's channel names it: his number for it need not be the seller's."""
    return any(is_channel(ref.dialect) for ref in named.references)
