"""Expiry: until when something is good, as people write it: 90d, or a day."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo

from orderglot.core.errors import Rule, invalid

HOURS = {"h": 1, "d": 24, "w": 7 * 24}
LONGEST = timedelta(days=36_500)
"""Nothing is to last longer than about a hundred years from now, if it is said so."""

LAST_YEAR = 9_000

_SPAN = re.compile(r"(\d{1,6})([hdw])", re.ASCII)


def read_span(field: str, text: str, longest: timedelta = LONGEST) -> timedelta:
    """Read how long something is to last: ``90d``, ``12h``, ``2w``, or ``0``.

    Raises Invalid, about a field, of anything else and of more than is allowed.
    """
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None and text.strip() != "0":
        reason = f"{text[:40]!r} is not a time such as 12h, 7d or 2w."
        raise invalid(field, Rule.MALFORMED, reason)
    span = timedelta(hours=int(found[1]) * HOURS[found[2]]) if found else timedelta()
    if span > longest:
        reason = f"{text[:40]} is too long; {longest.days}d at most."
        raise invalid(field, Rule.RANGE, reason)
    return span


def read_expiry(field: str, text: str, now: datetime, zone: tzinfo) -> datetime:
    """Read until when something is good: ``90d`` from now, a day to its end in a zone, or a moment.

    Raises Invalid, about a field, of what is none of these, is over, or is too far away.
    """
    until = now + read_span(field, text) if _SPAN.fullmatch(text.strip().lower()) else None
    until = until or _read_moment(field, text.strip(), zone)
    if until <= now:
        raise invalid(field, Rule.RANGE, f"{text[:40]} is over; name a time to come.")
    if until.year > LAST_YEAR:
        raise invalid(field, Rule.RANGE, f"{text[:40]} is too far away; leave it out for good.")
    return until


def _read_moment(field: str, text: str, zone: tzinfo) -> datetime:
    try:
        if len(text) == len("2027-01-31"):
            day = date.fromisoformat(text) + timedelta(days=1)
            return datetime.combine(day, time(), zone)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        reason = f"{text[:40]!r} is neither a time such as 90d nor a day such as 2027-01-31."
        raise invalid(field, Rule.MALFORMED, reason) from None
