"""What a filter asks about: the fields of an order, of an exchange in the journal, or of an act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from orderglot.core.acts import Act, field_of_act
from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import EXTRAS, Field, FieldKind, every_field, field, fields_in
from orderglot.core.journal import FIELDS, field_of_exchange

SHORT = {
    "total": "totals.total",
    "sku": "lines.sku",
    "po": "po_number",
    "tracking": "shipping.tracking",
}
"""What people call some fields, beside their whole names."""


class Asked(NamedTuple):
    """What is asked about: how messages call it, its fields by name, and what else these are called.

    ``field`` raises Invalid where there is none of a name.
    """

    what: str
    field: Callable[[str], Field]
    names: Callable[[], Iterable[str]]
    short: Mapping[str, str] = {}


def asked_of(what: str, kind: type[Struct], short: Mapping[str, str]) -> Asked:
    """Say that a filter asks about customers or products, whose extras are fields as well."""

    def found(name: str) -> Field:
        if name.startswith(EXTRAS) and len(name) > len(EXTRAS):
            return Field(name, ("extras", name.removeprefix(EXTRAS)), FieldKind.EXTRA)
        there = fields_in(kind).get(name)
        if there is None:
            raise invalid(name, Rule.UNKNOWN, f"{what} has no such field.")
        return there

    return Asked(what, found, lambda: fields_in(kind), short)


ORDER = Asked("An order", field, every_field, SHORT)
ACT = Asked("An act", field_of_act, lambda: fields_in(Act))
EXCHANGE = Asked("An exchange", field_of_exchange, lambda: FIELDS, {"order": "orders"})
