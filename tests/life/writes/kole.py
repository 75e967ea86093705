"""Writes of Kole's clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from tests.life.book_model import GOODS, State
from tests.life.doors import JSON, XML, Doors
from tests.life.model_changes import put
from tests.life.writes.write import Sent, Write, bought, made


@dataclass(frozen=True)
class KoleOrders(Write):
    quantity: int = 24
    sku: str = GOODS
    media: str = JSON

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        order = bought(state, self.key, GOODS, self.quantity, po_number=f"K-{self.key}")
        return state.having(put(order, "processing"))

    async def send(self, doors: Doors, id: int) -> Sent:
        items = [{"sku": self.sku, "quantity": self.quantity}]
        body: Any = {**KOLE, "po_number": f"K-{self.key}", "items": items}
        if self.media == XML:
            body = in_xml("order", body).encode()
        media = {"accept": self.media, "content_type": self.media}
        response = await doors.ask("kole", "POST", "/orders", body, **media)
        return made(response, lambda it: it.headers["content-location"].rpartition("/")[2])


def in_xml(name: str, value: Any) -> str:
    """Write an element: a list's elements are called as one of it."""
    if isinstance(value, Mapping):
        inner = "".join(in_xml(member, one) for member, one in value.items())
    elif isinstance(value, list):
        inner = "".join(in_xml(name.removesuffix("s"), one) for one in value)
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


KOLE: dict[str, Any] = {
    "ship_options": {"carrier": "UPS", "service": "GROUND"},
    "ship_to_address": {
        "first_name": "Erin",
        "last_name": "Example",
        "address_1": "2 Sample Road",
        "city": "Reno",
        "state": "NV",
        "zipcode": "89501",
        "country": "US",
    },
}
