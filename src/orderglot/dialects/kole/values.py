"""Single values as Kole's wire writes them, and what is left of those that it writes in part."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from msgspec.structs import replace

from orderglot.core.amounts import LARGEST
from orderglot.core.order import Unknown
from orderglot.dialects.kole.tables import COUNTRIES, NAME
from orderglot.wire.form import Form
from orderglot.wire.known_members import with_unknown
from orderglot.wire.values import NO_ID, read_instant
from orderglot.wire.xml import encodable

NO_TIME = "0000-00-00"
"""How a database of the vendor's time writes a time that never was."""

HEAVIEST = int(LARGEST) - 1

SHORTEST_ZIP_PLUS_4 = 9
_ELEMENT = re.compile("[A-Za-z_][A-Za-z0-9_.-]*")
_ZIP_PLUS_4 = re.compile("([0-9]{5})-?([0-9]{4})")


def plain(text: str) -> str:
    """Give a text as XML can say it, without blanks at its ends."""
    return encodable(text).strip()


def read_text(form: Form, name: str) -> str:
    """Read a text; JSON gives no more than XML can carry."""
    text = form.text(name)
    # Most texts are printable, and those are plain.
    return text if text.isprintable() else plain(text)


def round_unknown(unknown: tuple[Unknown, ...]) -> tuple[Unknown, ...]:
    """Leave the unknown members that XML can say, texts without what it cannot."""
    return tuple(
        replace(one, value=plain(one.value)) if isinstance(one.value, str) else one
        for one in unknown
        if _is_sayable({one.path[-1]: one.value})
    )


def _is_sayable(value: Any) -> bool:
    """Tell whether all names in a value can be those of elements."""
    if isinstance(value, dict):
        return all(map(_ELEMENT.fullmatch, map(str, value))) and _is_sayable([*value.values()])
    return not isinstance(value, list) or all(map(_is_sayable, value))


def with_sayable(members: dict[str, Any], unknown: tuple[Unknown, ...]) -> dict[str, Any]:
    """Put what the vendor sent beyond the shapes back where it stood, as far as XML can say it."""
    return with_unknown(members, round_unknown(unknown), NAME)


def write_id(id: str) -> str | None:
    """Write an id, nothing where there is none yet."""
    return None if id in NO_ID else id


def write_flag(flag: bool | None) -> int | None:
    """Write a yes or no as 1 or 0."""
    return None if flag is None else int(flag)


def read_moment(text: str) -> datetime | None:
    """Read a time, which has no zone and is UTC; raises ValueError where it is none."""
    return None if text.startswith(NO_TIME) else read_instant(text)


def read_country(code: str) -> str:
    """Read a country's code; the page has two for the one country it knows."""
    return COUNTRIES.read(code) or code


def split_zip(postal_code: str) -> tuple[str, str]:
    """Take a ZIP+4 code apart; any other postal code has no second part."""
    if len(postal_code) < SHORTEST_ZIP_PLUS_4:
        return postal_code, ""
    found = _ZIP_PLUS_4.fullmatch(plain(postal_code))
    return (found[1], found[2]) if found else (postal_code, "")


def write_zip(postal_code: str) -> str:
    """Write a postal code without the four digits that follow a ZIP code."""
    return split_zip(postal_code)[0]


def write_weight(weight: Decimal | None) -> int | None:
    """Write a weight in whole pounds; what is begun counts, up to what can still be read back."""
    if weight is None:
        return None
    pounds = int(weight.to_integral_value(ROUND_UP))
    if abs(pounds) > HEAVIEST:
        return HEAVIEST if pounds > 0 else -HEAVIEST
    return pounds
