"""What Komet's wire cannot carry of an order: whatever its page has no place for."""

from __future__ import annotations

from orderglot.core.catching_up import News
from orderglot.core.values import Kind
from orderglot.dialects.komet.tables import STATUSES
from orderglot.dialects.komet.values import round_item_type
from orderglot.wire.dialect import Can
from orderglot.wire.loss import all_but, rounded_names
from orderglot.wire.values import round_number

TEXTS = tuple(
    f"lines.{name}"
    for name in (*("id", "image_url", "title", "carrier", "ship_name", "mark_code", "box", "unit"),)
)
"""The texts that the page has a place for; blanks at their ends are not kept."""

NUMBERS = ("number", "entered_by", "location", "lines.item_id", "lines.carrier_id", "lines.box_id")
"""The texts that it has as numbers."""

OTHERS = (
    *("status", "customer.references", "totals.subtotal", "totals.charges", "totals.total"),
    *("lines.type", "lines.quantity", "lines.unit_price", "lines.total", "lines.deliver_by"),
    *("lines.pieces_per_unit", "lines.units_per_box", "unknown", "lines.unknown"),
)
"""Whatever else it has a place for."""


TAKES = frozenset(
    {
        *("customer", "po_number", "location", "lines.type", "lines.sku"),
        *("lines.quantity", "lines.unit_price", "lines.deliver_by", "lines.carrier_id"),
        *("lines.mark_code", "lines.box"),
    }
)
"""What a new order carries; a delivery goes to an address that the vendor has."""


CAN = Can(
    max_size=1,
    loses=all_but(*TEXTS, *NUMBERS, *OTHERS),
    rounds={
        **dict.fromkeys(TEXTS, str.strip),
        **dict.fromkeys(NUMBERS, round_number),
        **rounded_names(str.strip),
        "status": STATUSES.rounded,
        "lines.type": round_item_type,
    },
    takes=TAKES,
    omits=frozenset({Kind.QUOTE}),
    tells=frozenset({News.CANCELLATION}),
)
