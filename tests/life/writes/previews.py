"""Previews of Adobe's clients: they change nothing, and say what the real order would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

from orderglot.wire.message import Response
from tests.life.book_model import State
from tests.life.doors import Doors
from tests.life.writes.adobe import AdobeBuys, AdobeWrite
from tests.life.writes.write import Sent

PREVIEWS = {
    "NEW": "PREVIEW",
    "RENEWAL": "PREVIEW_RENEWAL",
    "SWITCH": "PREVIEW_SWITCH",
    "REVERT_SWITCH": "PREVIEW_REVERT_SWITCH",
}
OWN = ("orderId", "creationDate", "status", "links", "orderType", "source")
"""What an order has of its own, which no preview of it says."""
OF_A_LINE = ("status", "remainingQuantity")


@dataclass(frozen=True)
class AdobePreviews(AdobeWrite):
    """Ask what an order would be like."""

    real: AdobeWrite = field(default_factory=lambda: AdobeBuys(0))

    def expected(self, state: State) -> State | None:
        return None if self.real.expected(state) is None else state

    async def body(self, doors: Doors, id: int) -> dict[str, Any] | None:
        body = await self.real.body(doors, id)
        return body and {**body, "orderType": PREVIEWS[body["orderType"]]}

    async def send(self, doors: Doors, id: int) -> Sent:
        body = await self.body(doors, id)
        if body is None:
            return False, None
        response = await doors.adobe_write(self.whole(body))
        return 201 == response.status, None


@dataclass(frozen=True)
class AdobePreviewsFirst(AdobePreviews):
    """Ask what an order would be like, with its prices, and order just that."""

    is_one_request: ClassVar[bool] = False

    def expected(self, state: State) -> State | None:
        return self.real.expected(state)

    async def send(self, doors: Doors, id: int) -> Sent:
        preview, real = await self.body(doors, id), await self.real.body(doors, id)
        if preview is None or real is None:
            return False, None
        shown = await doors.adobe_write(self.whole(preview), "?fetch-price=true")
        found = await doors.adobe_write(self.whole(real), "?fetch-price=true")
        assert content(shown) == content(found), (shown, found)
        id = int(json.loads(found.body).get("orderId", 0))
        return (True, id) if 201 == found.status else (False, None)


def content(response: Response) -> tuple[int, Any]:
    """Give what an answer says that both a preview and the order itself have to say."""
    body = json.loads(response.body)
    if response.status != 201:
        return response.status, body
    lists = ("lineItems", "cancellingItems")
    lines = {name: [_without(one, OF_A_LINE) for one in body.get(name, [])] for name in lists}
    return response.status, {**_without(body, OWN), **lines}


def _without(members: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}
