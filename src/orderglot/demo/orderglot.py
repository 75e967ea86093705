"""The demo's whole book as our own API has it: a key that sees and may do everything there is."""

from __future__ import annotations

from orderglot.core.caller import EVERY_RIGHT
from orderglot.core.seller import Seller
from orderglot.demo import Key, Part

FIRST = 1_000_000_001
"""The hub's id of the first order in any book."""


def part() -> Part:
    """Give our own part of the demo, which adds no orders to those of the vendors."""
    return Part(
        seller=Seller(name="demo", title="Demo Wholesale", currency="USD"),
        key=Key(id="key-demo", secret="og_" + "0" * 64, may=EVERY_RIGHT),
        examples={"order_id": FIRST},
        curl=(
            "curl -s '{base}/orderglot/v1/orders/{order_id}' -H 'Authorization: Bearer {api_key}'"
        ),
        first="curl -s '{base}/orderglot/v1/orders?limit=1' -H 'Authorization: Bearer {api_key}'",
    )
