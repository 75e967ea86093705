"""Single values as Adobe's wire writes them, and what is left of those that it writes in part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from orderglot.wire.values import NO_ID, read_instant, seconds

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ZULU = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_SECOND = timedelta(seconds=1)


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the members that say nothing: Adobe's clients take no null."""
    return {name: value for name, value in members.items() if value is not None}


def plain(text: str) -> str:
    """Give a text without blanks at its ends."""
    return text.strip()


def write_id(id: str) -> str:
    """Write an id, nothing where there is none yet."""
    return "" if id in NO_ID else id


def write_moment(moment: datetime | None) -> str | None:
    """Write a time: to the second, in UTC, with a Z at its end."""
    return None if moment is None else seconds(moment) + "Z"


def write_exactly(moment: datetime) -> str:
    """Write a time to the microsecond, for a filter that must cut exactly there."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_beginning(text: str) -> datetime:
    """Read a date, for its midnight, or a time in Zulu; raises ValueError where it is neither."""
    if not (_DATE.fullmatch(text) or _ZULU.fullmatch(text)):
        raise ValueError("is not a date such as 2019-05-02 or 2019-05-02T22:49:54Z")
    return read_instant(text)


def read_end(text: str) -> datetime | None:
    """Read a date or time as the moment that is no longer part of it, None at the end of time.

    A wire that shows seconds cuts by seconds: what it shows as the end is still in.
    """
    end = read_beginning(text)
    try:
        return end + (_SECOND if "." not in text else timedelta.resolution)
    except OverflowError:
        return None
