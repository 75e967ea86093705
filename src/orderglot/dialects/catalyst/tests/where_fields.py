"""The fields of the vendor's pages: what each is, how all are asked for, and what an order shows.

Written from the pages. What they leave open is decided in the dialect's README, under *Filters*.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

Row = dict[str, Any]


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

BY_SMALL_NAME = {name.lower(): name for name in KINDS}
"""The names by what they are in small letters; clients write them either way."""


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
