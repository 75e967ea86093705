"""Addresses, out of the texts of their members."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from msgspec import convert

from orderglot.core.addresses import Address
from orderglot.files.address_names import SHIP_TO
from orderglot.files.cells import unwrapped
from orderglot.files.countries import country_code

MEMBERS = tuple(field.removeprefix("ship_to_") for field in SHIP_TO)
"""What a column can say of an address; a ``full_name`` is first and last name in one."""

AddressReader = Callable[[tuple[str, ...]], Address | None]


def reader_of_addresses(members: Sequence[str]) -> AddressReader:
    """Make the function that reads an address, which many orders may share, such as a country."""

    @lru_cache(maxsize=4_096)
    def read_address(values: tuple[str, ...]) -> Address | None:
        texts = {
            field: unwrapped(text) for field, text in zip(members, values, strict=True) if text
        }
        if "postal_code" in texts:
            # Shops put an apostrophe before any of them, for spreadsheets; none begins with one.
            texts["postal_code"] = texts["postal_code"].removeprefix("'")
        country = texts.pop("country", "")
        if country:
            texts |= {"country_name": country, "country": country_code(country)}
        name = texts.pop("full_name", "").strip()
        if name and "first_name" not in texts and "last_name" not in texts:
            first, _, last = name.rpartition(" ")
            texts |= {"first_name": first.strip(), "last_name": last}
        return convert(texts, Address) if texts else None

    return read_address
