"""Order responses: what a seller answers to an order, for the whole of it and line by line.

The name is that of UBL's OrderResponse.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from orderglot.core.quantities import Quantity


class ResponseCode(StrEnum):
    """What is answered to an order, or to a line of it."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    REFUSED = "refused"


class LineResponse(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What is answered to a line, which goes by its number: how much of it comes, and when."""

    number: int = 0
    code: ResponseCode | None = None
    quantity: Quantity | None = None
    promised: date | None = None
    reason: str = ""


class OrderResponse(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """An answer to an order at a moment; a later one does not undo what it does not speak of."""

    code: ResponseCode | None = None
    date: datetime | None = None
    reason: str = ""
    lines: tuple[LineResponse, ...] = ()
