"""The site's own clock: what times and dates mean that name no zone, near midnight and twice a year."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.order import Order, Reference

BERLIN = "Europe/Berlin"
TIMES = {
    "801": "2016-03-26T22:59:59.999",
    "802": "2016-03-26T23:00",
    "803": "2016-03-27T21:59:59.999",
    "804": "2016-03-27T22:00",
    "805": "2016-10-30T00:30",
    "806": "2016-10-30T01:30",
}
"""Around a day of 23 hours in Berlin, and in the hour that comes twice, all in UTC."""


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def berlin(shop: Any) -> Any:
    """Give the shop with a clock that shows the time of Berlin, and orders near its midnights."""

    async def filled() -> None:
        (seller,) = await shop.store.sellers()
        await shop.store.change_seller(replace(seller, timezone=BERLIN))
        customer = await shop.book.keep_customer(
            Customer(references=(Reference("catalyst", "4711"),), first_name="Ada")
        )
        for id, text in TIMES.items():
            reference = (Reference("catalyst", id),)
            order = Order(references=reference, created=instant(text), customer=identity(customer))
            await shop.book.keep(order)

    asyncio.run(filled())
    return shop


def found(shop: Any, where: str) -> set[str]:
    """Give which of the orders above a filter finds."""
    items = shop.read(f"/orders?where={where}&limit=500&fields=id")["items"]
    return {str(item["id"]) for item in items} & TIMES.keys()


def test_a_time_is_shown_by_the_clock(berlin: Any) -> None:
    items = berlin.read("/orders?limit=500&fields=id,createDate")["items"]
    shown = {str(item["id"]): item["createDate"] for item in items}

    assert {
        "801": "2016-03-26T23:59:59.999",
        "802": "2016-03-27T00:00:00",
        "803": "2016-03-27T23:59:59.999",
        "804": "2016-03-28T00:00:00",
        "805": "2016-10-30T02:30:00",
        "806": "2016-10-30T02:30:00",
    } == {id: shown[id] for id in TIMES}


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("{'createDate':'2016-03-27'}", {"802", "803"}),
        ("{'createDate':{'$lt':'2016-03-27'}}", {"801"}),
        ("{'createDate':{'$gte':'2016-03-28'}}", {"804", "805", "806"}),
        ("{'createDate':'2016-03-27T00:00:00'}", {"802"}),
        ("{'createDate':'2016-03-26T23:00:00Z'}", {"802"}),
        ("{'createDate':'2016-10-30T02:30:00'}", {"805"}),
        ("{'createDate':'2016-10-30T02:30:00+01:00'}", {"806"}),
        ("{'createDate':{'$in':['2016-10-30T02:30:00+01:00','2016-03-28']}}", {"804", "806"}),
    ],
)
def test_what_names_no_zone_is_asked_by_the_clock(berlin: Any, where: str, ids: set[str]) -> None:
    assert ids == found(berlin, where)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-07-01", "2016-06-30T22:00"),
        ("2016-07-01T00:30:00", "2016-06-30T22:30"),
        ("2016-07-01T00:30:00Z", "2016-07-01T00:30"),
        ("2016-10-30T02:30:00", "2016-10-30T00:30"),
        ("2016-03-27T02:30:00", "2016-03-27T01:30"),
    ],
)
def test_what_names_no_zone_is_kept_as_what_the_clock_means(
    berlin: Any, text: str, moment: str
) -> None:
    assert 204 == berlin.ask("PUT", "/orders/801", {"invoiceDate": text}).status
    invoice = berlin.order("801").invoice

    assert invoice is not None
    assert instant(moment) == invoice.date
    assert instant(TIMES["801"]) == berlin.order("801").created


def test_a_customer_is_shown_by_the_clock(berlin: Any) -> None:
    customer = asyncio.run(berlin.book.customer(Reference("catalyst", "4711")))
    assert customer.created is not None
    hour = customer.created.hour

    shown = berlin.read("/orders/801?fields=customer(createDate)")["customer"]["createDate"]

    assert hour != datetime.fromisoformat(shown).hour
    assert {"801", "802", "803", "804", "805", "806"} == found(
        berlin, f"{{'customer.createDate':'{shown}'}}"
    )
