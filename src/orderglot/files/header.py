"""Order headers: what an order's rows say of it beside its lines, the same on each of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct, convert

from orderglot.core.order import Address, Identity, Reference
from orderglot.files.columns import FIELDS
from orderglot.files.countries import country_code
from orderglot.files.lines import read_currency, read_name

FILE = "file"
"""The name that a file's numbers go by where a dialect's name is asked for."""

OF_ADDRESSES = tuple(field for field in FIELDS if field in Address.__struct_fields__)

Texts = tuple[str, ...]
"""A head as it stands in a row."""


class Head(Struct, frozen=True, kw_only=True):
    """A head as what it means."""

    customer: Identity | None
    po_number: str
    notes: str
    currency: str
    bill_to: Address | None


def reader_of_heads(fields: list[str]) -> Callable[[Texts], Head]:
    """Make the function that reads a head, out of the texts of some fields in their order.

    It raises ValueError with the reason where what they say cannot be kept.
    """
    places = [place for place, field in enumerate(fields) if field in OF_ADDRESSES]
    read_address = _reader_of_addresses([fields[place] for place in places])

    @lru_cache(maxsize=4_096)
    def read_head(texts: Texts) -> Head:
        said = dict(zip(fields, texts, strict=True))
        currency = said.get("currency", "")
        customer, po_number = said.get("customer", ""), said.get("po_number", "")
        return Head(
            currency=read_currency(currency) if currency.strip() else "",
            customer=_identity(read_name("customer", customer)) if customer.strip() else None,
            po_number=read_name("po_number", po_number) if po_number.strip() else po_number,
            notes=said.get("notes", ""),
            bill_to=read_address(tuple([texts[place] for place in places])),
        )

    return read_head


def _identity(number: str) -> Identity:
    return Identity(number=number, references=(Reference(FILE, number),))


def _reader_of_addresses(fields: list[str]) -> Callable[[Texts], Address | None]:
    """Make the function that reads an address, which many customers may share, such as a country."""

    @lru_cache(maxsize=4_096)
    def read_address(said: Texts) -> Address | None:
        texts = {field: text for field, text in zip(fields, said, strict=True) if text}
        country = texts.pop("country", "")
        if country:
            texts |= {"country_name": country, "country": country_code(country)}
        return convert(texts, Address) if texts else None

    return read_address
