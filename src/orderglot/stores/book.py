"""The book: one seller's orders as one caller may see and write them, over any backend."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Overtaken
from orderglot.core.order import Order
from orderglot.core.ports import Check, Kept, Note
from orderglot.core.product import Product
from orderglot.core.values import Omits
from orderglot.stores.backend import Backend, Raced
from orderglot.stores.expecting_reads import Tallied
from orderglot.stores.id_blocks import IdBlocks
from orderglot.stores.reads import Clock, Reads
from orderglot.stores.turns import Turns
from orderglot.stores.unit_of_work import UnitOfWork

T = TypeVar("T")

TRIES = 6
"""How often some work is done before it is refused because others are faster each time."""


class Together:
    """A unit that is committed where it is left well.

    A class of its own, since whatever writes goes through one and a generator would cost it more.
    """

    __slots__ = ("_unit",)

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def __aenter__(self) -> UnitOfWork:
        return self._unit

    async def __aexit__(self, failed: type[BaseException] | None, *_: object) -> None:
        try:
            if failed is None:
                await self._unit.commit()
        except Raced as race:
            raise Overtaken(
                "Somebody else changed the same thing at the same moment; read it again and repeat."
            ) from race
        finally:
            self._unit.release()


class Book(Reads):
    """A book whose writes are units of their own, begun anew once where another was faster."""

    def __init__(
        self,
        backend: Backend,
        numbers: IdBlocks,
        caller: Caller,
        clock: Clock,
        turns: Turns,
        largest: int | None = None,
        exchange: str | Callable[[], str] = "",
        omits: Omits = frozenset(),
        fence: Note | None = None,
    ) -> None:
        super().__init__(backend, caller, clock, largest=largest, omits=omits)
        self._fence = fence
        self._id_blocks = numbers
        self._turns = turns
        self._exchange = exchange

    def together(self) -> Together:
        """Open a unit: what is written to it is kept all at once at its end, or not at all.

        Raises Conflict at the end where somebody else was faster.
        """
        return Together(self._unit())

    async def transact(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do some work in a unit, and all of it again in a new one where somebody else was faster.

        Raises Conflict where that is so time and again.
        """
        tallied: Tallied = {}
        for attempt in range(1, TRIES):
            try:
                return await self._try(work, tallied)
            except Overtaken:
                await asyncio.sleep(random.random() * 0.002 * 2**attempt)
        return await self._try(work, tallied)

    async def guard(self, family: str) -> None:
        """Raise RuntimeError: what is read here is bound to nothing that is written."""
        raise RuntimeError(f"rules over the orders of a {family} are asked in a unit of work")

    async def _try(self, work: Callable[[UnitOfWork], Awaitable[T]], tallied: Tallied) -> T:
        async with self.together() as unit:
            unit.tallied = tallied
            return await work(unit)

    async def place(self, order: Order) -> Order:
        """Add a new order and give it back as it now stands, with its ids."""
        return await self._write(lambda unit: unit.place(order))

    async def keep(self, *orders: Order, check: Check | None = None) -> tuple[Kept, ...]:
        """Keep orders that came from elsewhere under their references; the newest version wins."""
        return await self._write(lambda unit: unit.keep(*orders, check=check))

    async def change(
        self, order: Order, what: str = "changed", *, touches: bool = True, why: str = ""
    ) -> Order:
        """Put a new version in the place of the one it was made from; ``what`` names the event.

        Where it ``touches`` nothing that anybody knows of, the order was not modified by that.
        """
        return await self._write(lambda unit: unit.change(order, what, touches=touches, why=why))

    async def keep_customer(self, customer: Customer) -> Customer:
        """Add a customer, or put a new version in place of the one with its id."""
        return await self._write(lambda unit: unit.keep_customer(customer))

    async def with_skus(self, *orders: Order) -> tuple[Order, ...]:
        """Give orders with the SKUs that their customers' own item numbers stand for."""
        return await self._unit().with_skus(*orders)

    async def keep_product(self, product: Product, *, new: bool = False) -> Product:
        """Add a product, or put a new version in its place; a ``new`` one raises Conflict where one is."""
        return await self._write(lambda unit: unit.keep_product(product, new=new))

    async def _write(self, write: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        unit = self._unit()
        try:
            done = await write(unit)
            await unit.commit()
            return done
        except Raced:
            pass
        finally:
            unit.release()
        async with self.together() as again:
            return await write(again)

    def _unit(self) -> UnitOfWork:
        exchange = self._exchange
        return UnitOfWork(
            self._backend,
            self._caller,
            self._clock,
            self._id_blocks,
            self._turns,
            exchange if isinstance(exchange, str) else exchange(),
            self._scope.omits,
            self._fence,
        )
