"""Placing with every dialect that can: once, wherever it is cut off and however often repeated."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import Conflict, HubError, Upstream
from orderglot.core.order import Order, Reference, native
from orderglot.core.values import Status
from orderglot.sync.goods import pieces
from orderglot.sync.notes import PLACING
from orderglot.sync.place import place, settle
from orderglot.sync.placement_checks import Terms
from orderglot.sync.placement_results import How, Placed
from orderglot.sync.recovery import Unknown
from orderglot.wire.message import Request, Response, Send
from tests.sync.failing import lost_once
from tests.sync.vendors import LISTING, Vendor, vendor
from tests.sync.vendors import PLACING as DIALECTS

T = TypeVar("T")

each = pytest.mark.parametrize("name", DIALECTS)
MOST_REQUESTS = 25


def done(name: str, work: Callable[[Vendor, Order], Awaitable[T]]) -> T:
    """Do some work with a vendor, and an order of the book that it would take."""

    async def worked() -> T:
        async with vendor(name) as shop:
            draft = replace(
                shop.implementation.draft, po_number=shop.implementation.draft.po_number or "PO-7"
            )
            return await work(shop, await shop.book.place(replace(draft, customer=None)))

    return asyncio.run(worked())


ANYHOW = Terms(without=("ship_to", "lines"))
"""What a wire cannot carry of an order may be lost."""


async def placed(
    shop: Vendor, order: Order, *, idempotent: bool = True, absent: bool = False
) -> Placed:
    """Place the order as it is in the book by now, without what the wire cannot carry."""
    now = await shop.book.get(Reference("orderglot", str(order.id)))
    vendor = shop.vendor(idempotent=idempotent, continued=False)
    return await place(shop.book, vendor, now, replace(ANYHOW, absent=absent))


async def orders_there(shop: Vendor) -> list[Order]:
    """Give what the vendor has and has neither cancelled nor deleted."""
    everything = [order async for order in shop.implementation.book.walk()]
    left = [order for order in everything if order.deleted is None]
    return [order for order in left if order.status is not Status.CANCELLED]


async def assert_sent_once(shop: Vendor, came: Placed) -> None:
    assert How.SENT is came.how
    assert 1 == len(await orders_there(shop))


@each
def test_an_order_is_placed_and_known_by_the_vendors_id(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        (there,) = await orders_there(shop)

        assert (How.SENT, native(there, name)) == (came.how, came.id)
        assert Reference(shop.channel.reference, came.id) in came.order.references
        events = [event.what for event in await shop.book.events(order.id)]
        assert ["placed", f"placed: {shop.channel.reference}"] == events
        assert () == await shop.book.notes(PLACING)

    done(name, work)


@each
def test_an_order_that_is_there_is_not_sent_again(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        first = await placed(shop, order)
        asked = len(shop.asked)
        again = await placed(shop, order)

        assert (How.THERE, first.id) == (again.how, again.id)
        assert asked == len(shop.asked)

    done(name, work)


class Line:
    """A line to the vendor that breaks at one request: before it arrives, or after."""

    def __init__(self, at: int, *, arrives: bool, keys: bool) -> None:
        self.at = at
        self.arrives = arrives
        self.keys = keys
        self.count = 0
        self.broke = False

    async def __call__(self, request: Request, send: Send) -> Response:
        """Send a request, unless this is where the line breaks."""
        self.count += 1
        if not self.keys:
            kept = {n: v for n, v in request.headers.items() if n != "idempotency-key"}
            request = replace(request, headers=kept)
        if self.count == self.at:
            self.broke = True
            if self.arrives:
                await send(request)
            raise Upstream("The line broke.")
        return await send(request)


def cut_off(name: str, at: int, *, arrives: bool, keys: bool) -> bool:
    """Place an order over a line that breaks once; tell whether it broke."""

    async def work(shop: Vendor, order: Order) -> bool:
        line = Line(at, arrives=arrives, keys=keys)
        shop.between(line)
        came: Placed | HubError | None = None
        for _ in range(4):
            try:
                came = await placed(shop, order, idempotent=keys)
                break
            except HubError as error:
                came = error
                _later(shop)
        (there,) = await orders_there(shop)
        assert isinstance(came, Placed), came
        assert (came.id, pieces(order)) == (native(there, name), pieces(there))
        assert () == await shop.book.notes(PLACING)
        return line.broke

    return done(name, work)


def _later(shop: Vendor) -> None:
    """Let some minutes pass here."""
    before = shop.book.now()
    shop.store._clock = lambda: before + timedelta(minutes=5)
    shop.book = shop.store.of(shop.book.caller)


def assert_once_wherever_cut_off(name: str, *, arrives: bool, keys: bool) -> None:
    broke = [cut_off(name, at, arrives=arrives, keys=keys) for at in range(1, MOST_REQUESTS)]
    assert broke[0]
    assert not broke[-1]


@each
@pytest.mark.parametrize("arrives", [False, True], ids=["lost", "unanswered"])
def test_wherever_it_is_cut_off_a_vendor_that_knows_keys_gets_it_once(
    name: str, arrives: bool
) -> None:
    assert_once_wherever_cut_off(name, arrives=arrives, keys=True)


@pytest.mark.parametrize(
    "name", [name for name in DIALECTS if dialects.dialect(name).flows.page is not None]
)
@pytest.mark.parametrize("arrives", [False, True], ids=["lost", "unanswered"])
def test_wherever_it_is_cut_off_a_vendor_that_lists_orders_gets_it_once(
    name: str, arrives: bool
) -> None:
    assert_once_wherever_cut_off(name, arrives=arrives, keys=False)


def _without_list(shop: Vendor) -> None:
    flows = dataclasses.replace(shop.dialect.flows, find=None, page=None)
    shop.client.dialect = dataclasses.replace(shop.dialect, flows=flows, idempotency=None)


@each
def test_where_nobody_can_tell_it_says_so_until_somebody_has_looked(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        _without_list(shop)
        shop.between(_break_after_creating(shop))
        for _ in range(2):
            with pytest.raises(Unknown, match="--is ID, or --absent"):
                await placed(shop, order, idempotent=False)
            _later(shop)
        there = await orders_there(shop)
        came = await settle(shop.book, shop.vendor(), order, native(there[0], name))

        assert How.GIVEN is came.how
        assert 1 == len(there)
        assert How.THERE is (await placed(shop, order)).how

    done(name, work)


def _break_after_creating(shop: Vendor) -> Callable[[Request, Send], Awaitable[Response]]:
    broke: list[Request] = []

    async def stand(request: Request, send: Send) -> Response:
        response = await send(request)
        if "idempotency-key" in request.headers and not broke:
            broke.append(request)
            raise Upstream("The line broke.")
        return response

    return stand


@pytest.mark.parametrize(
    "name",
    [name for name in LISTING if "po_number" not in dialects.dialect(name).can.loses],
)
def test_what_was_cut_off_and_is_pulled_is_the_order_that_was_sent(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        shop.between(_break_after_creating(shop))
        with contextlib.suppress(HubError):
            await placed(shop, order)
        if await shop.book.notes(PLACING):
            await shop.pulled()
        (here,) = [one async for one in shop.book.walk()]
        (there,) = await orders_there(shop)

        assert (order.id, native(there, name)) == (here.id, native(here, name))
        assert () == await shop.book.notes(PLACING)
        assert How.THERE is (await placed(shop, order)).how

    done(name, work)


@each
def test_what_somebody_says_is_absent_is_sent_again(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        _without_list(shop)
        shop.between(lost_once())
        with pytest.raises(Unknown):
            await placed(shop, order, idempotent=False)
        came = await placed(shop, order, idempotent=False, absent=True)

        await assert_sent_once(shop, came)

    done(name, work)


@each
def test_what_the_vendor_refuses_can_be_mended_and_placed(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        unknown = tuple(replace(line, sku="ZZ999") for line in order.lines)
        spoiled = await shop.book.change(replace(order, lines=unknown))
        with pytest.raises(HubError) as refusal:
            await placed(shop, spoiled)
        assert not isinstance(refusal.value, Unknown)
        assert [] == await orders_there(shop)
        await shop.book.change(replace(spoiled, lines=order.lines))
        came = await placed(shop, order)

        await assert_sent_once(shop, came)

    done(name, work)


@each
def test_two_who_place_the_same_order_at_once_place_it_once(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await asyncio.gather(
            placed(shop, order), placed(shop, order), return_exceptions=True
        )

        assert 1 == len(await orders_there(shop))
        assert 1 <= len([one for one in came if isinstance(one, Placed)])
        assert all(isinstance(one, Placed | Conflict) for one in came)

    done(name, work)


@pytest.mark.parametrize(
    "name",
    # Catalyst's mark tells whatever a clock says.
    [name for name in LISTING if dialects.dialect(name).flows.find is None],
)
@pytest.mark.parametrize("days", [-400, 400])
def test_a_vendor_whose_clock_is_wrong_is_not_sent_it_twice(name: str, days: int) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        shop.between(_break_after_creating(shop))
        shop.store._clock = lambda: shop.implementation.book.now() + timedelta(days=days)
        shop.book = shop.store.of(shop.book.caller)
        for _ in range(3):
            with contextlib.suppress(HubError):
                await placed(shop, order, idempotent=False)
            _later(shop)

        assert 1 == len(await orders_there(shop))

    done(name, work)
