"""The seller's own clock: what it shows is what can be asked for, near midnight and twice a year."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.order import Order, Reference
from orderglot.core.query import Window
from orderglot.dialects.kodaris.tests.conftest import Site
from orderglot.wire import json

LIST = "/api/account/order/list"
TIMES = {
    9001: datetime(2024, 5, 20, 22, 0, tzinfo=UTC),
    9002: datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
    9003: datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
}


@pytest.fixture
def berlin(site: Site) -> Site:
    """Give the site with a clock that shows the time of Berlin."""

    async def filled() -> None:
        (seller,) = await site.store.sellers()
        await site.store.change_seller(replace(seller, timezone="Europe/Berlin"))
        for id, moment in TIMES.items():
            reference = (Reference("kodaris", str(id)),)
            await site.store.of(site.caller).keep(Order(references=reference, received=moment))

    asyncio.run(filled())
    return site


def listed(site: Site, *filters: dict[str, str]) -> dict[int, str]:
    """Give when the orders that a list shows were checked out, by their ids."""
    client = site.client("")
    site.run(client.page(Window(limit=1)))
    body = {"size": 50, "filterFields": list(filters)}
    response = site.ask("POST", LIST, body, **client.session.kept)
    content: list[dict[str, Any]] = json.read(response.body)["data"]["content"]
    return {one["orderID"]: one["completed"] for one in content if one["orderID"] in TIMES}


def test_a_time_is_shown_by_the_clock(berlin: Site) -> None:
    assert {
        9001: "2024-05-21 00:00:00:000",
        9002: "2024-10-27 02:30:00:000",
        9003: "2024-10-27 02:30:00:000",
    } == listed(berlin)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("2024-05-21 00:00:00:000", {9001}),
        ("2024-05-21", {9001}),
        ("2024-05-20T22:00:00Z", {9001}),
        ("2024-10-27 02:30:00:000", {9002}),
        ("2024-10-27T02:30:00+01:00", {9003}),
    ],
)
def test_a_time_is_asked_for_by_the_clock(berlin: Site, text: str, ids: set[int]) -> None:
    wanted = {"name": "completed", "operation": "IS", "value": text}

    assert ids == listed(berlin, wanted).keys()
