"""Cancellation requests: what of an order somebody asked to be cancelled, and what the answer was."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from orderglot.core.quantities import Quantity


class CancellationState(StrEnum):
    """How far a request to cancel has come: it is open as long as it is asked."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TOO_LATE = "too late"


class LineToCancel(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How much of a line is to be cancelled; the line goes by its number."""

    number: int = 0
    quantity: Quantity | None = None


class CancellationRequest(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What is to be cancelled, who asked for it when and why, and who answered when and why.

    Without ``lines`` it is all that did not go out.
    """

    state: CancellationState | None = None
    asked: datetime | None = None
    asked_by: str = ""
    reason: str = ""
    lines: tuple[LineToCancel, ...] = ()
    answered: datetime | None = None
    answered_by: str = ""
    answer: str = ""
