"""Dates: moments as people write them, read by the order of day, month and year.

``2024-05-21`` and ``21 May 2024`` say by themselves which is which; ``05/06/2024`` says it only
beside others, or by a flag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from msgspec import Struct

DMY, MDY, YMD = "dmy", "mdy", "ymd"
ORDERS = (DMY, MDY, YMD)
EITHER = "?"
LONGEST = 50
TURN = 70
"""Two digits of a year from here on are of the last century."""

_ZONE = r"(?P<zone> ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?"
_CLOCK = (
    r"(?:(?:T|,? +)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,6}))?)?"
    rf"(?P<half> ?[AaPp]\.?[Mm]\.?)?{_ZONE})?"
)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?P<clock>[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(?P<zone> ?(Z|[+-]\d\d(:?\d\d)?))?)?",
    re.ASCII,
)
_NUMBERS = re.compile(
    r"(?P<one>\d{1,4})(?P<mark>[./-])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{1,4})" + _CLOCK, re.ASCII
)
_MONTH = r"(?P<name>[A-Za-zäÄ]{3,9})\.?"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,? +)?"
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ .-]+{_MONTH}[ ,-]+(?P<year>\d{{4}}|\d\d){_CLOCK}",
    re.ASCII,
)
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}{_MONTH}[ -]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ ,-]+(?P<year>\d{{4}}|\d\d){_CLOCK}",
    re.ASCII,
)
_MONTHS = (
    ("january", "januar"),
    ("february", "februar"),
    ("march", "märz", "maerz", "mrz"),
    ("april",),
    ("may", "mai"),
    ("june", "juni"),
    ("july", "juli"),
    ("august",),
    ("september",),
    ("october", "oktober"),
    ("november",),
    ("december", "dezember"),
)
"""The months by their names in English and German, of which no two begin with the same three letters."""

Found = re.Match[str]


def clue(text: str) -> str:
    """Tell in which order a date has day and month, "" where it says so itself, ``?`` in doubt."""
    found = _NUMBERS.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None or len(found["one"]) > 2:
        return ""
    if found["mark"] == ".":
        return DMY
    one, two = int(found["one"]), int(found["two"])
    if one > 31:
        return YMD
    if one > 12:
        return DMY
    return MDY if two > 12 else EITHER


def clues(texts: Iterable[str]) -> dict[str, str]:
    """Give the clues of some texts, each with the first text that gives it."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(clue(text), text)
    found.pop("", None)
    return found


def lacks_zone(text: str) -> bool:
    """Tell whether a text is likely a moment that names no zone."""
    written = text.strip()
    forms = (_ISO, _NUMBERS, _DAY_FIRST, _MONTH_FIRST)
    found = next(filter(None, (form.fullmatch(written) for form in forms)), None)
    return found is not None and not found["zone"]


class InDoubt(ValueError):
    """A date can be read in two ways, or is written otherwise than the others."""


class DateOrder(Struct, frozen=True):
    """In which order a file's dates have day, month and year.

    ``order`` is the one where there may be doubt, "" where nobody knows. With ``strict`` a person
    has set it, and no date in numbers may be written otherwise; else each is read as it says
    itself, but for one that is written as none of those before.
    """

    order: str = ""
    strict: bool = False
    seen: frozenset[str] = frozenset()

    def order_of(self, text: str) -> str:
        """Give the order of a date; raises InDoubt where nobody knows it."""
        shown = self.order if self.strict else clue(text)
        if shown == EITHER:
            shown = self.order
        elif self.seen and shown not in self.seen:
            raise InDoubt(
                f"has its day and month as no date before it in this file ({shown}); "
                "say which is meant with --dates"
            )
        if not shown:
            raise InDoubt("can be read in two ways; say which with --dates dmy, mdy or ymd")
        return shown


UNKNOWN = DateOrder()


def reader_of_times(zone: tzinfo, dates: DateOrder = UNKNOWN) -> Callable[[str], datetime | None]:
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
            if len(text) > LONGEST:
                raise ValueError
            if found := _ISO.fullmatch(written):
                clock, zoned = found.group("clock", "zone")
                if zoned:
                    written = written.replace(" ", "T", 1).replace(" ", "")
                elif clock and zone is UTC:
                    written += "Z"  # faster than to set it on the datetime
                moment = datetime.fromisoformat(written)
                moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
                return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
            if (other := _other(written, zone, dates)) is not None:
                return other
        except InDoubt as doubt:
            raise ValueError(f"the time {_short(text)} {doubt}") from None
        except (ValueError, OverflowError):
            pass
        raise ValueError(f"the time {_short(text)} is not one such as 2010-12-01 08:26")

    return read_time


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _other(written: str, zone: tzinfo, dates: DateOrder) -> datetime | None:
    """Read what is not ISO 8601, None where it is no time at all."""
    if found := _NUMBERS.fullmatch(written):
        return _of_day(found, _ordered(found, dates), zone)
    found = _DAY_FIRST.fullmatch(written) or _MONTH_FIRST.fullmatch(written)
    return None if found is None else _of_day(found, _named(found), zone)


def _ordered(found: Found, dates: DateOrder) -> tuple[int, int, int]:
    """Give year, month and day of a date in numbers; raises ValueError where they are in doubt."""
    one, two, three = found["one"], found["two"], found["three"]
    order = YMD if len(one) == 4 else dates.order_of(found.group())
    if order == YMD:
        return _year(one), int(two), int(three)
    day, month = (one, two) if order == DMY else (two, one)
    return _year(three), int(month), int(day)


def _named(found: Found) -> tuple[int, int, int]:
    name = found["name"].lower()
    months = [
        place
        for place, names in enumerate(_MONTHS, 1)
        if any(month.startswith(name) for month in names)
    ]
    if len(months) != 1:
        raise ValueError
    return _year(found["year"]), months[0], int(found["day"])


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise ValueError
    return int(digits) + (1900 if int(digits) >= TURN else 2000)


def _of_day(found: Found, day: tuple[int, int, int], zone: tzinfo) -> datetime:
    if found["hour"] is None:
        return datetime(*day, tzinfo=zone).astimezone(UTC)
    hour, half = int(found["hour"]), (found["half"] or "").strip().lower()[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    part = int((found["part"] or "0").ljust(6, "0"))
    clock = (hour, int(found["minute"]), int(found["second"] or 0), part)
    moment = datetime(*day, *clock, tzinfo=zone)
    zoned = (found["zone"] or "").strip()
    if not zoned:
        return moment.astimezone(UTC)
    offset = "+00:00" if zoned in ("Z", "UTC", "GMT") else zoned
    return datetime.fromisoformat(f"{moment.replace(tzinfo=None).isoformat()}{offset}").astimezone(
        UTC
    )
