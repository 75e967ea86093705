"""Replay, on every dialect: a creation that comes again is answered again, and done once."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.customer import identity
from orderglot.core.errors import Conflict
from orderglot.core.order import Reference
from orderglot.wire.idempotency import IDEMPOTENCY_KEY, Idempotency
from orderglot.wire.message import Request, Response
from tests.clock import Clock
from tests.conformance.callers import (
    Site,
    addressed,
    clock_of,
    creations,
    has_vendors_key,
    id_of,
    keyed,
    site,
    two_servers,
    with_specimens,
)
from tests.conformance.specimens import Specimen, book_of, provoked, welcome

CREATIONS = [specimen for name in dialects.names() for specimen in creations(name)]
HERE, THERE = b"https://here.example", b"https://there.example"


def way_of(specimen: Specimen) -> Idempotency:
    """Give the way in which a specimen's request is recognised when it comes again."""
    own = specimen.dialect.idempotency
    return own if own and has_vendors_key(specimen.dialect, specimen.request) else IDEMPOTENCY_KEY


def other(request: Request) -> Request:
    """Give a request that says something more."""
    body = request.body
    if body.startswith(b"{"):
        return replace(request, body=b'{"again": 1, ' + body[1:])
    assert body.endswith(b">")
    return replace(request, body=b"<again>1</again></".join(body.rsplit(b"</", 1)))


def respelled(request: Request) -> Request:
    """Write the same request otherwise: other blanks, members the other way round, escapes."""
    body = request.body
    if body.startswith(b"{"):
        members = json.loads(body)
        turned = dict(reversed(members.items()))
        return replace(request, body=json.dumps(turned, indent=3, ensure_ascii=True).encode())
    return replace(request, body=body.replace(b"><", b">\n   <!-- again -->\n   <") + b"\n\n")


