"""The settings of Komet: a seller's locations, carriers and limits, a product's packing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from orderglot.core.boxes import Packing
from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import read_whole_extra
from orderglot.core.product import Product
from orderglot.core.seller import Seller
from orderglot.dialects.komet.tables import (
    CARRIERS,
    DAILY_REQUESTS,
    LOCATIONS,
    MULTI_LOCATION,
    NAME,
    SHIP_TOS,
)
from orderglot.wire.settings import Check, Settings, setting


class Location(Struct, frozen=True, kw_only=True):
    """One of a seller's locations."""

    id: str
    name: str
    code: str = ""


def locations_of(seller: Seller) -> tuple[Location, ...]:
    """Give a seller's locations, by name."""
    listed = seller.tables.get(LOCATIONS, ())
    found = (Location(**{name: str(value) for name, value in one.items()}) for one in listed)
    return tuple(sorted(found, key=lambda location: (location.name, location.id)))


MOST = 10**9
"""So many pieces are in a unit, or units in a box, at most."""


def _count(value: Any) -> int | None:
    """Give how many there are in one, None where what somebody set is no such number."""
    found = read_whole_extra(value) or 0
    return found if 0 < found < MOST else None


def packing_of(product: Product | None) -> Packing:
    """Give the box that a product is sold in, by its settings; without them it is sold by the piece."""
    extras: Mapping[str, Any] = product.extras if product else {}
    named = {name.removeprefix(f"{NAME}."): value for name, value in extras.items()}
    box = str(named.get("boxTypeCode", ""))
    return Packing(
        box=box,
        box_id=str(named.get("boxTypeId", "")),
        unit=str(named.get("unitType", "")),
        pieces_per_unit=_count(named.get("stemsBunch")),
        units_per_box=_count(named.get("pack")) if box else None,
    )


def location_asked(seller: Seller, location: str) -> str:
    """Give the location that a request speaks of, "" where the seller has none.

    Raises Invalid where the seller has several and the request names none of them.
    """
    if not seller.tables.get(MULTI_LOCATION, False):
        return ""
    if not location:
        reason = "This company has several locations; name one of them."
        raise invalid("companyLocationId", Rule.REQUIRED, reason)
    if location not in {one.id for one in locations_of(seller)}:
        reason = "The company has no such location; location.list has those that it has."
        raise invalid("companyLocationId", Rule.UNKNOWN, reason)
    return location


def location_written(seller: Seller, location: str) -> str:
    """Give the location that a write speaks of, as ``location_asked`` does.

    Raises Invalid also where the seller has listed its locations and this is none of them, whether
    it has several or not.
    """
    known = {one.id for one in locations_of(seller)}
    if location and known and location not in known:
        reason = "The company has no such location; leave it out, or see location.list."
        raise invalid("companyLocationId", Rule.UNKNOWN, reason)
    return location_asked(seller, location)


def carrier_name(seller: Seller, id: str) -> str:
    """Give the name of a carrier; raises Invalid for one that the seller does not have."""
    return _named(seller.tables.get(CARRIERS, {}), "carrierId", id)


def ship_name(seller: Seller, id: str) -> str:
    """Give the name that goods are shipped to; raises Invalid for one that nobody has."""
    return _named(seller.tables.get(SHIP_TOS, {}), "shipToId", id)


def _named(names: Mapping[str, Any], parameter: str, id: str) -> str:
    if not id:
        return ""
    if id not in names:
        raise invalid(parameter, Rule.UNKNOWN, "The company has none of this id.")
    return str(names[id])


# What a seller may set

_Id = Annotated[str, Meta(pattern="^[0-9]{1,10}$")]
_Text = Annotated[str, Meta(min_length=1)]
_Number = Annotated[int, Meta(ge=0)]
_Count = Annotated[int, Meta(ge=1, le=1_000_000)]
_Names = dict[_Id, _Text]


class _Row(Struct, forbid_unknown_fields=True):
    id: _Id | _Number
    name: _Text
    code: str = ""


_locations = setting(
    LOCATIONS, list[_Row], 'a list of locations such as [{"id": "13", "name": "Miami"}]'
)


def _different_locations(value: Any) -> None:
    _locations(value)
    ids = [str(row["id"]) for row in value]
    if len(set(ids)) < len(ids):
        raise invalid(LOCATIONS, Rule.DUPLICATE, "an id stands in this list twice.")


def _all(names: tuple[str, ...], kind: Any, meaning: str) -> dict[str, Check]:
    full = (f"{NAME}.{name}" for name in names)
    return {name: setting(name, kind, meaning) for name in full}


SETTINGS = Settings(
    seller={
        MULTI_LOCATION: setting(MULTI_LOCATION, bool, "true or false"),
        LOCATIONS: _different_locations,
        CARRIERS: setting(CARRIERS, _Names, 'names by their ids, such as {"1661": "Armellini"}'),
        SHIP_TOS: setting(SHIP_TOS, _Names, 'names by their ids, such as {"501": "RSVP2"}'),
        DAILY_REQUESTS: setting(DAILY_REQUESTS, _Count, "a number of requests, from 1 to 1000000"),
    },
    product={
        **_all(("boxTypeId", "boxTypeCode", "unitType"), _Text | _Number, "a text or a number"),
        **_all(("stemsBunch", "pack"), _Count, "a number from 1 to 1000000"),
    },
    customer=_all(
        ("salesPerson", "salesPersonId", "customerType", "accountingCode"),
        _Text | _Number,
        "a text or a number",
    ),
)
