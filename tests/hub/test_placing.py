"""Orders placed over our own API with the vendors of the configuration, who really serve."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orderglot import demo
from orderglot.core.caller import Caller
from orderglot.core.order import Line, Order, Shipping, by_hub_id, id_at, native
from orderglot.core.values import Status
from orderglot.demo.kole import HOME
from orderglot.dialects.orderglot import DIALECT
from orderglot.faces.server import Server
from orderglot.hub.opening import opened
from orderglot.hub.placing import Channels, Placements
from orderglot.stores.memory import MemoryStore
from orderglot.wire.message import Request
from tests.cli.program import Serving, serving
from tests.credentials import issued
from tests.sync.vendors import noted_as_placed

KOLE = demo.part("kole")
OWN = Order(
    number="OWN-1",
    po_number="PO-OWN-1",
    shipping=Shipping(carrier="UPS", service="GROUND"),
    ship_to=HOME,
    lines=(Line(number=1, sku="AA124", quantity=24),),
)
CHANNEL = "kole@wholesaler"


class Desk:
    """A seller's book with one order, the API over it, and the vendors of its configuration."""

    def __init__(self, store: MemoryStore, seller: int, key: str, channels: Channels) -> None:
        self.store = store
        self.placements = Placements(store, channels)
        self.server = Server(DIALECT, store, placements=self.placements)
        self.book = store.of(Caller(seller=seller, name="orderglot"))
        self.key = key
        self.order: Order

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        sent = b"" if body is None else json.dumps(body).encode()
        path = f"/orderglot/v1{path}".replace("{id}", str(self.order.id))
        answer = await self.server(Request(method=method, path=path, headers=headers, body=sent))
        return answer.status, json.loads(answer.body)

    async def place(self, **members: Any) -> tuple[int, Any]:
        return await self.ask("POST", "/orders/{id}/place", {"channel": "wholesaler", **members})

    async def settle(self, **members: Any) -> tuple[int, Any]:
        path = "/orders/{id}/placements/settle"
        return await self.ask("POST", path, {"channel": "wholesaler", **members})


def account(url: str, **settings: str) -> dict[str, str]:
    """Describe the demo's account with Kole, as a configuration does."""
    key = {"id": KOLE.key.id, "api_key": KOLE.key.secret}
    return {"dialect": "kole", "url": url, **key, **settings}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Serving]:
    """Serve the demo as a vendor."""
    with serving(tmp_path, "--demo", "--database", "sqlite:///there.db") as line:
        yield line


def done(url: str, work: Callable[[Desk], Awaitable[None]], **settings: str) -> None:
    """Do some work at the desk of the one seller of a book."""

    async def worked() -> None:
        store = MemoryStore()
        seller = await store.add_seller("here")
        key = (await issued(store, DIALECT, Caller(seller=seller.id)))["api_key"]
        channels = Channels({"wholesaler": account(url, **settings)})
        desk = Desk(store, seller.id, key, channels)
        desk.order = await desk.book.place(OWN)
        try:
            await work(desk)
        finally:
            await desk.placements.close()

    asyncio.run(worked())


async def there(folder: Path) -> list[Order]:
    """Give the orders of ours that the vendor has."""
    async with opened(f"sqlite:///{folder / 'there.db'}", reads=True) as vendor:
        book = vendor.book(await vendor.seller("demo"))
        return [one async for one in book.walk() if one.po_number == OWN.po_number]


def test_an_order_is_placed_once_however_often_and_at_once_it_is_asked(
    hub: Serving, tmp_path: Path
) -> None:
    async def work(desk: Desk) -> None:
        (code, preview) = await desk.place(dry_run=True)
        assert (200, "placeable", []) == (code, preview["state"], await there(tmp_path))
        assert "lines.unit_price" not in preview["losses"]
        answers = await asyncio.gather(*(desk.place() for _ in range(5)))
        (known,) = await there(tmp_path)

        assert {200} == {code for code, _ in answers}
        assert {("placed", "sent", CHANNEL)} == {
            (one["state"], one["how"], one["channel"]) for _, one in answers
        }
        assert {native(known, "kole")} == {one["id"] for _, one in answers}
        assert "there" == (await desk.place())[1]["how"]
        mine = await desk.book.get(by_hub_id(desk.order.id))
        assert native(known, "kole") == id_at(mine, CHANNEL)
        _, listed = await desk.ask("GET", "/orders/{id}/placements")
        assert [("placed", native(known, "kole"))] == [
            (one["state"], one["id"]) for one in listed["items"]
        ]
        assert (200, {"items": []}) == await desk.ask("GET", "/placements")
        assert (200, "placed") == _state(await desk.settle(stands=True))

    done(hub.base, work)


def _state(answer: tuple[int, Any]) -> tuple[int, str]:
    code, document = answer
    return code, document.get("state", document.get("detail", ""))


