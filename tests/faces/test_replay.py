"""Replay: a request that comes again is answered again, and done once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from orderglot.core.errors import Conflict, HubError, Upstream
from orderglot.core.order import Order
from orderglot.faces.replay import LONGEST_KEY
from orderglot.faces.server import Server
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context
from tests.clock import Clock
from tests.faces.sites import NEW, Site, site
from tests.faces.tiny import CREATE_ORDER, DIALECT, LONGEST_NOTES

OTHER = changed(NEW, body=b'{"po": "PO-8"}')
BROKEN = changed(NEW, body=b'{"notes": "' + b"x" * (LONGEST_NOTES + 1) + b'"}')
Perform = Callable[[Context, Order], Awaitable[Order]]

HUBS = "idempotency-key"
VENDORS = "x-correlation-id"


def keyed(request: Request, key: str = "demo-1", header: str = HUBS) -> Request:
    return changed(request, headers={header: key})


async def numbers(at: Site) -> list[str]:
    return [order.po_number for order in await at.orders()]


@pytest.mark.parametrize("header", [HUBS, VENDORS])
def test_the_same_request_gets_the_same_bytes_and_makes_one_order(header: str) -> None:
    async def twice() -> None:
        at = await site()
        first, second = [await at.ask(keyed(NEW, header=header)) for _ in range(2)]

        assert 201 == first.status
        assert first == second
        assert ["PO-7"] == await numbers(at)

    asyncio.run(twice())


def test_without_a_key_a_request_is_done_again() -> None:
    async def twice() -> None:
        at = await site()
        first, second = [await at.ask(NEW) for _ in range(2)]

        assert first != second
        assert ["PO-7", "PO-7"] == await numbers(at)

    asyncio.run(twice())


def test_another_key_is_another_order() -> None:
    async def twice() -> None:
        at = await site()
        await at.ask(keyed(NEW, "demo-1"))
        await at.ask(keyed(NEW, "demo-2"))

        assert ["PO-7", "PO-7"] == await numbers(at)

    asyncio.run(twice())


def test_another_request_under_a_used_key_is_a_conflict() -> None:
    async def two() -> None:
        at = await site()
        await at.ask(keyed(NEW))

        assert 409 == (await at.ask(keyed(OTHER))).status
        assert ["PO-7"] == await numbers(at)

    asyncio.run(two())


def test_where_the_vendor_says_so_it_gets_the_first_answer() -> None:
    async def two() -> None:
        at = await site()
        first = await at.ask(keyed(NEW, header=VENDORS))

        assert first == await at.ask(keyed(OTHER, header=VENDORS))
        assert ["PO-7"] == await numbers(at)

    asyncio.run(two())


def test_the_vendors_keys_and_the_hubs_are_not_the_same() -> None:
    async def two() -> None:
        at = await site()
        await at.ask(keyed(NEW, header=HUBS))
        await at.ask(keyed(OTHER, header=VENDORS))

        assert ["PO-7", "PO-8"] == await numbers(at)

    asyncio.run(two())


@pytest.mark.parametrize(("header", "lasts"), [(HUBS, 1), (VENDORS, 10)])
def test_a_key_is_forgotten_after_its_time(header: str, lasts: int) -> None:
    async def three() -> None:
        clock = Clock()
        at = await site(clock=clock)
        first = await at.ask(keyed(NEW, header=header))

        clock.forward(timedelta(days=lasts, seconds=-1))
        assert first == await at.ask(keyed(NEW, header=header))

        clock.forward(timedelta(seconds=1))
        assert first != await at.ask(keyed(NEW, header=header))
        assert ["PO-7", "PO-7"] == await numbers(at)

    asyncio.run(three())


def test_two_at_once_make_one_order() -> None:
    async def at_once() -> None:
        at = await site()
        answers = await asyncio.gather(*(at.ask(keyed(NEW)) for _ in range(5)))

        assert answers == [answers[0]] * 5
        assert ["PO-7"] == await numbers(at)

    asyncio.run(at_once())


def performed(perform: Perform) -> Dialect:
    """Give tiny with a createOrder that is performed so."""
    return replace(DIALECT, operations=(replace(CREATE_ORDER, perform=perform),))


def halting(began: asyncio.Event, go: asyncio.Event) -> Dialect:
    """Give tiny with a createOrder that says when it has begun and goes on when it is told to."""

    async def perform(context: Context, draft: Order) -> Order:
        began.set()
        await go.wait()
        return await context.book.place(draft)

    return performed(perform)


async def halted() -> tuple[Site, asyncio.Task[Response], asyncio.Event, asyncio.Event]:
    """Open a site whose first creation has begun; gives it, what tells of another, and what lets go."""
    began, go = asyncio.Event(), asyncio.Event()
    at = await site(halting(began, go))
    first = asyncio.create_task(at.ask(keyed(NEW)))
    await began.wait()
    return at, first, began, go


async def assert_one(at: Site, *asked: Awaitable[Response]) -> None:
    first, second = await asyncio.gather(*asked)
    assert first == second
    assert ["PO-7"] == await numbers(at)


def test_the_second_waits_for_the_first_and_the_two_are_one() -> None:
    async def at_once() -> None:
        at, first, _, go = await halted()
        second = asyncio.create_task(at.ask(keyed(NEW)))
        await asyncio.sleep(0)
        assert not second.done()
        go.set()

        await assert_one(at, first, second)

    asyncio.run(at_once())


def test_when_the_first_is_broken_off_the_second_does_it() -> None:
    async def at_once() -> None:
        at, first, _, go = await halted()
        second = asyncio.create_task(at.ask(keyed(NEW)))
        await asyncio.sleep(0)
        first.cancel()
        go.set()

        assert 201 == (await second).status
        assert ["PO-7"] == await numbers(at)

    asyncio.run(at_once())


def test_two_servers_over_one_store_make_one_order() -> None:
    async def at_once() -> None:
        at, first, began, go = await halted()
        twin = Site(at.store, Server(at.server.dialect, at.store), at.caller, at.proof)
        began.clear()
        second = asyncio.create_task(twin.ask(keyed(NEW)))
        await began.wait()
        go.set()

        await assert_one(at, first, second)

    asyncio.run(at_once())


def test_reads_are_never_replayed() -> None:
    async def read() -> None:
        at = await site()
        reading = Request(method="GET", path="/tiny/orders")
        before = await at.ask(keyed(reading))
        await at.ask(NEW)

        assert before != await at.ask(keyed(reading))

    asyncio.run(read())


def test_a_refusal_is_not_kept() -> None:
    async def two() -> None:
        at = await site()

        assert 400 == (await at.ask(keyed(BROKEN))).status
        assert 201 == (await at.ask(keyed(NEW))).status

    asyncio.run(two())


def test_where_the_vendor_says_so_a_refusal_is_kept() -> None:
    async def two() -> None:
        at = await site()
        refusal = await at.ask(keyed(BROKEN, header=VENDORS))

        assert 400 == refusal.status
        assert refusal == await at.ask(keyed(NEW, header=VENDORS))
        assert [] == await numbers(at)

    asyncio.run(two())


@pytest.mark.parametrize(
    ("error", "status"),
    [(Upstream("The database is gone."), 503), (Conflict("Somebody was faster."), 409)],
)
def test_a_failure_or_a_refusal_of_the_moment_is_never_kept(error: HubError, status: int) -> None:
    failing = [error, None]

    async def perform(context: Context, draft: Order) -> Order:
        if error := failing.pop(0):
            raise error
        return await context.book.place(draft)

    async def two() -> None:
        at = await site(performed(perform))

        assert status == (await at.ask(keyed(NEW, header=VENDORS))).status
        assert 201 == (await at.ask(keyed(NEW, header=VENDORS))).status

    asyncio.run(two())


def test_a_conflict_that_is_not_the_keys_stays_one() -> None:
    async def perform(context: Context, draft: Order) -> Order:
        raise Conflict("Somebody was faster.")

    async def ask() -> Response:
        at = await site(performed(perform))
        return await at.ask(keyed(NEW))

    assert 409 == asyncio.run(ask()).status


def test_another_customers_same_key_is_another_key() -> None:
    async def three() -> None:
        at = await site()
        answers = [
            await one.ask(keyed(NEW)) for one in (at, await at.customer(), await at.customer())
        ]

        assert [201] * 3 == [answer.status for answer in answers]
        assert ["PO-7"] * 3 == await numbers(at)

    asyncio.run(three())


def test_a_test_keys_same_key_is_another_key() -> None:
    async def two() -> None:
        at = await site()
        await at.ask(keyed(NEW))

        assert 201 == (await (await at.other(test=True)).ask(keyed(OTHER))).status
        assert ["PO-7", "PO-8"] == await numbers(at)

    asyncio.run(two())


def test_another_key_of_the_same_customer_shares_its_keys() -> None:
    async def two() -> None:
        at = await site()

        assert await at.ask(keyed(NEW)) == await (await at.other()).ask(keyed(NEW))

    asyncio.run(two())


def test_a_key_may_be_so_long_and_no_longer() -> None:
    async def two() -> None:
        at = await site()

        assert 201 == (await at.ask(keyed(NEW, "x" * LONGEST_KEY))).status
        assert 400 == (await at.ask(keyed(NEW, "x" * (LONGEST_KEY + 1)))).status

    asyncio.run(two())


def test_both_kinds_of_keys_hold() -> None:
    def with_both(intent: str, key: str) -> Request:
        return changed(NEW, headers={VENDORS: intent, HUBS: key})

    async def several() -> None:
        at = await site()
        first = await at.ask(with_both("intent-1", "key-1"))
        # A client that makes a new intent for each try, one that makes a new key, and ones that
        # leave either out: what a request was answered under, it is answered under again.
        for again in (with_both("intent-2", "key-1"), with_both("intent-1", "key-2")):
            assert first == await at.ask(again)
        for header, key in (
            *((VENDORS, "intent-1"), (VENDORS, "intent-2")),
            *((HUBS, "key-1"), (HUBS, "key-2")),
        ):
            assert first == await at.ask(keyed(NEW, key, header))
        assert ["PO-7"] == await numbers(at)

        second = await at.ask(with_both("intent-3", "key-3"))
        assert second != first
        assert 409 == (await at.ask(with_both("intent-1", "key-3"))).status
        assert 2 == len(await numbers(at))

    asyncio.run(several())


def test_a_refusal_is_kept_under_the_keys_that_keep_refusals() -> None:
    async def several() -> None:
        at = await site()
        both = {VENDORS: "intent-1", HUBS: "key-1"}
        refused = await at.ask(changed(BROKEN, headers=both))
        assert 400 == refused.status
        assert refused == await at.ask(changed(BROKEN, headers=both))

        assert 201 == (await at.ask(keyed(NEW, "key-1"))).status

    asyncio.run(several())


def test_two_at_once_that_share_one_of_their_keys_make_one_order() -> None:
    async def at_once() -> None:
        at = await site()
        requests = [
            changed(NEW, headers={VENDORS: f"intent-{number}", HUBS: "key-1"})
            for number in range(5)
        ]
        answers = await asyncio.gather(*map(at.ask, requests))

        assert answers == [answers[0]] * 5
        assert ["PO-7"] == await numbers(at)

    asyncio.run(at_once())


@pytest.mark.parametrize(
    "key", [" demo-1", "demo-1 ", "\tdemo-1\t", "\xa0demo-1"], ids=lambda key: repr(key)
)
def test_blanks_around_a_key_are_no_part_of_it(key: str) -> None:
    async def two() -> None:
        at = await site()

        assert await at.ask(keyed(NEW)) == await at.ask(keyed(NEW, key))

    asyncio.run(two())


def test_a_key_of_blanks_is_none() -> None:
    async def two() -> None:
        at = await site()
        for _ in range(2):
            await at.ask(keyed(NEW, "  "))

        assert 2 == len(await numbers(at))

    asyncio.run(two())


SINGLE = replace(
    DIALECT,
    idempotency=replace(
        DIALECT.idempotency,
        single=lambda request: request.headers.get("x-request-id"),
        used="used",
    )
    if DIALECT.idempotency
    else None,
)


def single(request: Request, key: str, id: str = "id-1") -> Request:
    return changed(request, headers={VENDORS: key, "x-request-id": id})


def test_an_id_that_no_two_requests_may_have_is_refused_under_another_key() -> None:
    async def three() -> None:
        clock = Clock()
        at = await site(SINGLE, clock)
        first = await at.ask(single(NEW, "demo-1"))

        assert first == await at.ask(single(NEW, "demo-1"))
        assert 409 == (await at.ask(single(OTHER, "demo-2"))).status
        assert 201 == (await at.ask(single(OTHER, "demo-2", "id-2"))).status
        clock.forward(timedelta(days=10))
        assert 201 == (await at.ask(single(NEW, "demo-3"))).status

    asyncio.run(three())


def test_of_two_at_once_with_one_such_id_one_is_done() -> None:
    async def at_once() -> None:
        at = await site(SINGLE)
        answers = await asyncio.gather(
            *(at.ask(single(NEW, f"demo-{number}")) for number in range(5))
        )

        assert [201, 409, 409, 409, 409] == sorted(answer.status for answer in answers)
        assert ["PO-7"] == await numbers(at)

    asyncio.run(at_once())
