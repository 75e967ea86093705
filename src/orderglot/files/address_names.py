"""Address names: the column names of where an order goes to and of who pays, as shops write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_ENGLISH = {
    "full_name": ("name", "full name"),
    "company": ("company", "company name"),
    "first_name": ("first name",),
    "last_name": ("last name",),
    "line_1": ("address 1", "address line 1", "street 1", "address", "street", "address 1 2"),
    "line_2": ("address 2", "address line 2", "street 2"),
    "city": ("city", "town", "suburb"),
    "state": ("state", "state code", "province", "region", "province name"),
    "postal_code": ("postal code", "postcode", "zip", "zip code"),
    "country": ("country", "country code", "country name"),
    "phone": ("phone", "phone number", "telephone"),
    "email": ("email",),
}
"""The members of an address, each by its words; behind ``street`` stands what has both of its lines."""

_GERMAN = {
    "full_name": ("name",),
    "company": ("firma",),
    "first_name": ("vorname",),
    "last_name": ("nachname",),
    "line_1": ("straße",),
    "line_2": ("adresszusatz", "zusatz"),
    "city": ("ort", "stadt"),
    "state": ("bundesland",),
    "postal_code": ("plz", "postleitzahl"),
    "country": ("land",),
    "phone": ("telefon",),
    "email": ("e mail",),
}

_OF_ROWS = ("phone", "email")
"""What a market place may make up for each row of an order, so that it is not the buyer's."""


def _names(
    member: str, before: Sequence[str], behind: Sequence[str], german: Sequence[str]
) -> Iterator[str]:
    """Give the names of a member: its words with what stands before or behind them."""
    for word in _ENGLISH[member]:
        yield from (f"{prefix} {word}" for prefix in before)
        yield from (f"{word} {suffix}" for suffix in behind)
    for word in _GERMAN[member]:
        yield from (f"{prefix} {word}" for prefix in german)


def _of_ship_to(member: str) -> str:
    before = ("ship to", "shipping", "ship", "delivery", "deliver to", "post to", "recipient")
    german = ("lieferadresse", "lieferanschrift", "liefer")
    own = f"ship to {member.replace('_', ' ')}"
    names = _names(member, before, ("shipping", "ship to", "delivery"), german)
    return ", ".join(name for name in names if name != own)


def _of_bill_to(member: str) -> str:
    before = ("billing", "bill to", *(["buyer"] if member not in _OF_ROWS else []))
    german = ("rechnungsadresse", "rechnungsanschrift")
    names = _names(member, before, ("billing", "bill to"), german)
    return ", ".join(name for name in names if name != "billing country")


SHIP_TO = {f"ship_to_{member}": _of_ship_to(member) for member in _ENGLISH}
"""The fields of where an order goes to, each with its names."""

BILL_TO = {member: _of_bill_to(member) for member in _ENGLISH if member != "email"}
"""What else means the fields of who pays; mail addresses of one order often differ by row."""
