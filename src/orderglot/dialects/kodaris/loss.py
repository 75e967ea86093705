"""What Kodaris's wire cannot carry of an order: its lines, and what its page has no member for."""

from __future__ import annotations

from orderglot.core.order import Address
from orderglot.core.values import Kind, Status
from orderglot.dialects.kodaris.tables import LONGEST_PAGE, PARTY, TOTALS
from orderglot.dialects.kodaris.values import (
    checked_out,
    round_extras,
    round_unknown,
    whole_millisecond,
)
from orderglot.wire.dialect import Can
from orderglot.wire.loss import all_but, rounded_names
from orderglot.wire.values import round_number, unless

PARTIES = ("bill_to", "ship_to")

TEXTS = (
    *("notes", "po_number", "shipping.method", "shipping.tracking"),
    *(f"{party}.{field}" for party in PARTIES for field in ("code", *PARTY.values())),
)
"""The texts that the page has a member for; blanks at their ends are not kept."""

OTHERS = (
    *("number", "status", "received", "completed", "customer.references", "extras", "unknown"),
    *(f"totals.{field}" for field in TOTALS.values()),
)
"""Whatever else it has a member for."""


TAKES = frozenset(
    {
        *("customer", "po_number", "notes", "shipping.method", "lines.sku", "lines.quantity"),
        *(f"{party}.{field}" for party in PARTIES for field in ("code", *PARTY.values())),
    }
)
"""What a new order carries."""


CAN = Can(
    max_size=LONGEST_PAGE,
    loses=all_but(*TEXTS, *OTHERS),
    rounds={
        **dict.fromkeys(TEXTS, str.strip),
        **{party: lambda address: unless(address, Address()) for party in PARTIES},
        **rounded_names(str.strip),
        "number": round_number,
        "received": whole_millisecond,
    },
    follows={
        "received": lambda order: whole_millisecond(checked_out(order)),
        "completed": lambda _order: None,
        "unknown": round_unknown,
        "extras": round_extras,
    },
    takes=TAKES,
    omits=frozenset({Kind.QUOTE, Status.DRAFT}),
)
