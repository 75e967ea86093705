"""Komet's daily limit: how many requests a user may make."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from orderglot.core.errors import TooMany
from orderglot.core.seller import Seller
from orderglot.dialects.komet.tables import DAILY_REQUESTS, NAME
from orderglot.wire.operation import Context

DAY = timedelta(days=1)


async def spend(context: Context) -> Seller:
    """Count a request of the caller's and give the seller whom it is made to.

    Raises TooMany where the seller limits the requests of a day and this is one too many.
    """
    seller = await context.book.seller()
    limit = seller.tables.get(DAILY_REQUESTS)
    if limit is not None:
        midnight = datetime.combine(context.now.date(), time(), UTC)
        caller = context.book.caller
        if await context.book.tally(f"{NAME}:{caller.name}", midnight + DAY) > limit:
            wait = int((midnight + DAY - context.now).total_seconds()) + 1
            reason = f"A user may make {limit} requests a day; go on tomorrow (UTC)."
            raise TooMany(reason, retry_after=wait)
    return seller
