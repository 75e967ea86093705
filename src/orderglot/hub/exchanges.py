"""Exchanges that a person means: those of an order, of some statuses, since a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orderglot.core.caller import Caller
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.journal import Criteria, Journal, Kept
from orderglot.core.ports import Book
from orderglot.core.time_zones import zone_of
from orderglot.hub.lookup import find_order
from orderglot.wire.values import read_instant

NOBODY = Caller(seller=0)
"""Whose exchanges those are of which nobody knows whose they are."""

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


async def of_order(book: Book, text: str) -> Criteria:
    """Ask for the exchanges of an order: those that touched it, and those that made its events."""
    order = await find_order(book, text)
    events = await book.events(order.id)
    ids = dict.fromkeys(one.exchange for one in events if one.exchange)
    return Criteria(order=order.id, ids=tuple(ids))


async def one_of(journal: Journal, callers: tuple[Caller, ...], id: str) -> tuple[Caller, Kept]:
    """Give an exchange, and which of some callers may see it; raises NotFound where none may."""
    for caller in callers[:-1]:
        try:
            return caller, await journal.show(caller, id)
        except NotFound:
            continue
    return callers[-1], await journal.show(callers[-1], id)


LEAST, MOST = 100, 599
"""Which statuses there are."""


def read_statuses(text: str, field: str = "--status") -> Criteria:
    """Read which statuses are meant: ``404``, ``4xx``, ``400-499``, or ``refused``."""
    if text in ("", "refused"):
        return Criteria(refused=True if text else None)
    first, dash, last = text.lower().partition("-")
    if len(text) == 3 and first[0].isdecimal() and first[1:] == "xx":
        first, last = f"{first[0]}00", f"{first[0]}99"
    elif not dash:
        last = first
    if not (first.isdecimal() and last.isdecimal() and len(first) <= 3 and len(last) <= 3):
        reason = f"{text[:40]!r} is not a status such as 404, 4xx, 400-499, or the word refused."
        raise invalid(field, Rule.MALFORMED, reason)
    if not LEAST <= int(first) <= int(last) <= MOST:
        reason = f"{text[:40]!r} is not within {LEAST} and {MOST}, from the lower to the higher."
        raise invalid(field, Rule.RANGE, reason)
    return Criteria(statuses=(int(first), int(last)))


def read_since(text: str, timezone: str, field: str = "--since") -> datetime | None:
    """Read since when: a time by the seller's clock, or how long ago, such as ``90m``."""
    if not text:
        return None
    number, unit = text[:-1], text[-1:]
    try:
        if number.isdecimal() and unit in UNITS:
            return datetime.now(UTC) - timedelta(**{UNITS[unit]: int(number)})
        return read_instant(text, zone_of(timezone))
    except (ValueError, OverflowError):
        reason = f"{text[:40]!r} is neither a time like 2024-05-21T19:10Z nor a while like 90m."
        raise invalid(field, Rule.MALFORMED, reason) from None
