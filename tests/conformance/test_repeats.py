"""Repeats: a live order that comes again without a key is made once; in test mode it is another one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference
from orderglot.core.ports import DUPLICATE, REPEATED
from orderglot.core.values import Status
from orderglot.wire.message import Request, Response
from tests.clock import Clock
from tests.conformance.callers import (
    Site,
    clock_of,
    creations,
    has_vendors_key,
    id_of,
    keyed,
    two_servers,
    with_specimens,
)
from tests.conformance.specimens import Specimen

KEYLESS = [
    specimen
    for name in dialects.names()
    for specimen in creations(name)
    if not has_vendors_key(specimen.dialect, specimen.request)
]
KNOWN = [
    one
    for one in KEYLESS
    if one.dialect.repeats and one.orders.po_number.encode() in one.request.body
    if one.orders.po_number and one.orders.lines
]
"""Those that say enough to be known again: what the vendor's wire has no PO number for, does not."""

NEW = [one for one in KEYLESS if one not in KNOWN]
WINDOW = timedelta(minutes=10)


def is_yes(at: Site, response: Response) -> bool:
    return at.dialect.faults.read(response) is None


async def happened(at: Site, order: Order) -> list[str]:
    """Give what happened to an order, in order."""
    whole = at.store.of(Caller(seller=at.owner.seller, test=True))
    return [event.what for event in await whole.events(order.id)]


async def duplicates(at: Site) -> list[tuple[int, int]]:
    whole = at.store.of(Caller(seller=at.owner.seller))
    return [(new.id, first.id) for new, first in await whole.duplicates()]


def test_some_dialect_has_orders_that_say_enough() -> None:
    assert KNOWN


