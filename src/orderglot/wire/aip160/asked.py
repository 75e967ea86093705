"""What a filter asks about: the fields of an order, or those of an exchange in the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from orderglot.core.fields import Field, every_field, field
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


ORDER = Asked("An order", field, every_field, SHORT)
EXCHANGE = Asked("An exchange", field_of_exchange, lambda: FIELDS, {"order": "orders"})
