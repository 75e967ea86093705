"""The customer: who buys from a seller, and what a new order of theirs is checked against."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict
from orderglot.core.order import Address, Identity, Reference, is_channel
from orderglot.core.values import PaymentMethod


class ShippingAccount(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A customer's own account with a carrier, which a shipment is charged to."""

    carrier: str = ""
    number: str = ""


class Customer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who buys from a seller. ``term_start`` is when the current contract term began."""

    id: int = 0
    version: int = 0
    number: str = ""
    references: tuple[Reference, ...] = ()
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    tax_id: str = ""
    tax_exempt: bool | None = None
    currency: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    term_start: date | None = None
    bill_to: Address | None = None
    payment_methods: tuple[PaymentMethod, ...] = ()
    shipping_accounts: tuple[ShippingAccount, ...] = ()
    own_item_numbers: bool = False
    """Whether the seller has a table of the numbers that they call his items by."""
    extras: dict[str, Any] = {}


def renamed(before: Customer, customer: Customer, references: tuple[Reference, ...]) -> Customer:
    """Give a customer what they are known by from now on.

    Raises Conflict where clients of ours know them by another id already: what they were told stays.
    """
    given = {one.dialect: one.id for one in references}
    for one in before.references:
        if not is_channel(one.dialect) and given.get(one.dialect) != one.id:
            raise Conflict(
                f"Clients of {one.dialect} know customer {before.number or before.id} as "
                f"{one.id} already; what they were told stays."
            )
    return replace(customer, references=references)


def identity(customer: Customer) -> Identity:
    """Give what the customer is known by, as an order carries it."""
    return Identity(id=customer.id, number=customer.number, references=customer.references)
