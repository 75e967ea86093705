"""The feed of our own API: what happened, by type, to whom it may be told, and how it is waited for."""

from __future__ import annotations

from typing import Any

import pytest

from orderglot.core.event_types import TYPES
from orderglot.core.values import Status

EVENTS = "/orderglot/v1/events"
FIRST = "/orderglot/v1/orders/1000000001"
CUSTOMER = "og_" + "1".zfill(64)


def end_of(api: Any) -> str:
    """Give the number of the last event so far."""
    page = api.read(EVENTS, limit=100)
    assert not page["more"]
    return str(page["next"])


def kinds(page: Any) -> list[str]:
    return [one["type"] for one in page["items"]]


def test_each_step_has_its_type_and_who_goes_on_misses_none(api: Any) -> None:
    after = end_of(api)
    for name, body in (
        ("confirm", None),
        ("hold", {"reason": "no credit"}),
        ("release", None),
        ("ship", {}),
        ("deliver", None),
    ):
        assert api.ask("POST", f"{FIRST}/{name}", body).status < 300

    found, more = list[str](), True
    while more:
        page = api.read(EVENTS, after=after, limit=2)
        found += kinds(page)
        after, more = page["next"], page["more"]

    steps = ("confirmed", "held", "released", "shipped", "delivered")
    assert [f"order.{one}" for one in steps] == found


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.SHIPPED, "order.shipped"),
        (Status.PARTLY_SHIPPED, "order.shipped"),
        (Status.CANCELLED, "order.cancelled"),
        (Status.PACKING, "order.changed"),
    ],
)
def test_a_change_is_of_the_type_of_the_status_that_it_brings(
    api: Any, status: Status, kind: str
) -> None:
    after = end_of(api)
    api.change(1, status=status)

    (one,) = api.read(EVENTS, after=after)["items"]

    assert (kind, str(status)) == (one["type"], one["data"]["details"]["status"])


def test_a_change_of_something_else_is_a_change(api: Any) -> None:
    after = end_of(api)
    api.change(1, notes="Other.")

    assert ["order.changed"] == kinds(api.read(EVENTS, after=after))


def test_an_event_is_one_as_cloudevents_has_it(api: Any) -> None:
    after = int(end_of(api))
    assert 200 == api.ask("POST", f"{FIRST}/hold", {"reason": "no credit"}).status

    (one,) = api.read(EVENTS, after=after)["items"]

    assert ("1.0", str(after + 1), "order.held", FIRST) == (
        one["specversion"],
        one["id"],
        one["type"],
        one["subject"],
    )
    assert "/orderglot/v1/sellers/demo-wholesale" == one["source"]
    assert "application/json" == one["datacontenttype"]
    assert one["time"] == one["data"]["at"]
    assert ("no credit", "orderglot:key-3", after + 1) == (
        one["data"]["why"],
        one["data"]["who"],
        one["data"]["sequence"],
    )


def test_types_leave_out_the_others_and_the_cursor_goes_on_all_the_same(api: Any) -> None:
    after = int(end_of(api))
    for name in ("confirm", "ship", "deliver"):
        assert 200 == api.ask("POST", f"{FIRST}/{name}").status

    page = api.read(EVENTS, after=after, types="order.shipped, order.held")

    assert ["order.shipped"] == kinds(page)
    assert str(after + 3) == page["next"]


def test_a_customer_sees_events_of_the_own_orders_and_not_who_did_it(api: Any) -> None:
    whole = api.read(EVENTS, limit=100)["items"]
    assert 200 == api.ask("POST", f"{FIRST}/hold", {"reason": "no credit"}).status

    own = api.read(EVENTS, key=CUSTOMER, limit=100)["items"]

    assert {one["subject"] for one in own} < {one["subject"] for one in whole}
    assert "order.held" == own[-1]["type"]
    assert not {"who", "details", "exchange"} & own[-1]["data"].keys()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=-1", "after"),
        ("after=99", "after"),
        (f"after={2**63}", "after"),
        ("types=order.lost", "types"),
        ("limit=0", "limit"),
        ("wait=31", "wait"),
        ("sort=at", "sort"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(api: Any, query: str, field: str) -> None:
    assert field == api.problem(api.ask("GET", f"{EVENTS}?{query}"))["field"]


def test_without_an_event_it_waits_for_so_long_and_no_longer(api: Any) -> None:
    waited = list[float]()
    after = end_of(api)

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    api.server.pause = pause
    page = api.read(EVENTS, after=after, wait=2)

    assert ([], after, False) == (page["items"], page["next"], page["more"])
    assert 2 == sum(waited)
    assert [] == api.read(EVENTS, after=after)["items"]
    assert 2 == sum(waited)


def test_it_waits_no_longer_than_until_an_event_comes(api: Any) -> None:
    waited = list[float]()
    after = end_of(api)

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            unit = api.book
            (order,) = [one async for one in unit.walk() if one.number == "SO-1"]
            await unit.change(order, "noted")

    api.server.pause = pause
    page = api.read(EVENTS, after=after, wait=30)

    assert ["order.noted"] == kinds(page)
    assert 3 == len(waited)


def test_every_type_says_of_what_it_is() -> None:
    assert all(
        one.startswith(("order.", "pull.", "webhook.", "write_back.")) and " " not in one
        for one in TYPES
    )
    assert {"order.created", "order.shipped", "order.cancelled"} <= set(TYPES)
