"""The oracle: what a ``where`` finds and how ``order`` sorts, by the vendor's pages alone.

It knows nothing of the book and of the code that is tried: it looks at the orders as they are shown.
What the pages leave open is decided in the dialect's README, under *Filters* and *Oddities*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from typing import Any

Row = dict[str, Any]
Where = dict[str, Any]


class Kind(Enum):
    """What the pages say of a field."""

    NUMBER = auto()
    TEXT = auto()
    FLAG = auto()
    MOMENT = auto()


def _fields(**kinds: str) -> dict[str, Kind]:
    return {name: Kind[kind.upper()] for kind, names in kinds.items() for name in names.split()}


ORDER = _fields(
    number="""
        assignedUserId categoryId cycleTypeId directDebitDays directDebitTypeId discountCodeId
        discountRate entityId giftVoucherAmount giftVoucherId id integrationId parentId
        paymentMethodTypeId shippingOptionId shippingPrice shippingTaxRate siteId statusTypeId
        taxCodeId totalPrice""",
    text="""
        countryCode invoiceNumber name shippingAttention shippingDescription shippingInstructions
        shippingRateKey""",
    flag="""
        destinationAddressIsResidential directDebitProcessed invoiced isIntermediate quote recur""",
    moment="createDate endRecurDate invoiceDate lastUpdateDate nextInvoiceDate",
)
"""The 39 fields of the page."""

CONTACTS = (
    *("homePhone", "homeFax", "workPhone", "workFax", "mobilePhone", "pager"),
    *("email1", "email2", "email3", "webAddress"),
)
CONTACT = _fields(
    number="id siteId phoneNumberTypeId objectId objectType", text="value", flag="default"
)
RELATIONS: dict[str, dict[str, Any]] = {
    "status": _fields(
        number="id siteId siteNotificationId", text="label", flag="default notifyCustomer"
    ),
    "taxCode": _fields(number="id siteId rate", text="countryCode taxCode code"),
    "discountCode": _fields(
        number="""
            id siteId discountCodeTypeId discountPercentage discountThreshold expireAfterXUses
            recurrenceAvailability""",
        text="discountCode description",
        flag="enabled hidden",
        moment="releaseDate expiryDate",
    ),
    "customer": {
        **_fields(
            number="""
                id siteId customerTypeId leadSourceTypeId industryTypeId ratingTypeId
                titleTypeId""",
            text="firstName middleName lastName company username externalId",
            flag="wholesaler",
            moment="dateOfBirth createDate lastUpdateDate",
        ),
        **dict.fromkeys(CONTACTS, CONTACT),
    },
    "company": _fields(number="siteId", text="name"),
    "assignedUser": _fields(
        number="id siteId userTypeId",
        text="email firstName lastName mobileNumber aliases alternateEmail",
        flag="catchAll enabled",
        moment="createDate lastUpdateDate",
    ),
    "workflow": _fields(number="id siteId"),
}
OLD_NAMES = {
    "userIdAssignedTo": "assignedUserId",
    "shippingOption": "shippingOptionId",
    "creationDate": "createDate",
    "cycleTypeID": "cycleTypeId",
    "directDebitTypeID": "directDebitTypeId",
}
OF_CUSTOMER = ("email1.value", "homePhone.value")
"""Paths that the page shows without the relation before them."""


def _paths(members: dict[str, Any], before: str = "") -> Iterator[tuple[str, Kind]]:
    for name, kind in members.items():
        if isinstance(kind, Kind):
            yield before + name, kind
        else:
            yield from _paths(kind, f"{before}{name}.")


KINDS: dict[str, Kind] = {
    **ORDER,
    "deleted": Kind.FLAG,
    **{old: ORDER[new] for old, new in OLD_NAMES.items()},
    **dict(_paths(RELATIONS)),
    **dict.fromkeys(OF_CUSTOMER, Kind.TEXT),
}
"""Whatever a ``where`` may ask for, and what it is."""

_KNOWN = {name.lower(): name for name in KINDS}


def all_fields() -> str:
    """Give the ``fields`` that show all of an order."""
    return ",".join((*ORDER, "deleted", *_selections(RELATIONS)))


def _selections(members: dict[str, Any]) -> Iterator[str]:
    for name, inside in members.items():
        if isinstance(inside, Kind):
            yield name
        else:
            yield f"{name}({','.join(_selections(inside))})"


def shown(row: Row, name: str) -> Any:
    """Give what an order shows under a name or path, None where that leads nowhere."""
    name = OLD_NAMES.get(name, name)
    steps = (f"customer.{name}" if name in OF_CUSTOMER else name).split(".")
    value: Any = row
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    if KINDS[name] is Kind.MOMENT and value is not None:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


# What a where finds


class Refused(Exception):
    """A ``where`` is none."""


def check(where: Any) -> None:
    """Raise Refused where the vendor's language has no such ``where``."""
    if not isinstance(where, dict):
        raise Refused("no conditions")
    for name, said in where.items():
        if name.lower() in ("$and", "$or"):
            if not isinstance(said, list):
                raise Refused("no list")
            for part in said:
                check(part)
            continue
        if name.lower() not in _KNOWN:
            raise Refused("no such field")
        kind = KINDS[_KNOWN[name.lower()]]
        for sign, value in _comparisons(said):
            _check_comparison(kind, sign, value)


