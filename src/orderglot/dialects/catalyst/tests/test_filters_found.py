"""Catalyst's ``where``, any of it: every store finds the same orders, and writing loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Invalid
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.core.query import And, Compare, Not, Operator, Or, Query, Sort, Window, matches
from orderglot.dialects.catalyst.filters import parse_where, read_where, write_where
from orderglot.dialects.catalyst.loss import CAN
from orderglot.dialects.catalyst.relations import every_asked
from orderglot.dialects.catalyst.settings import Site, TaxCode
from orderglot.dialects.catalyst.tables import NAME
from orderglot.stores.memory import MemoryStore
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from orderglot.wire import json
from orderglot.wire.loss import carried
from tests.strategies import amounts, instants, orders, texts

SITE = Site(
    id="2455866",
    tax_codes=(TaxCode(id=7, tax_code="GST", rate=Decimal(10)), TaxCode(id=8, tax_code="0")),
)
NOON = datetime(2016, 10, 10, 12, tzinfo=UTC)


def asked(text: str, site: Site = SITE) -> Query:
    return read_where(parse_where(text), site)


VALUES: SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 12),
    st.integers(),
    amounts(10**6),
    texts(),
    st.sampled_from(["US", "Shipped", "New", "2016-10-10", "1", "40.5", "", "true"]),
    instants().map(lambda moment: moment.isoformat().removesuffix("+00:00")),
)
SINGLE = ("$lt", "$lte", "$gt", "$gte", "$ne", "$neq", "$contains", "$beginsWith")


def conditions() -> SearchStrategy[dict[str, Any]]:
    """Draw a ``where`` whose names are right; what they are compared with may not be."""
    single = st.builds(lambda sign, value: {sign: value}, st.sampled_from(SINGLE), VALUES)
    lists = st.builds(
        lambda sign, values: {sign: values},
        st.sampled_from(("$in", "$nin")),
        st.lists(VALUES, max_size=3),
    )
    leaf = st.builds(
        lambda name, value: {name: value},
        st.sampled_from(sorted(every_asked())),
        VALUES | single | lists,
    )
    return st.recursive(
        leaf,
        lambda part: st.builds(
            lambda sign, parts: {sign: parts},
            st.sampled_from(("$and", "$or")),
            st.lists(part, max_size=3),
        ),
        max_leaves=5,
    )


@st.composite
def readable(draw: st.DrawFn) -> Query:
    """Draw a ``where`` that can be read, as a question."""
    try:
        return asked(json.write(draw(conditions())).decode(), SITE)
    except Invalid:
        other: Query = Not(Compare("name", Operator.EQ, "x"))
        return other


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BookStore, ...]]:
    path: Path = tmp_path_factory.mktemp("where") / "book.db"
    both = (MemoryStore(lambda: NOON), SqliteStore(path, lambda: NOON))
    yield both
    for store in both:
        asyncio.run(store.close())


SORTABLE = sorted({one.sort for one in every_asked().values() if one.sort} - {"customer.number"})


@settings(deadline=None)
@given(
    drawn=st.lists(orders(test=st.just(False)), max_size=4),
    where=readable(),
    sort=st.lists(st.builds(Sort, st.sampled_from(SORTABLE), st.booleans()), max_size=2),
)
def test_memory_and_sqlite_find_the_same_orders_in_the_same_order(
    stores: tuple[BookStore, ...], drawn: list[Order], where: Query, sort: list[Sort]
) -> None:
    own = [replace(one, references=(Reference(NAME, str(n + 5)),)) for n, one in enumerate(drawn)]
    keys = tuple(key for key in sort if not key.field.startswith("customer."))
    window = Window(where=where, sort=keys, total=True)

    async def listed(store: BookStore) -> tuple[list[Order], int | None]:
        seller = await store.add_seller(f"seller {len(await store.sellers())}")
        book: Book = store.of(Caller(seller=seller.id))
        await book.keep(*own)
        page = await book.page(window)
        return [replace(one, modified=None) for one in page.orders], page.total

    memory, sqlite = [asyncio.run(listed(store)) for store in stores]
    assert memory == sqlite


@settings(deadline=None)
@given(order=orders(test=st.just(False)), where=readable())
def test_a_question_survives_being_written(order: Order, where: Query) -> None:
    order = carried(order, NAME, CAN)
    if asks_beside(where):
        return
    again = asked(write_where(where, SITE), SITE)

    assert not matches(order, where) or matches(order, again)
    if not leaves_out(where):
        assert matches(order, where) == matches(order, again)


def asks_beside(where: Query) -> bool:
    """Tell whether an order alone does not tell the answer."""
    match where:
        case And(parts) | Or(parts):
            return any(map(asks_beside, parts))
        case Not(part):
            return asks_beside(part)
        case Compare(name):
            return name.startswith("customer.") and "native" not in name


def leaves_out(where: Query) -> bool:
    """Tell whether a question has what the language cannot say: no text, or a link or an extra."""
    match where:
        case And(parts) | Or(parts):
            return any(map(leaves_out, parts))
        case Not(part):
            return leaves_out(part) or "contains" in repr(part) or "begins" in repr(part)
        case Compare(name):
            return name.startswith(
                ("links.", "whole:", "extras.catalyst.statusTypeId", "deleted")
            ) or (name in ("tax_code", "discount.code", "shipping.option"))
