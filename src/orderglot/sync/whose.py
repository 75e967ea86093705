"""Whose orders a pull asks for: everybody's, or one customer's after the other's."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.core.ports import Book
from orderglot.hub import lookup
from orderglot.sync.channel import CUSTOMER, Channel
from orderglot.wire.dialect import Dialect


async def whose_orders(book: Book, dialect: Dialect, channel: Channel) -> list[str]:
    """Give the customers to ask for where nobody says which, "" for everybody's.

    Where the vendor lists a customer's orders alone, that is every customer whom he knows. Raises
    Invalid where there is none.
    """
    if not dialect.customer:
        return [""]
    if own := channel.credentials.get(dialect.customer):
        return [own]
    known = [
        reference.id
        async for customer in lookup.customers(book)
        for reference in customer.references
        if reference.dialect in (dialect.name, channel.reference)
    ]
    if not known:
        reason = f"{dialect.title} lists the orders of one customer at a time, and none is known."
        raise invalid(CUSTOMER, Rule.REQUIRED, reason)
    return known


def of_customer(channel: Channel, dialect: Dialect, customer: str) -> Channel:
    """Give a channel as it asks for one customer's orders, where the vendor lists them so."""
    if not dialect.customer or not customer:
        return channel
    return replace(channel, credentials={**channel.credentials, dialect.customer: customer})