@with_specimens(KNOWN)
async def test_a_live_order_that_comes_again_is_made_once_and_the_event_says_so(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    first = await at.server(specimen.request)
    clock.forward(WINDOW - timedelta(seconds=1))
    again = await at.server(specimen.request)

    assert is_yes(at, first)
    assert first == again
    (order,) = await at.orders()
    assert ["placed", REPEATED] == await happened(at, order)
    assert [] == await duplicates(at)


@with_specimens(KNOWN)
async def test_each_event_names_the_request_that_made_it(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    for id in ("first", "again"):
        await at.server(replace(specimen.request, id=id))
        clock.forward(timedelta(seconds=1))

    (order,) = await at.orders()
    whole = at.store.of(Caller(seller=at.owner.seller))
    assert [("placed", "first"), (REPEATED, "again")] == [
        (event.what, event.exchange) for event in await whole.events(order.id)
    ]


def _forms(specimen: Specimen) -> list[str]:
    """Give the media types in which a creation may be answered."""
    assert specimen.operation is not None
    return [media for shape in specimen.operation.response.shapes for media in shape.body]


def test_each_of_them_is_answered_in_some_form() -> None:
    assert all(map(_forms, KNOWN))


@with_specimens(KNOWN)
async def test_it_is_answered_in_the_form_that_is_asked_for_now(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    first = await at.server(specimen.request)
    for media in _forms(specimen):
        headers = {**specimen.request.headers, "accept": media}
        again = await at.server(replace(specimen.request, headers=headers))

        assert is_yes(at, again)
        assert media == again.headers["content-type"].partition(";")[0]
        assert _ids(specimen, first) == _ids(specimen, again)
    assert 1 == len(await at.orders())


def _ids(specimen: Specimen, response: Response) -> tuple[Reference, ...]:
    assert specimen.operation is not None
    made: Order = specimen.operation.response.read(response, None)
    return made.references


@with_specimens(KNOWN)
async def test_behind_the_window_it_is_another_order_and_suspected_to_double_the_first(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    first = await at.server(specimen.request)
    clock.forward(WINDOW)

    assert first != await at.server(specimen.request)
    one, two = await at.orders()
    assert ["placed"] == await happened(at, one)
    assert ["placed", DUPLICATE] == await happened(at, two)
    assert [(two.id, one.id)] == await duplicates(at)


async def assert_two(at: Site) -> None:
    assert 2 == len(await at.orders())
    assert [] == await duplicates(at)


@with_specimens(KNOWN)
async def test_in_test_mode_it_is_another_order_each_time(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    key = await at.key(replace(at.owner, test=True))
    for _ in range(2):
        assert is_yes(at, await at.ask(specimen.request, key))

    await assert_two(at)


@with_specimens(NEW)
async def test_what_says_too_little_is_another_order_each_time(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    for _ in range(2):
        assert is_yes(at, await at.server(specimen.request))

    assert 2 == len(await at.orders())


def with_another_po_number(specimen: Specimen) -> Request:
    number = specimen.orders.po_number.encode()
    return replace(specimen.request, body=specimen.request.body.replace(number, b"PO-OTHER"))


def with_more_of_it(specimen: Specimen) -> Request:
    def doubled(found: re.Match[bytes]) -> bytes:
        return found[1] + str(2 * int(found[2])).encode()

    body = re.sub(rb"(quantity\W+)(\d+)", doubled, specimen.request.body, count=1)
    return replace(specimen.request, body=body)


def with_a_key(specimen: Specimen) -> Request:
    return keyed(specimen.dialect, specimen.request)


@pytest.mark.parametrize("change", [with_another_po_number, with_more_of_it, with_a_key])
@with_specimens(KNOWN)
async def test_another_number_other_lines_or_a_key_make_another_order(
    at: Site, clock: Clock, specimen: Specimen, change: Callable[[Specimen], Request]
) -> None:
    other = change(specimen)
    assert other != specimen.request
    for request in (specimen.request, other, specimen.request, other):
        assert is_yes(at, await at.server(request))

    await assert_two(at)


async def assert_may_be_ordered_again(at: Site, specimen: Specimen, **changed: object) -> None:
    first = await at.server(specimen.request)
    (order,) = await at.orders()
    whole = at.store.of(Caller(seller=at.owner.seller))
    await whole.change(replace(order, **changed))
    second, third = [await at.server(specimen.request) for _ in range(2)]

    assert first != second
    assert second == third


@with_specimens(KNOWN)
async def test_what_was_cancelled_may_be_ordered_again(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    await assert_may_be_ordered_again(at, specimen, status=Status.CANCELLED)
    await assert_two(at)


@with_specimens(KNOWN)
async def test_what_was_deleted_may_be_ordered_again(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    await assert_may_be_ordered_again(at, specimen, deleted=clock())

    assert 1 == len(await at.orders())
    assert [] == await duplicates(at)


@pytest.mark.parametrize(
    ("minutes", "orders", "suspected"), [(0, 2, 0), (5, 2, 1), (60, 1, 0)], ids=str
)
@with_specimens(KNOWN)
async def test_the_seller_sets_the_window(
    at: Site, clock: Clock, specimen: Specimen, minutes: int, orders: int, suspected: int
) -> None:
    (seller,) = [one for one in await at.store.sellers() if one.id == at.owner.seller]
    tables = {**seller.tables, f"{at.dialect.name}.repeats": minutes}
    await at.store.change_seller(replace(seller, tables=tables))
    await at.server(specimen.request)
    clock.forward(timedelta(minutes=30))
    await at.server(specimen.request)

    assert orders == len(await at.orders())
    assert suspected == len(await duplicates(at))


@with_specimens(KNOWN)
async def test_several_at_once_make_one_order(at: Site, clock: Clock, specimen: Specimen) -> None:
    answers = await asyncio.gather(*(at.server(specimen.request) for _ in range(5)))

    assert [answers[0]] * 5 == answers
    assert is_yes(at, answers[0])
    assert 1 == len(await at.orders())


@pytest.mark.parametrize("specimen", KNOWN, ids=id_of)
def test_two_servers_on_one_file_make_one_order(tmp_path: Path, specimen: Specimen) -> None:
    async def at_once() -> None:
        clock = clock_of(specimen.dialect)
        async with two_servers(specimen, tmp_path / "book.db", clock) as (at, servers):
            for number in range(1, 6):
                one, two = await asyncio.gather(*(server(specimen.request) for server in servers))

                assert is_yes(at, one)
                assert one == two
                assert number == len(await at.orders())
                clock.forward(WINDOW)

    asyncio.run(at_once())
