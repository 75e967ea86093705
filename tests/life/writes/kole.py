"""Writes of Kole's clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.life.book_model import GOODS, State
from tests.life.doors import JSON, Doors
from tests.life.model_changes import put
from tests.life.writes.write import Sent, Write, bought, made


@dataclass(frozen=True)
class KoleOrders(Write):
    quantity: int = 24
    sku: str = GOODS

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        order = bought(state, self.key, GOODS, self.quantity, po_number=f"K-{self.key}")
        return state.having(put(order, "processing"))

    async def send(self, doors: Doors, id: int) -> Sent:
        items = [{"sku": self.sku, "quantity": self.quantity}]
        body = {**KOLE, "po_number": f"K-{self.key}", "items": items}
        response = await doors.ask("kole", "POST", "/orders", body, accept=JSON, content_type=JSON)
        return made(response, lambda it: it.headers["content-location"].rpartition("/")[2])


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
