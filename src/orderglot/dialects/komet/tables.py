"""Komet's words and what they mean: its two statuses, its two kinds of items, a seller's settings."""

from __future__ import annotations

from orderglot.core.values import Status
from orderglot.wire.table import Both

NAME = "komet"

MAX_BODY = 64 * 1024

PENDING, CHECKED_OUT = 1, 2

STATUSES: Both[int, Status] = Both(
    {PENDING: Status.DRAFT, CHECKED_OUT: Status.RECEIVED},
    as_={
        status: Status.RECEIVED
        for status in Status
        if status not in (Status.DRAFT, Status.RECEIVED)
    },
)

INVOICE, PREBOOK = "invoice", "prebook"

ITEM_TYPES = Both({0: INVOICE, 1: PREBOOK})

FUTURE_SALES = 2
"""The origin of stock that is not there yet, so that its item is a prebook's."""

ORIGINS = ("1", "2", "3", "4")

MULTI_LOCATION = f"{NAME}.multi_location"
"""The seller's setting: true where every order belongs to a location, which must be named."""

LOCATIONS = f"{NAME}.locations"
"""The seller's locations, each with ``id``, ``name`` and ``code``."""

CARRIERS = f"{NAME}.carriers"
SHIP_TOS = f"{NAME}.ship_tos"
"""The seller's carriers, and the names that orders are shipped to, by id."""

DAILY_REQUESTS = f"{NAME}.daily_requests"
"""The seller's setting: how many requests a user may make in a day (UTC); none is no limit."""
