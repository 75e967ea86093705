"""Schedules: the days that an order, or a line of it, is bound to."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class Schedule(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Days by what they mean, in the seller's zone.

    The buyer has ``wanted`` it on that day, takes none ``not_before`` and cancels what has not come
    ``cancel_after``; the seller has ``promised`` it for one.
    """

    wanted: date | None = None
    promised: date | None = None
    not_before: date | None = None
    cancel_after: date | None = None
