"""The summary of a book: what is in it, added up by the server."""

from __future__ import annotations

from decimal import Decimal

from orderglot.stores.backend import Counts, Scope
from orderglot.stores.postgres import queries
from orderglot.stores.postgres.pool import Place, Pool
from orderglot.stores.postgres.replica import Replica
from orderglot.stores.sql.paging import scoped


async def summed(servers: Pool | Replica, scope: Scope, at: Place) -> Counts:
    """Count what is in a seller's book, on its machine; the orders within the scope."""
    seen, seller = scoped(scope), scope.seller
    by_currency = await servers.read(f"{queries.SUMS} {seen.text} GROUP BY 1", seen.params, at)
    answers = await servers.read(f"{queries.ANSWERS} {seen.text} GROUP BY 1", seen.params, at)
    ((customers, products),) = await servers.read(queries.COUNTS, (seller, seller), at)
    return Counts(
        orders=sum(count for _, count, *_ in by_currency),
        lines=sum(int(lines) for _, _, lines, *_ in by_currency),
        customers=customers,
        products=products,
        sums={
            currency: Decimal(millionths).scaleb(-6)
            for currency, _, _, _, priced, millionths in by_currency
            if priced
        },
        unpriced=sum(counted - priced for _, _, _, counted, priced, _ in by_currency),
        adds_up=dict(answers),
    )
