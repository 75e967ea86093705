"""Erasing a customer from a book and from the journal of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.hub.journals import journal_of
from orderglot.stores.erasing import OnStep

if TYPE_CHECKING:
    from orderglot.core.acts import Person
    from orderglot.core.customer import Customer
    from orderglot.core.seller import Seller
    from orderglot.hub.opening import Hub


async def erase_customer(
    hub: Hub,
    seller: Seller,
    customer: Customer,
    on_step: OnStep = lambda *_: None,
    *,
    dry: bool = False,
    person: Person | None = None,
) -> dict[str, int]:
    """Erase a customer, or go on with it, and give of how much of what; with ``dry`` nothing is written.

    It is an act of the ``person``, else of whoever the store was told.
    Raises Conflict where something of theirs was changed at this moment, Upstream where others are in the way of
    wiping a file; the next call goes on from there.
    """
    journal = journal_of(hub.url)
    try:
        store = hub.store if person is None else hub.store.acting(person)
        return await store.erase(seller.id, customer, journal, on_step, dry=dry)
    finally:
        if journal is not None:
            await journal.close()
