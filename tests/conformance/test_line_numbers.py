"""A line's number and ids are given once: no write of any dialect gives one twice, or changes one."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from orderglot.core.caller import OPEN, READ, Caller
from orderglot.core.order import Line, Order
from orderglot.core.ports import Book
from orderglot.wire.dialect import Dialect
from tests.conformance.callers import Site, site
from tests.conformance.specimens import welcome

GONE = "gone"


def whole(at: Site) -> Book:
    return at.store.of(Caller(seller=at.owner.seller, tests=True))


async def with_gaps(dialect: Dialect) -> Site:
    """Give a site where no line is number 1, and out of each order its last line was taken."""
    at = await site(dialect)
    for order in [order async for order in whole(at).walk()]:
        lines = tuple(
            replace(line, number=number, id=line.id or f"line {number}")
            for number, line in enumerate(order.lines, 2)
        )
        last = Line(number=len(lines) + 2, id=GONE, item_id=GONE)
        more = await whole(at).change(replace(order, lines=(*lines, last)))
        await whole(at).change(replace(more, lines=lines))
    return at


def names(order: Order) -> list[tuple[int, str, str]]:
    return [(line.number, line.id, line.item_id) for line in order.lines]


def test_no_write_gives_a_line_what_another_one_of_its_order_has_or_had(dialect: Dialect) -> None:
    async def ask() -> None:
        for specimen in welcome(dialect.name):
            if specimen.operation is None or specimen.operation.endpoint.right in (OPEN, READ):
                continue
            at = await with_gaps(dialect)
            before = {order.id: order async for order in whole(at).walk()}
            await at.ask(specimen.request, at.owners())
            async for order in whole(at).walk():
                if order.id not in before:
                    continue
                there, now = names(before[order.id]), names(order)
                added = now[len(there) :]
                taken = len(there) + 2

                assert there == now[: len(there)], specimen.name
                assert len(now) == len({number for number, *_ in now}), specimen.name
                assert all(number > taken for number, *_ in added), specimen.name
                ids = [id for _, *several in now for id in several if id]
                assert len(ids) == len(set(ids)), specimen.name

    asyncio.run(ask())
