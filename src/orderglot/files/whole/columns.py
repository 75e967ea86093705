"""The columns of a table of orders, and of one of their lines.

They have the names that filters know them by. What has no column stands as JSON in ``MORE`` and
``LINES_MORE``, and with an order a row so do its lines.
"""

from __future__ import annotations

from orderglot.core.amounts import Totals
from orderglot.core.order import (
    Address,
    Amounts,
    Discount,
    Identity,
    Invoice,
    Line,
    Order,
    Shipping,
)
from orderglot.files.whole.parts import Column, Kind, Part

MORE = "orderglot.more"
"""What has no column of its own of an order; a file with it is one of whole orders."""

LINES_MORE = "orderglot.lines.more"
LINES = "lines"

_ADDRESS = Part(
    Address,
    (
        *("company", "first_name", "last_name", "line_1", "line_2", "city", "state"),
        *("postal_code", "country", "phone", "email"),
    ),
)
_SUM = Part(Amounts, ("total",))

ORDER = Part(
    Order,
    (
        *("id", "number", "kind", "status", "test", "name", "po_number", "created", "modified"),
        *("received", "completed", "deleted", "currency", "source", "notes"),
    ),
    {
        "customer": Part(Identity, ("id", "number")),
        "bill_to": _ADDRESS,
        "ship_to": _ADDRESS,
        "shipping": Part(Shipping, ("method", "carrier", "service", "tracking")),
        "discount": Part(Discount, ("code",)),
        "totals": Part(Totals, ("subtotal", "discount", "tax", "duty", "shipping", "total")),
        "invoice": Part(Invoice, ("number", "status"), {"paid": _SUM, "refunded": _SUM}),
    },
    apart=(LINES,),
)

LINE = Part(
    Line,
    (
        *("number", "id", "sku", "upc", "title", "quantity", "unit", "unit_price", "total"),
        *("status", "created", "discount_code"),
    ),
)

ORDER_COLUMNS = ORDER.columns
LINE_COLUMNS = [
    Column(f"{LINES}.{one.name}", one.kind, one.path, one.words) for one in LINE.columns
]

SUMMED = [column.kind is Kind.NUMBER for column in ORDER_COLUMNS]
"""Which columns of an order stand on its first row alone, so that a column can be added up."""
