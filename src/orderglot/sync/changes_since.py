"""Changes since: what of an order was changed here after it was sent to a vendor, and he was not told.

Goods, prices, sums, customers and addresses are compared with what he has; of the rest only what was
changed here counts, since a vendor may write it in a way of his own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orderglot.core.fields import field, values_of
from orderglot.core.order import Order
from orderglot.wire.dialect import Can
from orderglot.wire.loss import loses

COMPARED = (
    *("currency", "customer", "status", "kind", "links", "integration", "totals", "invoice"),
    *("ship_to", "bill_to", "lines.number", "lines.sku", "lines.item_id", "lines.quantity"),
    *("lines.unit_price", "lines.title"),
)
"""Members that are compared with the vendor's anyway, or are each side's own."""


def changes_since(can: Can, ours: Order, seen: Order, theirs: Order, sent: Order) -> Iterator[str]:
    """Describe what was changed here since an order was sent, and the vendor does not show so.

    ``seen`` is ours as his wire carries it.
    """
    for name in sorted(can.takes):
        if any(name == one or name.startswith(f"{one}.") for one in COMPARED):
            continue
        here, then = _of(ours, name), _of(sent, name)
        if here != then and (loses(can, name) or _of(seen, name) != _of(theirs, name)):
            yield f"{name}: it was sent as {_text_of(then)}, here it is {_text_of(here)}"


def _of(order: Order, name: str) -> tuple[Any, ...]:
    return tuple(value for value in values_of(order, field(name)) if value not in (None, "", 0))


def _text_of(values: tuple[Any, ...]) -> str:
    return ", ".join(map(str, values)) or "nothing"
