"""A seller's settings on Komet: its locations, carriers and ship-to names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from orderglot.core.errors import Rule, invalid
from orderglot.core.seller import Seller
from orderglot.dialects.komet.tables import CARRIERS, LOCATIONS, MULTI_LOCATION, SHIP_TOS


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
