"""Members of the relations: what the reference has inside each, and how each is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orderglot.dialects.catalyst.comparisons import ReadValue
from orderglot.dialects.catalyst.values import read_moment, read_number, read_text, read_yes

Inside = Mapping[str, "ReadValue | Inside"]
"""What the reference has inside a relation: how each member is read, or what is inside that."""

ROW: Inside = {"id": read_number, "siteId": read_number}
STATUS: Inside = {
    **ROW,
    "label": read_text,
    "default": read_yes,
    "notifyCustomer": read_yes,
    "siteNotificationId": read_number,
}
TAX_CODE: Inside = {
    **ROW,
    "countryCode": read_text,
    "taxCode": read_text,
    "code": read_text,
    "rate": read_number,
}
DISCOUNT_CODE: Inside = {
    **ROW,
    "discountCodeTypeId": read_number,
    "discountCode": read_text,
    "description": read_text,
    "discountPercentage": read_number,
    "discountThreshold": read_number,
    "expireAfterXUses": read_number,
    "releaseDate": read_moment,
    "expiryDate": read_moment,
    "enabled": read_yes,
    "recurrenceAvailability": read_number,
    "hidden": read_yes,
}
CONTACT: Inside = {
    **ROW,
    "phoneNumberTypeId": read_number,
    "objectId": read_number,
    "objectType": read_number,
    "value": read_text,
    "default": read_yes,
}
CONTACTS = (
    *("homePhone", "homeFax", "workPhone", "workFax", "mobilePhone", "pager"),
    *("email1", "email2", "email3", "webAddress"),
)
CUSTOMER_SHOWN: Inside = {
    **ROW,
    "customerTypeId": read_number,
    "leadSourceTypeId": read_number,
    "industryTypeId": read_number,
    "ratingTypeId": read_number,
    "titleTypeId": read_number,
    "firstName": read_text,
    "middleName": read_text,
    "lastName": read_text,
    "company": read_text,
    "username": read_text,
}
CUSTOMER: Inside = {
    **CUSTOMER_SHOWN,
    "externalId": read_text,
    "dateOfBirth": read_moment,
    "createDate": read_moment,
    "lastUpdateDate": read_moment,
    "wholesaler": read_yes,
    **dict.fromkeys(CONTACTS, CONTACT),
}
COMPANY: Inside = {"siteId": read_number, "name": read_text}
USER_SHOWN: Inside = ROW
USER: Inside = {
    **USER_SHOWN,
    **dict.fromkeys(("email", "firstName", "lastName", "mobileNumber", "aliases"), read_text),
    **dict.fromkeys(("createDate", "lastUpdateDate"), read_moment),
    **dict.fromkeys(("catchAll", "enabled"), read_yes),
    "userTypeId": read_number,
    "alternateEmail": read_text,
}


def paths(inside: Inside, before: str = "") -> Iterator[tuple[str, ReadValue]]:
    """Give the members by their paths."""
    for name, read in inside.items():
        if callable(read):
            yield before + name, read
        else:
            yield from paths(read, f"{before}{name}.")
