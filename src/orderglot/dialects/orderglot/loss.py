"""What our own wire cannot carry of an order: nothing; and what a new order may say."""

from __future__ import annotations

from orderglot.core.catching_up import News
from orderglot.core.order import Address
from orderglot.dialects.orderglot.drafts import LINE_TEXTS, TEXTS
from orderglot.dialects.orderglot.shapes import SHIPPING
from orderglot.dialects.orderglot.tables import LONGEST_PAGE
from orderglot.wire.dialect import Can
from orderglot.wire.return_quantities import AS_IN_THE_BOOK

TAKES = frozenset(
    {
        "customer",
        *TEXTS,
        *(f"lines.{name}" for name in (*LINE_TEXTS, "quantity", "deliver_by")),
        *(f"shipping.{name}" for name in (*SHIPPING, "signature")),
        *("shipping.notifications.type", "shipping.notifications.email"),
        *(
            f"{party}.{name}"
            for party in ("bill_to", "ship_to")
            for name in Address.__struct_fields__
            if name != "unknown"
        ),
    }
)
"""What a new order carries."""


CAN = Can(
    max_size=LONGEST_PAGE,
    takes=TAKES,
    whole=False,
    counts_returns=AS_IN_THE_BOOK,
    foreign=True,
    tells=frozenset(News),
)
