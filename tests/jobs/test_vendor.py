"""Channels against a real server, our own demo: pulled when due, its vendor down and back, written back."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import Request, urlopen

import pytest
from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.addresses import Address
from orderglot.core.event_types import PULL_FAILED, PULL_RECOVERED, type_of
from orderglot.core.jobs import How, Run, change, runs_of
from orderglot.core.order import Line, Order, Shipping, id_at
from orderglot.core.query import Sort, Window
from orderglot.core.shipments import Shipment
from orderglot.core.values import Status
from orderglot.hub.opening import Hub
from orderglot.jobs import pulling
from orderglot.jobs.channels import scheduled, works_of
from orderglot.jobs.leases import Leases
from orderglot.jobs.runner import Runner
from orderglot.stores.store import BookStore
from orderglot.sync.pages import RetryPolicy
from tests.cli.program import PROGRAM, Serving, clean_environment, serving

T = TypeVar("T")

CHANNELS: dict[str, dict[str, str | int | float | bool]] = {
    "shop": {
        "dialect": "kole",
        "id": "X12345",
        "pull": "1h",
        "place": "number = OWN-1 OR number = OWN-2",
    },
    "hub": {"dialect": "orderglot", "pull": "1h", "write_back": True},
    "site": {"dialect": "catalyst", "pull": "1h", "write_back": True},
}


THERE = Address(
    first_name="Ann",
    last_name="Example",
    line_1="1 Sample Street",
    city="Carson",
    state="CA",
    postal_code="90745",
    country="US",
)


BY = Shipping(carrier="UPS", service="Ground")


class Here:
    """A book of ours, whose jobs ask the demo."""

    def __init__(self, loop: asyncio.Runner, folder: Path) -> None:
        from orderglot.hub.books import open_store

        self.loop = loop
        self.store: BookStore = open_store(f"sqlite:///{folder}/ours.db", create=True)
        self.seller = self.run(self.store.add_seller("acme"))
        self.hub = Hub(self.store)

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self.loop.run(awaited())

    def job(self, vendor: Serving, name: str, secrets: dict[str, str]) -> Run:
        """Ask for a run of a job, and give what came of it."""
        channel = name.partition(".")[0]
        table = {**CHANNELS[channel], "url": vendor.base, "seller": "acme"}
        self.hub.channels = {channel: table}
        return self.run(self._job(name, secrets))

    async def _job(self, name: str, secrets: dict[str, str]) -> Run:
        (one,) = await scheduled(self.hub, secrets)
        works = [work for work in works_of(self.hub, one) if work.name == name]
        runner, book = Runner(Leases(self.store), works), self.hub.book(self.seller)
        await runner.planned()
        await change(book, name, asked=self.store.now())
        await runner.look()
        await runner.settled()
        return (await runs_of(book, name))[0]

    def orders(self, channel: str) -> list[Order]:
        page = self.run(
            self.hub.book(self.seller).page(
                Window(sort=(Sort("created", descending=True),), limit=500)
            )
        )
        return [one for one in page.orders if id_at(one, channel)]

    def types(self) -> list[str]:
        feed = self.run(self.hub.book(self.seller).feed(0, 1_000))
        return [type_of(one) for one in feed.events if not one.order]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    """Open a book of ours."""
    with asyncio.Runner() as loop:
        here = Here(loop, tmp_path)
        yield here
        here.run(here.hub.close())


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a vendor who is away up soon."""
    monkeypatch.setattr(pulling, "PERSIST", RetryPolicy(longest=0.1))


