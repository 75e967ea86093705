"""Writing back to every dialect's own server: what he is told, once, and what he cannot be told is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.catching_up import News
from orderglot.core.errors import Upstream
from orderglot.core.event_types import UNTOLD, type_of
from orderglot.core.order import Order, id_at, native
from orderglot.core.ports import UnitOfWork
from orderglot.core.query import Window
from orderglot.core.values import Kind, Status
from orderglot.jobs.work import Outcome
from orderglot.jobs.writing_back import write_back
from orderglot.sync.reconciling import take
from orderglot.wire.message import Request, Response, Send
from tests.sync.vendors import Vendor, vendor

T = TypeVar("T")

TELLING = [
    name for name in dialects.names() if News.CANCELLATION in dialects.dialect(name).can.tells
]
SILENT = [name for name in dialects.names() if not dialects.dialect(name).can.tells]


@dataclass
class Channel:
    """A vendor, and an order of his in a book of ours that is written back to him."""

    vendor: Vendor
    order: Order

    async def run(self) -> Outcome:
        """Write back what is due."""
        return await write_back(self.vendor.book, self.vendor.vendor())

    async def into(self, status: Status) -> None:
        """Put the order into a status here."""
        there = await self.vendor.book.get(self.order.references[0])
        self.order = await self.vendor.book.change(replace(there, status=status), str(status))

    async def theirs(self) -> Status:
        """Give the status in which the vendor has it in his own book."""
        book, name = self.vendor.implementation.book, self.vendor.dialect.name
        id = id_at(self.order, self.vendor.channel.reference)
        found = [one async for one in book.walk() if native(one, name) == id]
        return found[0].status

    async def kinds(self) -> list[Kind]:
        """Give the kinds of all orders that the vendor has."""
        return sorted([one.kind async for one in self.vendor.implementation.book.walk()])

    async def reasons(self) -> list[str]:
        """Give why the vendor was not told, as the feed has it."""
        feed = await self.vendor.book.feed(0, 1_000)
        return [one.details["reason"] for one in feed.events if type_of(one) == UNTOLD]


@asynccontextmanager
async def channel(name: str, *, pending: bool = False) -> AsyncIterator[Channel]:
    """Open a vendor who has one order, which is pulled, and of which he is told from now on."""
    async with vendor(name) as there:
        if pending:
            draft = replace(there.implementation.draft, status=Status.DRAFT)
            draft = replace(draft, customer=there.implementation.customer)
            shelved = await there.implementation.book.place(draft)
            locate = there.dialect.flows.locate
            assert locate is not None
            placed = await there.client.get(locate(shelved))
        else:
            placed = await there.client.place(there.implementation.draft)

        async def write(unit: UnitOfWork) -> None:
            await take(unit, there.vendor().source, (placed,))

        await there.book.transact(write)
        (order,) = (await there.book.page(Window(limit=5))).orders
        opened = Channel(there, order)
        assert Outcome() == await opened.run()
        yield opened


def later(monkeypatch: pytest.MonkeyPatch, book: object, by: timedelta) -> None:
    """Have a book tell a later time from now on."""
    now: Callable[[], datetime] = book.now  # type: ignore[attr-defined]
    monkeypatch.setattr(book, "now", lambda: now() + by)


def performed(work: Callable[[], Awaitable[T]]) -> T:
    async def awaited() -> T:
        return await work()

    return asyncio.run(awaited())


def is_pending(name: str) -> bool:
    """Tell whether a vendor takes back only what is pending."""
    return name == "komet"


@pytest.mark.parametrize("name", TELLING)
def test_a_cancellation_is_told_once_and_seen_on_both_sides(name: str) -> None:
    async def cancelled() -> None:
        async with channel(name, pending=is_pending(name)) as one:
            await one.into(Status.CANCELLED)
            assert {"told": 1} == (await one.run()).counts
            before = len(one.vendor.asked)
            assert Outcome() == await one.run()
            assert len(one.vendor.asked) == before
            assert Status.CANCELLED is await one.theirs()
            assert [] == await one.reasons()

    performed(cancelled)


@pytest.mark.parametrize("name", TELLING)
def test_an_answer_that_never_came_has_nothing_told_twice(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = list[Request]()

    async def lose(request: Request, send: Send) -> Response:
        answer = await send(request)
        writes = request.method != "GET" and "/ims/" not in request.path
        if writes and not lost and "list" not in request.path:
            lost.append(request)
            raise Upstream("He took it, and his answer was lost.", in_doubt=True)
        return answer

    async def cancelled() -> None:
        async with channel(name, pending=is_pending(name)) as one:
            await one.into(Status.CANCELLED)
            one.vendor.between(lose)
            assert {"waiting": 1} == (await one.run()).counts
            assert {"waiting": 1} == (await one.run()).counts
            kinds, sent = await one.kinds(), len(one.vendor.asked)
            later(monkeypatch, one.vendor.book, timedelta(seconds=6))
            assert {"told": 1} == (await one.run()).counts
            assert kinds == await one.kinds()
            again = [one for one in one.vendor.asked[sent:] if one.path == lost[0].path]
            assert [] == [one for one in again if one.method == lost[0].method]
            assert Status.CANCELLED is await one.theirs()

    performed(cancelled)


def test_what_adobe_refuses_is_put_aside_with_his_words_and_goes_when_he_has_it() -> None:
    async def refused() -> None:
        async with channel("adobe") as one:
            store = one.vendor.implementation.book
            mine = next(iter([each async for each in store.walk()]))
            made = (mine.created or store.now()) - timedelta(days=20)
            await store.change(replace(mine, created=made), "aged")
            await one.into(Status.CANCELLED)
            first = await one.run()
            assert ({"aside": 1}, 4) == (first.counts, first.code)
            assert "14 days" in first.sentence
            assert [first.sentence.partition(": ")[2]] == await one.reasons()
            asked = len(one.vendor.asked)
            assert {"aside": 1} == (await one.run()).counts
            assert asked == len(one.vendor.asked)

    performed(refused)


@pytest.mark.parametrize("name", [name for name in TELLING if name != "adobe"])
def test_what_a_vendor_takes_otherwise_is_put_aside(name: str) -> None:
    async def cancelled() -> None:
        async with channel(name, pending=is_pending(name)) as one:
            book = one.vendor.implementation.book
            (before,) = [each async for each in book.walk()]

            async def undo(request: Request, send: Send) -> Response:
                answer = await send(request)
                (now,) = [each async for each in book.walk()]
                if now.status is not before.status:
                    await book.change(replace(before, version=now.version), "taken back")
                return answer

            await one.into(Status.CANCELLED)
            one.vendor.between(undo)
            done = await one.run()
            assert ({"aside": 1}, 4) == (done.counts, done.code)
            assert "He was told, and has it still as" in done.sentence
            assert 1 == len(await one.reasons())

    performed(cancelled)


def test_a_return_that_adobe_has_not_carried_out_is_waited_for() -> None:
    async def open_return(request: Request, send: Send) -> Response:
        answer = await send(request)
        if request.method == "GET" and "order-type" not in request.query:
            body = bytes(answer.body).replace(b'"1008"', b'"1000"')
            return replace(answer, body=body)
        return replace(answer, body=bytes(answer.body).replace(b'"1000"', b'"1002"'))

    async def waited() -> None:
        async with channel("adobe") as one:
            await one.into(Status.CANCELLED)
            one.vendor.between(open_return)
            assert {"waiting": 1} == (await one.run()).counts
            assert [Kind.RETURN, Kind.SALE] == await one.kinds()

    performed(waited)


@pytest.mark.parametrize("name", [*SILENT, "komet"])
def test_a_cancellation_that_no_call_is_for_is_put_aside_until_the_vendor_has_it(name: str) -> None:
    async def shown() -> None:
        async with channel(name) as one:
            await one.into(Status.CANCELLED)
            done = await one.run()
            assert [({"aside": 1}, 4)] * 2 == [
                (each.counts, each.code) for each in (done, await one.run())
            ]
            assert "no call by which it could be told a cancellation" in done.sentence
            assert 1 == len(await one.reasons())
            assert Status.CANCELLED is not await one.theirs()
            await one.into(Status.PROCESSING)
            assert {} == {k: v for k, v in (await one.run()).counts.items() if k == "aside"}

    performed(shown)


@pytest.mark.parametrize("name", ["adobe", "kodaris", "kole"])
def test_a_status_that_no_call_is_for_is_said_once(name: str) -> None:
    async def shown() -> None:
        async with channel(name) as one:
            await one.into(Status.COMPLETED if name == "adobe" else Status.SHIPPED)
            done = await one.run()
            assert ({"untold": 1}, 0) == (done.counts, done.code)
            assert "No call for 1 x status." == done.sentence
            (reason,) = await one.reasons()
            assert "told a status" in reason
            assert Outcome() == await one.run()

    performed(shown)


@pytest.mark.parametrize("name", dialects.names())
def test_what_a_dialect_says_that_it_can_be_told_has_a_flow(name: str) -> None:
    dialect = dialects.dialect(name)

    assert bool(dialect.can.tells) is (dialect.flows.tell is not None)
    assert dialect.flows.get is not None