@with_specimens(CREATIONS)
async def test_the_same_request_gets_the_same_bytes_and_makes_one_order(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    request = keyed(specimen.dialect, specimen.request)
    first, second = [await at.server(request) for _ in range(2)]

    assert at.dialect.faults.read(first) is None
    assert first == second
    assert 1 == len(await at.orders())


@with_specimens(CREATIONS)
async def test_a_replayed_answer_carries_the_links_of_the_address_that_is_asked_now(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    request = keyed(specimen.dialect, specimen.request)
    here, there, again = [
        await at.server(replace(request, base=f"https://{name}.example"))
        for name in ("here", "there", "here")
    ]

    assert there.body == here.body.replace(HERE, THERE)
    assert [*there.headers.values()] == [
        text.replace(HERE.decode(), THERE.decode()) for text in here.headers.values()
    ]
    assert here == again
    assert b".invalid" not in here.body
    assert ".invalid" not in str(here.headers)
    assert 1 == len(await at.orders())
    # Kole answers a creation with links; the others that we know have none in it.
    assert (specimen.dialect.name == "kole") == (here != there)


@with_specimens(CREATIONS)
async def test_another_request_under_the_same_key_is_what_the_vendor_says_else_a_conflict(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    same = not way_of(specimen).conflict

    first = await at.server(keyed(specimen.dialect, specimen.request))
    response = await at.server(keyed(specimen.dialect, other(specimen.request)))

    assert first == response if same else isinstance(at.dialect.faults.read(response), Conflict)
    assert 1 == len(await at.orders())


@with_specimens(CREATIONS)
async def test_the_same_request_is_the_same_however_it_is_spelled(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    first = await at.server(keyed(specimen.dialect, specimen.request))
    again = respelled(specimen.request)
    assert again.body != specimen.request.body

    assert first == await at.server(keyed(specimen.dialect, again))
    assert 1 == len(await at.orders())


@with_specimens(CREATIONS)
async def test_blanks_around_a_key_are_no_part_of_it(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    keys = ("demo-1", " demo-1", "demo-1\t")
    requests = [keyed(specimen.dialect, specimen.request, key) for key in keys]
    first, *others = [await at.server(request) for request in requests]

    assert [first] * len(others) == others
    assert 1 == len(await at.orders())


REPEATABLE = [
    [
        one
        for one in welcome(name)
        if one.operation and one.operation.endpoint.idempotent and one.dialect.name == name
    ]
    for name in dialects.names()
]
PAIRS = [
    pytest.param(one, two, id=f"{id_of(one)}-{two.name}")
    for several in REPEATABLE
    for one, two in pairwise(several)
    if (one.operation, one.request.path) != (two.operation, two.request.path)
]


@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_a_key_belongs_to_one_operation_on_one_thing(one: Specimen, two: Specimen) -> None:
    async def asked(*keys: str) -> list[Response]:
        at = await site(one.dialect)
        return [
            await at.server(keyed(one.dialect, specimen.request, key))
            for specimen, key in zip((one, two), keys, strict=True)
        ]

    assert asyncio.run(asked("demo-1", "demo-2")) == asyncio.run(asked("demo-1", "demo-1"))


NAMING = [one for one in CREATIONS if one.dialect.customer]


@with_specimens(NAMING)
async def test_a_key_of_the_sellers_never_brings_another_customers_order(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    everybody = replace(at.owner, customer=None)
    key, book = await at.key(everybody), at.store.of(everybody)
    owner = await book.customer(Reference("orderglot", str(at.owner.customer)))
    twin = await book.keep_customer(replace(owner, id=0, version=0, number="", references=()))
    for customer in (None, str(twin.id)):
        request = keyed(specimen.dialect, specimen.request)
        if customer is not None:
            request = addressed(specimen.dialect, request, customer)
        assert at.dialect.faults.read(await at.ask(request, key)) is None

    found = [order.customer for order in await at.orders()]
    assert [identity(owner), identity(twin)] == found


@with_specimens(CREATIONS)
async def test_two_at_once_make_one_order(at: Site, clock: Clock, specimen: Specimen) -> None:
    request = keyed(specimen.dialect, specimen.request)
    answers = await asyncio.gather(*(at.server(request) for _ in range(4)))

    assert [answers[0]] * 4 == answers
    assert 1 == len(await at.orders())


@pytest.mark.parametrize("specimen", CREATIONS, ids=id_of)
def test_two_servers_on_one_file_make_one_order(tmp_path: Path, specimen: Specimen) -> None:
    async def at_once() -> None:
        clock = clock_of(specimen.dialect)
        async with two_servers(specimen, tmp_path / "book.db", clock) as (at, servers):
            for number in range(5):
                request = keyed(specimen.dialect, specimen.request, f"demo-{number}")
                one, two = await asyncio.gather(*(server(request) for server in servers))

                assert at.dialect.faults.read(one) is None
                assert one == two
                assert number + 1 == len(await at.orders())

    asyncio.run(at_once())


@with_specimens(CREATIONS)
async def test_after_its_time_a_key_is_new(at: Site, clock: Clock, specimen: Specimen) -> None:
    first = await at.server(keyed(specimen.dialect, specimen.request))
    clock.forward(way_of(specimen).lasts)

    assert first != await at.server(keyed(specimen.dialect, specimen.request))
    assert 2 == len(await at.orders())


REFUSED = [
    pytest.param(specimen, refused, id=f"{specimen.dialect.name}-{specimen.name}-{refused.name}")
    for specimen in CREATIONS
    for refused in provoked(specimen.dialect.name)
    if refused.operation is specimen.operation and specimen.dialect.faults.read(refused.response)
]


@pytest.mark.parametrize(("specimen", "refused"), REFUSED)
def test_a_refusal_keeps_nothing(specimen: Specimen, refused: Specimen) -> None:
    async def behaviour() -> None:
        at = await site(specimen.dialect, orders=False)
        await at.server(keyed(refused.dialect, refused.request))
        key = "demo-2" if way_of(specimen).refusals else "demo-1"
        response = await at.server(keyed(specimen.dialect, specimen.request, key))

        assert at.dialect.faults.read(response) is None
        assert 1 == len(await at.orders())

    asyncio.run(behaviour())


@with_specimens(CREATIONS)
async def test_another_customers_same_key_is_another_key(
    at: Site, clock: Clock, specimen: Specimen
) -> None:
    whole = at.store.of(Caller(seller=at.owner.seller))
    owner = await whole.customer(Reference("orderglot", str(at.owner.customer)))
    twin = await whole.keep_customer(replace(owner, id=0, version=0, number="", references=()))
    key = await at.key(replace(at.owner, customer=twin.id))
    first = await at.server(keyed(specimen.dialect, specimen.request))
    request = addressed(specimen.dialect, specimen.request, str(twin.id))
    second = await at.ask(keyed(specimen.dialect, request), key)

    refused = at.dialect.faults.read(second) is not None
    assert first != second
    assert 2 - refused == len(await at.orders())


READS = [
    specimen
    for name in dialects.names()
    for specimen in welcome(name)
    if specimen.operation and not specimen.operation.endpoint.idempotent
    # A batch writes nothing itself, but its requests do.
    if specimen.operation.name != "batches.create"
]


@pytest.mark.parametrize("specimen", READS, ids=id_of)
def test_reads_are_never_replayed(specimen: Specimen) -> None:
    async def behaviour() -> None:
        at = await site(specimen.dialect, orders=False)
        await at.server(keyed(specimen.dialect, specimen.request))
        await fill(at)

        assert await at.server(specimen.request) == await at.server(
            keyed(specimen.dialect, specimen.request)
        )

    asyncio.run(behaviour())


async def fill(at: Site) -> None:
    """Put the specimens' orders into a site that was opened without them."""
    whole = at.store.of(Caller(seller=at.owner.seller))
    for order in book_of(at.dialect.name).orders:
        await whole.keep(order)
