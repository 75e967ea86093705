"""Completing: whoever looks at a book, by whichever face, command or process, sees it complete."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.cancellation_requests import CancellationState
from orderglot.core.cancelling import answer, ask
from orderglot.core.errors import Conflict, HubError, TooMany, Upstream
from orderglot.core.lifecycle import confirm
from orderglot.core.order import HUB, Order, Reference
from orderglot.core.values import Status
from orderglot.faces.completing import Completing
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen
from orderglot.hub.opening import Hub
from orderglot.stores.store import BookStore
from orderglot.wire.message import Request
from tests.clock import Clock
from tests.conformance.callers import clock_of
from tests.conformance.implementations import STORES
from tests.conformance.specimens import book_of, shelve, welcome

WAIT = timedelta(seconds=30)
SECOND = timedelta(seconds=1)
ADOBE, CATALYST = dialects.dialect("adobe"), dialects.dialect("catalyst")


class Shop:
    """A seller whose Adobe orders are complete after half a minute, and the faces over its book."""

    def __init__(self, store: BookStore, clock: Clock, seller: int) -> None:
        self.store = store
        self.clock = clock
        self.seller = seller
        completing = Completing(store, lambda: chosen(()))
        self.faces = {one.name: Server(one, store, completing) for one in (ADOBE, CATALYST)}

    async def place(self) -> int:
        """Place an order as Adobe's clients do."""
        sent = next(one for one in welcome("adobe") if one.name == "createOrder-new").request
        headers = {**sent.headers, "x-correlation-id": str(self.clock())}
        response = await self.faces["adobe"](replace(sent, headers=headers))
        assert 201 == response.status, response.body
        return int(json.loads(response.body)["orderId"])

    async def listed(self, status: Status) -> list[int]:
        """List the orders in a status as Catalyst's clients do, whoever placed them."""
        shows = {Status.RECEIVED: 1, Status.COMPLETED: 7}[status]
        key = await self.store.keyring.issue_key(
            "catalyst",
            Caller(seller=self.seller),
            CATALYST.auth.make_secret,
            CATALYST.auth.make_key_id,
        )
        response = await self.faces["catalyst"](
            Request(
                method="GET",
                path="/webresources/api/v3/sites/current/orders",
                query=f"fields=id&limit=500&where={{statusTypeId:{shows}}}",
                headers={"authorization": key.secret},
            )
        )
        page = json.loads(response.body)
        assert page["totalItemsCount"] == len(page["items"])
        return [one["id"] for one in page["items"]]

    async def order(self, id: int) -> Order:
        """Give an order as it lies in the book, without looking at what is due there."""
        return await self.store.of(Caller(seller=self.seller, test=True)).get(
            Reference(HUB, str(id))
        )


Held = Callable[[Shop], Awaitable[None]]
Check = Callable[[Held], None]