def test_who_does_not_wait_is_told_later(hub: Serving, tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        assert (202, "under way") == _state(await desk.place(wait=0))
        assert (202, "under way") == _state(await desk.place(wait=0))
        assert (200, "placed") == _state(await desk.place(wait=30))
        assert 1 == len(await there(tmp_path))

    done(hub.base, work)


def test_what_ended_unknown_is_listed_and_settled(hub: Serving, tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        async with desk.book.together() as unit:
            noted_as_placed(unit, desk.order, CHANNEL, desk.book.now())
        code, asked = await desk.place()
        assert (202, "unknown") == (code, asked["state"])
        assert "Run the same command again in 2 minutes" in asked["why"]
        _, listed = await desk.ask("GET", "/placements")
        assert [(desk.order.id, CHANNEL, "unknown", asked["why"])] == [
            (one["order"], one["channel"], one["state"], one["why"]) for one in listed["items"]
        ]
        code, wrong = await desk.settle(id="12345")
        assert (409, True) == (code, "12345 is another order at" in wrong["detail"])
        assert 400 == (await desk.settle(id="99999999"))[0]
        assert (200, "not there") == _state(await desk.settle(absent=True))
        assert (200, {"items": []}) == await desk.ask("GET", "/placements")
        assert 404 == (await desk.settle(absent=True))[0]
        assert (200, "placed") == _state(await desk.place())
        assert 1 == len(await there(tmp_path))

    done(hub.base, work)


def test_a_vendor_that_is_not_there_has_surely_nothing() -> None:
    async def work(desk: Desk) -> None:
        code, asked = await desk.place(wait=30)
        assert (200, "refused") == (code, asked["state"])
        assert "cannot be reached" in asked["why"]
        _, listed = await desk.ask("GET", "/orders/{id}/placements")
        assert [("refused", asked["why"])] == [
            (one["state"], one["why"]) for one in listed["items"]
        ]

    done("http://127.0.0.1:9", work)


def test_what_speaks_against_it_is_told_and_nothing_is_sent() -> None:
    async def work(desk: Desk) -> None:
        desk.order = await desk.book.place(Order(number="GONE", status=Status.CANCELLED))
        for asked in (await desk.place(dry_run=True), await desk.place()):
            assert (200, "refused") == _state(asked)
            assert "status" in {one["field"] for one in asked[1]["problems"]}
        assert (200, {"items": []}) == await desk.ask("GET", "/placements")

    done("http://127.0.0.1:9", work)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"channel": "https://evil.example"}, "channel"),
        ({"channel": ""}, "channel"),
        ({"url": "https://evil.example"}, "url"),
        ({"wait": 31}, "wait"),
        ({"without": "ship_to"}, "without"),
        ({"without": [1]}, "without[1]"),
        ({"without": ["shipto"]}, "without[1]"),
        ({"dry_run": "perhaps"}, "dry_run"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(members: Any, field: str) -> None:
    async def work(desk: Desk) -> None:
        code, refused = await desk.place(**members)
        assert (400, field) == (code, refused["errors"][0]["field"])

    done("http://127.0.0.1:9", work)


def test_a_channel_is_one_sellers_and_tells_no_secret() -> None:
    async def work(desk: Desk) -> None:
        only = {"items": [{"name": "wholesaler", "dialect": "kole"}]}
        assert (200, only) == await desk.ask("GET", "/channels")
        other = await desk.store.add_seller("other")
        # Nobody says whose it is, and it might be either's.
        assert (200, {"items": []}) == await desk.ask("GET", "/channels")
        code, refused = await desk.place()
        assert (400, "channel") == (code, refused["errors"][0]["field"])
        assert KOLE.key.secret not in str(refused)
        assert other.name == "other"

    done("http://127.0.0.1:9", work)

    async def mine(desk: Desk) -> None:
        stranger = await desk.store.add_seller("other")
        assert 1 == len((await desk.ask("GET", "/channels"))[1]["items"])
        key = await issued(desk.store, DIALECT, Caller(seller=stranger.id))
        desk.key = key["api_key"]
        assert (200, {"items": []}) == await desk.ask("GET", "/channels")
        assert 404 == (await desk.place())[0]

    done("http://127.0.0.1:9", mine, seller="here")


def test_a_channel_that_is_not_set_up_is_told_without_a_trace() -> None:
    async def work(desk: Desk) -> None:
        code, refused = await desk.place()
        assert 409 == code
        assert "The channel 'wholesaler' is not set up" in refused["detail"]

    done("", work)


def test_a_key_in_test_mode_places_no_live_order() -> None:
    async def work(desk: Desk) -> None:
        caller = Caller(seller=desk.book.caller.seller, test=True, tests=True)
        desk.key = (await issued(desk.store, DIALECT, caller))["api_key"]
        for asked in (await desk.place(dry_run=True), await desk.place()):
            assert asked[0] in (403, 404)

    done("http://127.0.0.1:9", work)
