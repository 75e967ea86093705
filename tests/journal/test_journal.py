"""What is recorded is there again to the byte, newest first, and in its owner's sight alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Invalid, NotFound
from orderglot.core.journal import FIELDS, Criteria, Row, first_id, moment_of
from orderglot.core.listed_journal import matches
from orderglot.core.query import And, Compare, Not, Operator, Or, Query
from orderglot.hub.journals import striking
from orderglot.journal.entries import batch_of, bytes_of, entry_of
from orderglot.journal.recorder import Mode, Recorder
from orderglot.wire.exchange import Exchange
from orderglot.wire.striking import Striking
from tests.journal.conftest import Opening
from tests.journal.exchanges import ACME, OTHER, exchange

EVERYTHING = Criteria()


async def recorded(opening: Opening, several: Iterable[Exchange], mode: Mode = "all") -> None:
    recorder = Recorder(opening(), striking(), mode)
    for one in several:
        recorder(one)
    await recorder.close()


def listed(
    opening: Opening,
    several: Iterable[Exchange],
    criteria: Criteria = EVERYTHING,
    caller: Caller = ACME,
    limit: int = 100,
    mode: Mode = "all",
) -> tuple[Row, ...]:
    async def read() -> tuple[Row, ...]:
        await recorded(opening, several, mode)
        kept = opening()
        found = await kept.page(caller, criteria, limit)
        await kept.close()
        return found

    return asyncio.run(read())


def test_an_exchange_is_there_to_the_byte(opening: Opening) -> None:
    body, answer = bytes(range(256)), "Größe\0".encode()
    one = exchange(
        method="POST", path="/orders/%00/7", query="a=1&b=%20", body=body, answer=answer, status=201
    )

    async def read() -> Any:
        await recorded(opening, [exchange(), one, exchange(OTHER)])
        kept = opening()
        found = await kept.show(ACME, one.request.id)
        await kept.close()
        return found

    found = asyncio.run(read())

    row, sent = found.row, found.bytes
    assert (one.request.id, "in", "kole", "getOrder") == (
        row.id,
        row.direction,
        row.dialect,
        row.operation,
    )
    assert ("kole:X00001", "192.0.2.7", "POST", "/orders/%00/7", 201, 12.5) == (
        row.key,
        row.peer,
        row.method,
        row.path,
        row.status,
        row.ms,
    )
    assert (body, answer, "a=1&b=%20") == (sent.body, sent.answer, sent.query)
    assert {"host": "orders.example", "accept": "*/*"} == sent.headers
    assert {"content-type": "application/xml"} == sent.answer_headers
    assert "http://orders.example" == sent.base


def test_the_newest_is_first_and_a_page_goes_on_behind_the_last(opening: Opening) -> None:
    several = [exchange() for _ in range(5)]
    newest = [one.request.id for one in reversed(several)]

    first = [row.id for row in listed(opening, several, limit=2)]
    rest = [row.id for row in listed(opening, (), Criteria(before=first[-1]))]

    assert newest == first + rest


def test_ids_go_with_the_time_and_say_when_it_was(opening: Opening) -> None:
    before = datetime.now(UTC)
    (row,) = listed(opening, [exchange()])

    assert before <= row.at <= datetime.now(UTC)
    assert row.at == moment_of(row.id)
    assert first_id(row.at) <= row.id < first_id(row.at + timedelta(microseconds=1))


FILTERS: dict[str, tuple[Criteria, dict[str, Any]]] = {
    "direction": (Criteria(direction="out"), {"direction": "out"}),
    "dialect": (Criteria(dialect="komet"), {"dialect": "komet"}),
    "operation": (Criteria(operation="createOrder"), {"operation": "createOrder"}),
    "method": (Criteria(method="POST"), {"method": "POST"}),
    "status": (Criteria(statuses=(400, 499)), {"status": 404}),
    "key": (Criteria(key="kole:X9"), {"caller": replace(ACME, name="kole:X9")}),
    "order": (Criteria(order=77), {"orders": (7, 77)}),
    "refused": (Criteria(refused=True), {"reason": "The vendor says no."}),
    "no answer": (Criteria(refused=True), {"status": 0}),
    "well": (Criteria(refused=False, operation="ping"), {"operation": "ping"}),
}


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_gives_what_it_names_and_nothing_else(opening: Opening, name: str) -> None:
    criteria, members = FILTERS[name]
    members = dict(members)
    caller = members.pop("caller", ACME)
    meant = exchange(caller, **members)
    others = [
        exchange(orders=(7,)),
        exchange(orders=(770, 177)),
        exchange(operation="ping", status=500),
    ]
    if name in ("refused", "no answer"):
        others = others[:2]

    found = listed(
        opening, [*others, meant, exchange(replace(OTHER, name="kole:X9"), **members)], criteria
    )

    assert [meant.request.id] == [row.id for row in found]


def test_a_span_of_time_has_its_beginning_and_not_its_end(opening: Opening) -> None:
    noon = datetime.now(UTC).replace(microsecond=500)
    moments = [noon - timedelta(microseconds=1), noon, noon + timedelta(seconds=1)]
    several = [exchange(id=f"{first_id(one)}00000000000") for one in moments]

    found = listed(opening, several, Criteria(since=noon, until=noon + timedelta(seconds=1)))

    assert [several[1].request.id] == [row.id for row in found]


def test_exchanges_are_found_by_an_order_or_by_their_ids(opening: Opening) -> None:
    several = [exchange(orders=(5,)), exchange(), exchange(orders=(6,))]
    named = several[1].request.id

    found = listed(opening, several, Criteria(order=5, ids=(named, "0" * 24)))

    assert [named, several[0].request.id] == [row.id for row in found]
    assert (5,) == found[1].orders


WORDS = st.sampled_from(("", "a", "A", "ab", "B%_", "Größe", "GRÖSSE", "*", "a\0b"))
NUMBERS = st.sampled_from((0, 1, 5, 55, 200, 404, Decimal("12.345"), Decimal("0.5")))
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=5)
MOMENTS = st.sampled_from([NOON + timedelta(microseconds=one) for one in range(-1, 3)])
COMPARED = st.one_of(
    st.builds(
        Compare,
        st.sampled_from(("dialect", "path", "reason", "key")),
        st.sampled_from([one for one in Operator if one is not Operator.IN]),
        WORDS,
    ),
    st.builds(
        Compare,
        st.sampled_from(("status", "ms")),
        st.sampled_from(("eq", "ne", "lt", "lte", "gt", "gte")).map(Operator),
        NUMBERS,
    ),
    st.builds(
        Compare,
        st.just("at"),
        st.sampled_from(("eq", "ne", "lt", "lte", "gt", "gte")).map(Operator),
        MOMENTS,
    ),
    st.builds(
        Compare,
        st.just("orders"),
        st.sampled_from((Operator.EQ, Operator.NE)),
        st.sampled_from((5, 55)),
    ),
    st.builds(
        Compare,
        st.sampled_from(sorted(FIELDS)),
        st.sampled_from((Operator.EQ, Operator.NE)),
        st.none(),
    ),
    st.builds(
        Compare, st.just("path"), st.just(Operator.IN), st.lists(WORDS, max_size=2).map(tuple)
    ),
)
QUESTIONS = st.recursive(
    COMPARED,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=5,
)


def of_every_kind() -> list[Exchange]:
    """Give exchanges that differ in all that can be asked about."""
    texts = ("", "a", "ab", "B%_x", "größe", "Größe", "xA")
    several = [
        exchange(
            replace(ACME, name=text),
            id=f"{first_id(NOON + timedelta(microseconds=place % 3))}{place:011x}",
            dialect=text,
            path=text,
            reason=text,
            status=(0, 200, 404, 500)[place % 4],
            orders=((), (5,), (55,), (5, 55))[place % 4],
        )
        for place, text in enumerate(texts)
    ]
    return [
        replace(one, took=(0.012345, 0.0005, 1)[place % 3]) for place, one in enumerate(several)
    ]


def test_a_question_means_the_same_in_every_place(opening: Opening) -> None:
    async def fill() -> tuple[Row, ...]:
        await recorded(opening, [*of_every_kind(), exchange(OTHER)])
        kept = opening()
        found = await kept.page(ACME, EVERYTHING, 100)
        await kept.close()
        return found

    rows = asyncio.run(fill())
    assert len(of_every_kind()) == len(rows)

    @given(QUESTIONS)
    def ask(where: Query) -> None:
        async def found() -> tuple[Row, ...]:
            kept = opening()
            page = await kept.page(ACME, Criteria(where=where), 100)
            await kept.close()
            return page

        assert tuple(row for row in rows if matches(row, where)) == asyncio.run(found())

    ask()


def test_orders_are_asked_for_by_their_ids_alone(opening: Opening) -> None:
    where = Compare("orders", Operator.GT, 5)
    with pytest.raises(Invalid, match="by = and != alone"):
        listed(opening, [exchange()], Criteria(where=where))


@pytest.mark.parametrize("year", [1900, 2112, 2113, 9999])
def test_a_moment_of_any_year_is_asked_for(opening: Opening, year: int) -> None:
    moment = datetime(year, 1, 1, tzinfo=UTC)
    found = listed(opening, [exchange()], Criteria(since=moment))
    assert (1 if year == 1900 else 0) == len(found)


def test_strangers_see_nothing(opening: Opening) -> None:
    customer = replace(ACME, customer=12, name="kole:X12")
    several = [exchange(orders=(5,)), exchange(customer), exchange(None), exchange(OTHER)]
    ids = [one.request.id for one in several]

    async def read(caller: Caller) -> tuple[list[str], list[str], list[str]]:
        kept = opening()
        shown = []
        for id in ids:
            try:
                shown.append((await kept.show(caller, id)).row.id)
            except NotFound:
                continue
        every = Criteria(ids=tuple(ids), order=5)
        page = [row.id for row in await kept.page(caller, EVERYTHING, 10)]
        found = [row.id for row in await kept.page(caller, every, 10)]
        await kept.close()
        return sorted(shown), sorted(page), sorted(found)

    async def ask(caller: Caller, seen: list[str]) -> None:
        assert (sorted(seen),) * 3 == await read(caller)

    async def all_of_them() -> None:
        await recorded(opening, several)
        await ask(ACME, ids[:2])
        await ask(customer, [ids[1]])
        await ask(replace(ACME, customer=13), [])
        await ask(Caller(seller=0), [ids[2]])
        await ask(OTHER, [ids[3]])
        await ask(Caller(seller=3), [])

    asyncio.run(all_of_them())


def test_nothing_was_written_yet_and_so_nothing_is_there(opening: Opening) -> None:
    async def read() -> None:
        kept = opening()
        assert () == await kept.page(ACME, EVERYTHING, 10)
        assert () == await kept.gaps(ACME)
        with pytest.raises(NotFound, match="There is no exchange 'abc'"):
            await kept.show(ACME, "abc")
        await kept.close()

    asyncio.run(read())


def test_of_all_exchanges_those_that_went_wrong_can_be_kept_alone(opening: Opening) -> None:
    wrong = [exchange(status=404), exchange(status=0), exchange(reason="No.")]

    found = listed(opening, [exchange(), *wrong, exchange(status=302)], mode="errors")

    assert {one.request.id for one in wrong} == {row.id for row in found}


def test_odd_texts_are_kept_as_well_as_a_database_can(opening: Opening) -> None:
    odd = exchange(reason="\0 \ud800 Größe", path="/\xff\x7f")

    (row,) = listed(opening, [odd])

    assert ("\ufffd ? Größe", "/\xff\x7f") == (row.reason, row.path)


@given(
    st.lists(
        st.tuples(st.sampled_from((ACME, OTHER)), st.binary(max_size=3_000)),
        min_size=1,
        max_size=40,
    )
)
def test_each_exchange_finds_its_bytes_in_its_block(several: list[tuple[Caller, bytes]]) -> None:
    strike = Striking({}).strike
    exchanges = [exchange(caller, body=body) for caller, body in several]

    batch = batch_of([entry_of(one, strike(one)) for one in exchanges])

    blocks = {(seller, id): content for seller, id, *_, content in batch.blocks}
    bodies = {one.request.id: one.request.body for one in exchanges}
    assert len(exchanges) == len(batch.rows)
    for row in batch.rows:
        assert bodies[row[1]] == bytes_of(blocks[row[0], row[-2]], row[-1]).body
