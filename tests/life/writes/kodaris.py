"""Writes of Kodaris's clients."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.life.book_model import GOODS, State
from tests.life.doors import CUSTOMER, Doors
from tests.life.writes.write import Sent, Write, bought, made


@dataclass(frozen=True)
class KodarisOrders(Write):
    quantity: int = 4
    sku: str = GOODS
    completes: bool = True

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        return (
            state.having(bought(state, self.key, GOODS, self.quantity)) if self.completes else state
        )

    async def send(self, doors: Doors, id: int) -> Sent:
        body = {"companyID": CUSTOMER, "items": [{"code": self.sku, "quantity": self.quantity}]}
        query = "" if self.completes else "?completeOrder=false"
        response = await doors.ask("kodaris", "POST", f"/api/account/order{query}", body)
        if not self.completes:
            return 200 == response.status, None
        return made(response, lambda it: json.loads(it.body)["data"]["orderID"])