def secrets_of(vendor: Serving) -> dict[str, str]:
    """Give the demo's credentials, as variables of the channels."""
    printed = subprocess.run(
        (*PROGRAM, "demo", "--json"),
        cwd=vendor.folder,
        env=clean_environment(vendor.folder),
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    shown: dict[str, Any] = json.loads(printed)
    return {
        "ORDERGLOT_SHOP_API_KEY": shown["kole"]["api_key"],
        "ORDERGLOT_HUB_API_KEY": shown["orderglot"]["api_key"],
        "ORDERGLOT_SITE_ACCESS_TOKEN": shown["catalyst"]["access_token"],
    }


def test_a_vendor_is_pulled_is_down_and_is_back(here: Here, tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--no-jobs") as vendor:
        secrets, port = secrets_of(vendor), str(vendor.port)
        first = here.job(vendor, "shop.pull", secrets)
        again = here.job(vendor, "shop.pull", secrets)
        vendor.end()
        down = here.job(vendor, "shop.pull", secrets)
        still = here.job(vendor, "shop.pull", secrets)
    with serving(tmp_path, "--demo", "--no-jobs", "--port", port) as vendor:
        back = here.job(vendor, "shop.pull", secrets)

    count = first.counts["new"]
    assert (How.DONE, len(here.orders("kole@shop"))) == (first.how, count)
    assert first.sentence.startswith("Whole from the beginning to ")
    assert {"same": count} == again.counts
    assert [How.FAILED] * 2 == [down.how, still.how]
    assert "cannot be reached" in down.reason
    assert (How.DONE, {"same": count}) == (back.how, back.counts)
    assert [PULL_FAILED, PULL_RECOVERED] == here.types()


def test_what_became_of_an_order_is_told_to_another_book(here: Here, tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--no-jobs") as vendor:
        secrets = secrets_of(vendor)
        here.job(vendor, "hub.pull", secrets)
        assert {} == here.job(vendor, "hub.write_back", secrets).counts
        shipped, cancelled = [
            one
            for one in here.orders("orderglot@hub")
            if one.status is Status.PROCESSING and one.kind.value == "sale"
        ][:2]
        book = here.hub.book(here.seller)
        parcel = Shipment(carrier="UPS", tracking="1Z-28-4711")
        sent = lifecycle.ship(shipped, parcel, here.store.now())
        here.run(book.change(sent, "shipped"))
        here.run(book.change(lifecycle.cancel(cancelled, "sold out"), "cancelled"))
        done = here.job(vendor, "hub.write_back", secrets)
        again = here.job(vendor, "hub.write_back", secrets)
        theirs = [seen(vendor, secrets, one) for one in (shipped, cancelled)]

    assert (How.DONE, {"told": 2}, "") == (done.how, done.counts, done.reason)
    assert {} == again.counts
    assert ["shipped", "cancelled"] == [one["status"] for one in theirs]
    assert ["1Z-28-4711"] == [one["tracking"] for one in theirs[0]["details"]["shipments"]]
    assert "sold out" == theirs[1]["details"]["cancel_reason"]


def seen(vendor: Serving, secrets: dict[str, str], order: Order) -> dict[str, Any]:
    """Ask the vendor for an order by hand."""
    headers = {"Authorization": f"Bearer {secrets['ORDERGLOT_HUB_API_KEY']}"}
    url = f"{vendor.base}/orderglot/v1/orders/{id_at(order, 'orderglot@hub')}"
    with urlopen(Request(url, headers=headers), timeout=30) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def test_orders_of_a_filter_are_placed_once_and_what_is_refused_is_put_aside(
    here: Here, tmp_path: Path
) -> None:
    with serving(tmp_path, "--demo", "--no-jobs") as vendor:
        secrets = secrets_of(vendor)
        book = here.hub.book(here.seller)
        for number, sku in (("OWN-1", "AA124"), ("OWN-2", "ZZ999"), ("KEPT", "AA124")):
            lines = (Line(number=1, sku=sku, quantity=24),)
            order = Order(number=number, currency="USD", ship_to=THERE, shipping=BY, lines=lines)
            here.run(book.place(order))
        done = here.job(vendor, "shop.place", secrets)
        again = here.job(vendor, "shop.place", secrets)

    assert [{"placed": 1, "aside": 1}, {"aside": 1}] == [done.counts, again.counts]
    assert (How.ASIDE, 4) == (done.how, done.code)
    assert done.sentence.startswith("OWN-2: ")
    assert ["OWN-1"] == [one.number for one in here.orders("kole@shop")]


def test_what_a_vendor_refuses_to_be_told_is_put_aside_with_his_words(
    here: Here, tmp_path: Path
) -> None:
    with serving(tmp_path, "--demo", "--no-jobs") as vendor:
        secrets = secrets_of(vendor)
        here.job(vendor, "site.pull", secrets)
        assert {} == here.job(vendor, "site.write_back", secrets).counts
        found = here.orders("catalyst@site")
        order = next(one for one in found if one.status is Status.DELIVERED)
        book = here.hub.book(here.seller)
        here.run(book.change(replace(order, status=Status.ON_HOLD), "held"))
        done = here.job(vendor, "site.write_back", secrets)
        pulled = here.job(vendor, "site.pull", secrets)

    assert (How.ASIDE, 4, {"aside": 1}) == (done.how, done.code, done.counts)
    assert done.sentence.startswith(f"{order.id}: ")
    assert 0 == pulled.counts.get("conflicts", 0) + pulled.counts.get("changed", 0)
    (after,) = [one for one in here.orders("catalyst@site") if one.id == order.id]
    assert Status.ON_HOLD is after.status
