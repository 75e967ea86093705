"""Parties: who else takes part in an order, by role.

Who buys stands in the order's ``customer``, and where it is billed and sent in ``bill_to`` and
``ship_to``; here is whoever has no such place. The roles are UBL's.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from orderglot.core.addresses import Address


class Role(StrEnum):
    """What a party does in an order."""

    BUYER = "buyer"
    """Whoever places it, where that is not the customer who is billed."""
    SELLER = "seller"
    CARRIER = "carrier"
    SHIP_TO = "ship to"
    """A further place that some of the lines go to."""
    END_USER = "end user"
    PAYER = "payer"


class Party(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Somebody who takes part in an order; ``number`` is the seller's own, or the buyer's."""

    role: Role | None = None
    number: str = ""
    name: str = ""
    tax_number: str = ""
    address: Address | None = None
