"""The job that erases customers who are to be erased, in every seller's book."""

from __future__ import annotations

from time import monotonic

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.erasures import Erasure, erasures_of
from orderglot.core.errors import NotFound
from orderglot.core.order import by_hub_id
from orderglot.core.ports import Book
from orderglot.core.seller import Seller
from orderglot.hub.erasing import erase_customer
from orderglot.hub.opening import Hub
from orderglot.jobs.leases import Lease
from orderglot.jobs.work import Outcome, Work

NAME = "erase"

LOOK = 5.0
"""So many seconds lie between two looks whether somebody is to be erased."""

AFTER_ERROR = 60.0
"""After so many seconds it is tried again where something was in the way."""


class ErasingJob:
    """Runs that erase whoever is to be erased, and when the next one is to be."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._found = False
        self._next = 0.0

    async def due(self) -> float:
        """Give in how many seconds somebody may be to be erased."""
        if not self._found and monotonic() >= self._next:
            self._next = monotonic() + LOOK
            self._found = bool(await self._waiting())
        return 0.0 if self._found else self._next - monotonic()

    async def run(self, _lease: Lease) -> Outcome:
        """Erase one after the other; a step that two processes take at once is taken by one of them."""
        self._found, self._next = False, monotonic() + AFTER_ERROR
        count = 0
        for seller, erasure in await self._waiting():
            customer = await _customer(self._book(seller), erasure.customer)
            person = erasure.state.person
            await erase_customer(self._hub, seller, customer, person=person)
            count += 1
        self._next = monotonic() + LOOK
        return Outcome(counts={"customers": count} if count else {})

    async def _waiting(self) -> list[tuple[Seller, Erasure]]:
        return [
            (seller, one)
            for seller in await self._hub.store.sellers()
            for one in await erasures_of(self._book(seller))
        ]

    def _book(self, seller: Seller) -> Book:
        return self._hub.store.of(Caller(seller=seller.id, tests=True, deleted=True))


async def _customer(book: Book, id: int) -> Customer:
    try:
        return await book.customer(by_hub_id(id))
    except NotFound:
        # The record was removed meanwhile; what else there is of them is looked through all the same.
        return Customer(id=id)


def erasing(hub: Hub) -> Work:
    """Give the job that erases customers."""
    runs = ErasingJob(hub)
    return Work(name=NAME, what=NAME, run=runs.run, due=runs.due)