def _comparisons(said: Any) -> list[tuple[str, Any]]:
    if not isinstance(said, dict):
        return [("", said)]
    if not said:
        raise Refused("nothing to compare with")
    return [(sign.lower(), value) for sign, value in said.items()]


def _check_comparison(kind: Kind, sign: str, value: Any) -> None:
    if sign not in _SIGNS:
        raise Refused("no such operator")
    if sign in ("$in", "$nin") and not isinstance(value, list):
        raise Refused("no list")
    if sign in ("$contains", "$beginswith") and kind is not Kind.TEXT:
        raise Refused("no text")
    for one in value if sign in ("$in", "$nin") else [value]:
        if isinstance(one, dict | list):
            raise Refused("no single value")
        if one is not None:
            read(kind, one)


def finds(where: Where, row: Row) -> bool:
    """Tell whether a ``where`` that is one finds an order."""
    return all(_holds(name, said, row) for name, said in where.items())


def _holds(name: str, said: Any, row: Row) -> bool:
    if name.lower() == "$and":
        return all(finds(part, row) for part in said)
    if name.lower() == "$or":
        return any(finds(part, row) for part in said)
    known = _KNOWN[name.lower()]
    value, kind = shown(row, known), KINDS[known]
    return all(_SIGNS[sign](kind, value, wanted) for sign, wanted in _comparisons(said))


def asks(where: Any, name: str) -> bool:
    """Tell whether a ``where`` names a field."""
    if isinstance(where, list):
        return any(asks(part, name) for part in where)
    if not isinstance(where, dict):
        return False
    return any(key.lower() == name or asks(said, name) for key, said in where.items())


def read(kind: Kind, value: Any) -> Any:
    """Read what a field is compared with."""
    return _READ[kind](value)


def _read_number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise Refused("no number")
    try:
        return Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise Refused("no number") from None


def _read_text(value: Any) -> str:
    if isinstance(value, bool):
        raise Refused("no text")
    return str(value)


def _read_flag(value: Any) -> bool:
    said = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if said is None:
        raise Refused("no yes or no")
    return said


def _read_moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("no date") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: _read_number,
    Kind.TEXT: _read_text,
    Kind.FLAG: _read_flag,
    Kind.MOMENT: _read_moment,
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _equals(kind: Kind, value: Any, wanted: Any) -> bool:
    if value is None or wanted is None:
        return value is wanted
    if kind is Kind.MOMENT and _DAY.fullmatch(wanted):
        day = _read_moment(wanted)
        return bool(day <= value < day + timedelta(days=1))
    return bool(value == read(kind, wanted))


def _compares(holds: Callable[[Any, Any], bool]) -> Callable[[Kind, Any, Any], bool]:
    def compare(kind: Kind, value: Any, wanted: Any) -> bool:
        return value is not None and wanted is not None and holds(value, read(kind, wanted))

    return compare


def _fold(text: str) -> str:
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in text)


_SIGNS: dict[str, Callable[[Kind, Any, Any], bool]] = {
    "": _equals,
    "$ne": lambda kind, value, wanted: not _equals(kind, value, wanted),
    "$neq": lambda kind, value, wanted: not _equals(kind, value, wanted),
    "$in": lambda kind, value, wanted: any(_equals(kind, value, one) for one in wanted),
    "$nin": lambda kind, value, wanted: not any(_equals(kind, value, one) for one in wanted),
    "$lt": _compares(lambda value, wanted: bool(value < wanted)),
    "$lte": _compares(lambda value, wanted: bool(value <= wanted)),
    "$gt": _compares(lambda value, wanted: bool(value > wanted)),
    "$gte": _compares(lambda value, wanted: bool(value >= wanted)),
    "$contains": _compares(lambda value, wanted: _fold(wanted) in _fold(value)),
    "$beginswith": _compares(lambda value, wanted: _fold(value).startswith(_fold(wanted))),
}

SIGNS = (
    *("", "$lt", "$lte", "$gt", "$gte", "$ne", "$neq", "$in", "$nin", "$contains", "$beginsWith"),
)
"""The operators of the page; "" is that of equality."""


# How order sorts

SORTABLE = (*ORDER, *OLD_NAMES)

Place = Callable[[Row, str], Any]


def in_order(rows: list[Row], keys: list[tuple[str, bool]], place: Place) -> list[Row]:
    """Put orders into an order by fields, each descending or not; nothing comes first.

    ``place`` tells the hub's own number of a row, and of what else the book alone knows.
    """
    down = keys[-1][1]
    ranked = sorted(rows, key=lambda row: place(row, "id"), reverse=down)
    for name, descending in reversed(keys):
        ranked.sort(key=lambda row: _rank(row, name, place), reverse=descending)
    return ranked


def _rank(row: Row, name: str, place: Place) -> tuple[bool, Any]:
    value = place(row, name) if name in BY_THE_BOOK else shown(row, name)
    return (value is not None, 0 if value is None else value)


BY_THE_BOOK = ("id", "entityId", "totalPrice")
"""What is sorted as an index has it, which the README tells."""