@pytest.fixture(params=STORES)
def check(request: pytest.FixtureRequest, tmp_path: Path) -> Check:
    """Hold what is tried in a shop over each kind of store."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Shop]:
        clock = clock_of(ADOBE)
        store = STORES[request.param](tmp_path, clock)
        try:
            seller = await shelve(store, ADOBE)
            kept = await store.seller(book_of("adobe").seller.name)
            await store.change_seller(
                replace(kept, tables={**kept.tables, "adobe.completes": WAIT.seconds})
            )
            yield Shop(store, clock, seller)
        finally:
            await store.close()

    async def held(trial: Held) -> None:
        async with opened() as shop:
            await trial(shop)

    return lambda trial: asyncio.run(held(trial))


def test_another_dialects_list_sees_an_order_complete_when_it_is_due(check: Check) -> None:
    async def trial(shop: Shop) -> None:
        id = await shop.place()
        shop.clock.forward(WAIT - SECOND)
        assert id in await shop.listed(Status.RECEIVED)
        shop.clock.forward(SECOND)
        assert id not in await shop.listed(Status.RECEIVED)
        assert id in await shop.listed(Status.COMPLETED)

        order = await shop.order(id)
        assert all(line.subscription for line in order.lines)

    check(trial)


def test_an_order_that_was_confirmed_meanwhile_is_complete_when_it_is_due(check: Check) -> None:
    async def trial(shop: Shop) -> None:
        id = await shop.place()
        book = shop.store.of(Caller(seller=shop.seller))
        await book.change(confirm(await shop.order(id)), "confirmed")
        shop.clock.forward(WAIT)
        assert id in await shop.listed(Status.COMPLETED)

    check(trial)


def test_an_order_that_is_asked_to_be_cancelled_is_complete_once_that_is_refused(
    check: Check,
) -> None:
    async def trial(shop: Shop) -> None:
        id = await shop.place()
        shop.clock.forward(SECOND)
        other = await shop.place()
        book = shop.store.of(Caller(seller=shop.seller))
        await book.change(ask(await shop.order(id), "Twice.", "Ann", shop.clock()))
        shop.clock.forward(WAIT)
        done = await shop.listed(Status.COMPLETED)
        assert other in done
        assert id not in done

        order = await shop.order(id)
        await book.change(answer(order, CancellationState.REFUSED, "Bob", shop.clock()))
        shop.clock.forward(SECOND)
        assert id in await shop.listed(Status.COMPLETED)

    check(trial)


def test_a_command_sees_it_too(check: Check) -> None:
    async def trial(shop: Shop) -> None:
        id = await shop.place()
        shop.clock.forward(WAIT)
        await Hub(shop.store).seller(book_of("adobe").seller.name)

        assert Status.COMPLETED is (await shop.order(id)).status

    check(trial)


def test_two_who_look_at_once_complete_it_once(check: Check) -> None:
    async def trial(shop: Shop) -> None:
        id = await shop.place()
        now = shop.clock.forward(WAIT)
        others = [Completing(shop.store, lambda: chosen(())) for _ in range(4)]
        await asyncio.gather(*(one(shop.seller, now) for one in others))

        events = await shop.store.of(Caller(seller=shop.seller)).events(id)
        assert ["placed", "completed"] == [one.what for one in events]
        assert Status.COMPLETED is (await shop.order(id)).status

    check(trial)


def test_many_at_once_look_at_a_book_once(check: Check) -> None:
    async def trial(shop: Shop) -> None:
        looks = list[int]()

        class Watched(Completing):
            async def _look(self, seller: int, now: datetime) -> None:
                looks.append(seller)
                await super()._look(seller, now)

        id = await shop.place()
        now = shop.clock.forward(WAIT)
        completing = Watched(shop.store, lambda: chosen(()))
        first, *others = [asyncio.create_task(completing(shop.seller, now)) for _ in range(20)]
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(*others)

        assert [shop.seller] == looks
        assert Status.COMPLETED is (await shop.order(id)).status

    check(trial)


def test_whoever_comes_as_a_look_ends_takes_the_next(check: Check, few_waits: None) -> None:
    async def trial(shop: Shop) -> None:
        completing = Completing(shop.store, lambda: chosen(()))

        async def look(turns: int) -> None:
            for _ in range(turns):
                await asyncio.sleep(0)
            await completing(shop.seller, shop.clock() + turns * WAIT)

        await asyncio.gather(*(look(turns) for turns in range(60)))

    check(trial)


@contextmanager
def failing(patch: pytest.MonkeyPatch, name: str, failure: HubError) -> Iterator[None]:
    """Let a method of a store fail while the block runs."""

    async def fail(*_anything: Any) -> None:
        raise failure

    with patch.context() as patched:
        patched.setattr(name, fail)
        yield


@pytest.mark.parametrize("failure", [Upstream("away"), TooMany("busy")])
def test_a_look_that_fails_is_taken_again(
    check: Check, failure: HubError, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trial(shop: Shop) -> None:
        id = await shop.place()
        now = shop.clock.forward(WAIT)
        completing = Completing(shop.store, lambda: chosen(()))
        with failing(monkeypatch, "orderglot.stores.reads.Reads.page", failure):
            both = (completing(shop.seller, now) for _ in range(2))
            assert [failure, failure] == await asyncio.gather(*both, return_exceptions=True)
        await completing(shop.seller, now)

        assert Status.COMPLETED is (await shop.order(id)).status

    check(trial)


def test_another_process_learns_of_it_within_a_second(check: Check) -> None:
    async def trial(shop: Shop) -> None:
        other = Completing(shop.store, lambda: chosen(()))
        await other(shop.seller, shop.clock())
        id = await shop.place()
        shop.clock.forward(WAIT)
        await other(shop.seller, shop.clock())

        assert Status.COMPLETED is (await shop.order(id)).status

    check(trial)


def test_a_clock_that_is_put_back_stops_nothing(check: Check) -> None:
    async def trial(shop: Shop) -> None:
        await shop.faces["adobe"].completing(shop.seller, shop.clock())
        shop.clock.forward(-timedelta(days=1))
        id = await shop.place()
        shop.clock.forward(WAIT)
        await shop.listed(Status.COMPLETED)

        assert Status.COMPLETED is (await shop.order(id)).status

    check(trial)


@pytest.mark.parametrize("failure", [Conflict("too late"), Upstream("read-only")])
def test_what_cannot_be_written_is_shown_as_it_is(
    check: Check, failure: HubError, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trial(shop: Shop) -> None:
        id = await shop.place()
        shop.clock.forward(WAIT)
        with failing(monkeypatch, "orderglot.stores.unit_of_work.UnitOfWork.commit", failure):
            await shop.faces["adobe"].completing(shop.seller, shop.clock())
        assert Status.RECEIVED is (await shop.order(id)).status
        shop.clock.forward(SECOND)

        assert id in await shop.listed(Status.COMPLETED)

    check(trial)


def test_a_test_order_is_completed_as_well(check: Check) -> None:
    async def trial(shop: Shop) -> None:
        trying = shop.store.of(Caller(seller=shop.seller, test=True))
        order = await shop.order(await shop.place())
        id = (await trying.place(replace(order, id=0, version=0))).id
        shop.clock.forward(WAIT)
        await shop.listed(Status.COMPLETED)

        assert (True, Status.COMPLETED) == (
            (await shop.order(id)).test,
            (await shop.order(id)).status,
        )

    check(trial)
