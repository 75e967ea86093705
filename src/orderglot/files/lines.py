"""Lines: the texts of a row read as what they mean, strictly, or refused with the reason.

Every ``read_`` here raises ValueError with a reason that names the field and shows its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from orderglot.core.currencies import DECIMALS
from orderglot.core.errors import Rule, invalid
from orderglot.wire.values import LARGEST, read_amount

ZERO = Decimal(0)
LONGEST_NAME = 250
LONGEST_NUMBER = 50
LONGEST_SHOWN = 40

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"(?P<clock>[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(?P<zone> ?(Z|[+-]\d\d(:?\d\d)?))?)?",
    re.ASCII,
)

SOLD, RETURNED, RETURNED_FREE, ADJUSTED = "sold", "returned", "returned free", "adjusted"
"""What has become of the goods of a line."""

Worth = tuple[int, Decimal | None, Decimal | None, str]
"""A quantity, the price of a piece, the two multiplied, and what has become of the goods.

Price and product are None without a price.
"""


def read_worth(said: tuple[str, str]) -> Worth:
    """Read how many pieces a line has, at which price, and what it comes to, exactly."""
    quantity, price = said
    pieces = _read_quantity(quantity)
    each = _read_price(price)
    if each is None:
        return pieces, None, None, SOLD if pieces >= 0 else RETURNED
    total = pieces * each or ZERO  # never a negative zero
    if abs(total) >= LARGEST:
        raise ValueError(f"{_short(quantity)} pieces at {_short(price)} are too much money")
    return pieces, each, total, _become(pieces, each)


def _become(pieces: int, each: Decimal) -> str:
    if each < 0:
        return ADJUSTED
    if pieces >= 0:
        return SOLD
    return RETURNED if each else RETURNED_FREE


def _read_quantity(text: str) -> int:
    if not text.strip():
        raise ValueError("it has no quantity")
    if len(text) > LONGEST_NUMBER or not _WHOLE.fullmatch(text.strip()):
        raise ValueError(f"the quantity {_short(text)} is not a whole number such as 12 or -3")
    return int(text.strip().partition(".")[0])


def _read_price(text: str) -> Decimal | None:
    if not text.strip():
        return None
    if len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"the price {_short(text)} is not a number such as 1250.95")
    try:
        return read_amount(text) or ZERO
    except ValueError as error:
        raise ValueError(f"the price {_short(text)} {error}") from None


def read_name(what: str, text: str) -> str:
    """Read what something is known by, exactly as it stands; blanks alone are no name."""
    if len(text) > LONGEST_NAME:
        raise ValueError(f"{what} is longer than {LONGEST_NAME} characters")
    if not text or text.isspace():
        raise ValueError(f"it has no {what}")
    return text


def read_currency(text: str) -> str:
    """Read an ISO 4217 code, whatever its case."""
    code = text.strip().upper()
    if code not in DECIMALS:
        raise ValueError(f"the currency {_short(text)} is not a code such as GBP")
    return code


def reader_of_times(zone: tzinfo) -> Callable[[str], datetime | None]:
    """Make the function that reads a time, or a date for its midnight; nothing as None.

    A time without a zone is one of ``zone``: in an hour that comes twice the first of the two, in
    one that is skipped as the clock that was not yet put forward would have shown it.
    """

    @lru_cache(maxsize=4_096)
    def read_time(text: str) -> datetime | None:
        written = text.strip()
        if not written:
            return None
        try:
            found = _TIME.fullmatch(written) if len(text) <= LONGEST_NUMBER else None
            if found is None:
                raise ValueError
            clock, zoned = found.group("clock", "zone")
            if zoned:
                written = written.replace(" ", "T", 1).replace(" ", "")
            elif clock and zone is UTC:
                written += "Z"  # sooner said than put on the moment
            moment = datetime.fromisoformat(written)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(
                f"the time {_short(text)} is not one such as 2010-12-01 08:26"
            ) from None

    return read_time


def read_zone(name: str) -> tzinfo:
    """Find a time zone by its IANA name; raise Invalid without one."""
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        reason = f"There is no time zone {_short(name)}; give one such as Europe/London."
        raise invalid("timezone", Rule.UNKNOWN, reason) from None


def _short(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "...")
