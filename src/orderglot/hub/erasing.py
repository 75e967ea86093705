"""Erasing a customer from a book and from the journal of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.hub.journals import journal_of
from orderglot.stores.erasing import OnStep

if TYPE_CHECKING:
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
) -> dict[str, int]:
    """Erase a customer, or go on with it, and give of how much of what; with ``dry`` nothing is written.

    Raises Conflict where something of theirs was changed at this moment, Upstream where others are in the way of
    wiping a file; the next call goes on from there.
    """
    journal = journal_of(hub.url)
    try:
        return await hub.store.erase(seller.id, customer, journal, on_step, dry=dry)
    finally:
        if journal is not None:
            await journal.close()
