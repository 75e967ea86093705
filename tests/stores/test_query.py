"""The compiled question: SQL gives the same orders in the same order as the plainest reading."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, Invalid
from orderglot.core.fields import FieldKind, every_field, field, values_of
from orderglot.core.order import Address, Identity, Order, Reference, Totals
from orderglot.core.ports import Book
from orderglot.core.query import And, Compare, Not, Operator, Or, Query, Sort, Window, compares
from orderglot.stores.memory import MemoryStore
from orderglot.stores.store import BookStore
from tests.full_records import full
from tests.stores.shops import SHELVES
from tests.strategies import WILD, amounts, dates, extras, instants, orders, texts

pytestmark = pytest.mark.long

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
DERIVED = (
    *("native:kole", "native:komet", "customer.native:kole", "whole:tax_code", "whole:number"),
    "net_subtotal",
    *("renewal_of.native:kole", "return_of.native:komet", "whole:extras.kole.x"),
)
BESIDE = (
    *DERIVED,
    *("customer.last_name", "customer.bill_to.company", "customer.created", "customer.tax_exempt"),
)
"""Fields that are not members of an order."""
EXTRAS = ("kole.x", "adobe.\"odd' key", "komet.ü")
TEXTUAL = (Operator.CONTAINS, Operator.BEGINS)


class Pair:
    """A book in memory and one in a database, with the same orders."""

    def __init__(self, runner: asyncio.Runner, stores: tuple[BookStore, BookStore]) -> None:
        self.runner = runner
        self.stores = stores
        self.count = 0

    def filled(self, *found: Order, deleted: bool = True) -> tuple[Book, Book]:
        """Open two new books and keep these orders in both; what was deleted is there if asked."""
        self.count += 1
        memory, other = (
            self.runner.run(self._fill(store, found, deleted)) for store in self.stores
        )
        return memory, other

    async def _fill(self, store: BookStore, found: tuple[Order, ...], deleted: bool) -> Book:
        seller = await store.add_seller(f"seller {self.count}")
        book = store.of(Caller(seller=seller.id, tests=True, deleted=deleted))
        await book.keep(*found)
        return book


@pytest.fixture(scope="module", params=[name for name in SHELVES if name != "memory"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    backend = SHELVES[request.param](tmp_path_factory.mktemp("query"))
    with asyncio.Runner() as runner:
        stores = (MemoryStore(lambda: NOON), BookStore(backend, lambda: NOON))
        yield Pair(runner, stores)
        for store in stores:
            runner.run(store.close())


def pages(pair: Pair, book: Book, window: Window) -> list[list[Order]]:
    """Give the pages of a window and of all those that follow it."""
    found, asked = list[list[Order]](), [window]
    while asked:
        page = pair.runner.run(book.page(asked.pop()))
        found.append(list(page.orders))
        asked.extend([page.next] if page.next else [])
    return found


ANY_ORDER = orders(extras=extras(st.sampled_from(EXTRAS)))


@cache
def few_orders() -> SearchStrategy[list[Order]]:
    """Draw some orders, each with a reference of its own so that they stay apart."""
    return st.lists(ANY_ORDER, max_size=5).map(
        lambda found: [
            replace(order, references=(Reference("kole", f"K{n}"), *_beside_kole(order)))
            for n, order in enumerate(found)
        ]
    )


def _beside_kole(order: Order) -> Iterator[Reference]:
    return (ref for ref in order.references if ref.dialect != "kole")


NAMES = st.sampled_from([*every_field(), *BESIDE, *(f"extras.{name}" for name in EXTRAS)])
ANY_VALUE: dict[FieldKind, SearchStrategy[Any]] = {
    FieldKind.NUMBER: st.integers() | amounts(),
    FieldKind.TEXT: texts(),
    FieldKind.AMOUNT: amounts()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False),
    FieldKind.INSTANT: instants(),
    FieldKind.DATE: dates(),
    FieldKind.FLAG: st.booleans(),
    FieldKind.EXTRA: texts() | st.booleans() | st.integers() | amounts(),
}


@st.composite
def comparisons(draw: st.DrawFn, found: list[Order]) -> Compare:
    """Draw a comparison, mostly with something that one of the orders has, or nearly."""
    wanted = field(draw(NAMES))
    textual = wanted.kind in (FieldKind.TEXT, FieldKind.EXTRA)
    operator = draw(st.sampled_from([one for one in Operator if textual or one not in TEXTUAL]))
    owner = Customer()
    there = [
        one for order in found for one in values_of(order, wanted, owner) if _can_be_asked(one)
    ]
    value = ANY_VALUE[wanted.kind] | st.none()
    if there:
        value = st.sampled_from(there).flatmap(_nearly) | value
    if operator in TEXTUAL:
        return Compare(wanted.name, operator, draw(value.map(lambda one: str(one or ""))))
    if operator is Operator.IN:
        return Compare(wanted.name, operator, tuple(draw(st.lists(value, max_size=3))))
    return Compare(wanted.name, operator, draw(value))


def _can_be_asked(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _nearly(value: Any) -> SearchStrategy[Any]:
    match value:
        case bool():
            return st.booleans()
        case int() | Decimal():
            return st.sampled_from((value, value + 1, value - 1, -value))
        case str():
            return st.sampled_from((value, value[:3], value[1:], value.upper(), value.swapcase()))
        case datetime():
            tick = timedelta(microseconds=1)
            return st.sampled_from((value, _after(value, tick), value.replace(microsecond=0)))
        case date():
            return st.sampled_from((value, _after(value, timedelta(days=1))))
        case _:
            return st.just(value)


def _after(value: Any, step: timedelta) -> Any:
    """Give what comes after a date or time, itself where there is no later one."""
    try:
        return value + step
    except OverflowError:
        return value


def trees(found: list[Order]) -> SearchStrategy[Query]:
    return st.recursive(
        comparisons(found),
        lambda part: (
            st.lists(part, max_size=3).map(lambda parts: And(tuple(parts)))
            | st.lists(part, max_size=3).map(lambda parts: Or(tuple(parts)))
            | part.map(Not)
        ),
        max_leaves=6,
    )


SORTABLE = [
    name for name, one in every_field().items() if not one.many and one.kind is not FieldKind.EXTRA
]


ALL_SORTABLE = [*SORTABLE, *DERIVED, "whole:extras.komet.ü"]
SORTED_BY = st.sampled_from(ALL_SORTABLE)


@st.composite
def keys(draw: st.DrawFn, found: list[Order]) -> Sort:
    """Draw a key, often with ranks before what the field itself tells."""
    name = draw(SORTED_BY)
    value: SearchStrategy[Any] | None = {
        FieldKind.NUMBER: st.integers(-3, 2**40),
        FieldKind.AMOUNT: amounts(),
        FieldKind.FLAG: st.booleans(),
    }.get(field(name).kind)
    if value is None:
        return Sort(name, draw(st.booleans()))
    ranks = st.lists(st.tuples(trees(found).filter(_tells), value), max_size=2)
    return Sort(name, draw(st.booleans()), tuple(draw(ranks)))


def _tells(where: Query) -> bool:
    """Tell whether an order alone tells the answer."""
    return not any(field(one.field).recorded for one in compares(where))


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Order], Window]:
    """Draw some orders and a window on them."""
    found = draw(few_orders())
    window = Window(
        where=draw(trees(found)),
        sort=tuple(draw(st.lists(keys(found), max_size=3))),
        limit=draw(st.integers(1, 4)),
        offset=draw(st.integers(0, 3)),
        total=True,
    )
    return found, window


@settings(max_examples=settings().max_examples * 2)
@given(question=questions(), deleted=st.booleans())
def test_every_store_answers_a_question_alike(
    pair: Pair, question: tuple[list[Order], Window], deleted: bool
) -> None:
    found, window = question
    try:
        memory, other = pair.filled(*found, deleted=deleted)
    except Conflict:
        assume(False)
        raise

    assert pages(pair, memory, window) == pages(pair, other, window)
    assert pair.runner.run(memory.page(window)).total == pair.runner.run(other.page(window)).total


@pytest.mark.parametrize("name", every_field())
@pytest.mark.parametrize("negated", [False, True], ids=["", "not"])
def test_every_field_can_be_asked_for_nothing_and_for_something(
    pair: Pair, full_orders: tuple[Book, Book, list[Order]], name: str, negated: bool
) -> None:
    memory, other, found = full_orders
    (value, *_) = [
        one for order in found for one in values_of(order, field(name)) if one is not None
    ]
    for operator in Operator:
        for wanted in (None, value):
            if operator in TEXTUAL and not isinstance(wanted, str):
                continue
            compare = Compare(name, operator, (wanted,) if operator is Operator.IN else wanted)
            window = Window(where=Not(compare) if negated else compare)

            assert pages(pair, memory, window) == pages(pair, other, window)


@pytest.mark.parametrize("name", [*BESIDE, *(f"extras.{name}" for name in EXTRAS)])
@pytest.mark.parametrize("negated", [False, True], ids=["", "not"])
def test_what_is_no_member_of_an_order_can_be_asked_for(
    pair: Pair, name: str, negated: bool
) -> None:
    memory, other = pair.filled(*_diverse())
    for operator in Operator:
        for wanted in _asked_of(name):
            if operator in TEXTUAL and not isinstance(wanted, str):
                continue
            compare = Compare(name, operator, (wanted, None) if operator is Operator.IN else wanted)
            window = Window(where=Not(compare) if negated else compare)

            assert pages(pair, memory, window) == pages(pair, other, window)


def _asked_of(name: str) -> list[Any]:
    match field(name).kind:
        case FieldKind.NUMBER:
            return [None, 0, 7, 12, Decimal("11.5"), 1_000_000_003, 10**30]
        case FieldKind.TEXT:
            return [None, "", "Ä", "äpfel", "K"]
        case FieldKind.INSTANT:
            return [None, NOON]
        case FieldKind.FLAG:
            return [None, True, False]
        case FieldKind.AMOUNT:
            return [None, 0, Decimal("1.50"), Decimal("1E+999999")]
        case _:
            return [None, "", "b", "B", "1", True, False, 1, Decimal("1.50"), Decimal("1E+999999")]


def _diverse() -> list[Order]:
    """Make orders that are called and that hold all sorts of things."""
    values = (None, "", "abc", "ABC", True, False, 1, Decimal("1.5"), 1000, [1], {"b": 1}, -2)
    calls = ("12", "007", "7", "0", "x", "", "1234567890123456789")
    found = []
    for number, value in enumerate(values):
        call = calls[number % len(calls)]
        references = [Reference("catalyst", f"C{number}")]
        references += [Reference("kole", f"{call}{number}")] * (number % 3 > 0)
        found.append(
            Order(
                references=tuple(references),
                number=call,
                tax_code=call,
                customer=Identity(number=f"N{number}", references=tuple(references[1:])),
                bill_to=Address(company=("Äpfel", "Kiwi", "")[number % 3], last_name="K"),
                extras=dict.fromkeys(EXTRAS, value),
            )
        )
    return found


@pytest.mark.parametrize("name", ALL_SORTABLE)
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
def test_every_single_field_can_be_sorted_by(
    pair: Pair, full_orders: tuple[Book, Book, list[Order]], name: str, descending: bool
) -> None:
    memory, other, _ = full_orders
    window = Window(sort=(Sort(name, descending),), limit=2)

    assert pages(pair, memory, window) == pages(pair, other, window)


def test_a_list_that_is_sorted_by_ranks_is_gone_through_page_by_page(pair: Pair) -> None:
    found = [
        Order(references=(Reference("kole", str(number)),), name=name, totals=Totals(total=total))
        for number, (name, total) in enumerate(
            (("b", None), ("a", Decimal(-5)), ("c", Decimal("0.5")), ("a", None), ("d", Decimal(2)))
        )
    ]
    zero = (Compare("totals.total", Operator.EQ, None), Decimal(0))
    named = tuple((Compare("name", Operator.EQ, name), 7 - n) for n, name in enumerate("ab"))
    sort = (Sort("totals.total", ranks=(zero,)), Sort("whole:status", True, named))
    for book in pair.filled(*found):
        shown = pages(pair, book, Window(sort=sort, limit=2))

        names = [(order.name, order.totals.total) for page in shown for order in page]
        assert [
            ("a", Decimal(-5)),
            ("a", None),
            ("b", None),
            ("c", Decimal("0.5")),
            ("d", Decimal(2)),
        ] == names


def test_a_list_is_not_sorted_by_what_its_customers_records_say(pair: Pair) -> None:
    rank = (Compare("customer.last_name", Operator.EQ, "Doe"), 1)
    for book in pair.filled():
        with pytest.raises(Invalid, match="cannot be sorted"):
            pages(pair, book, Window(sort=(Sort("id", ranks=(rank,)),)))


@pytest.fixture(scope="module")
def full_orders(pair: Pair) -> tuple[Book, Book, list[Order]]:
    """Keep orders that say something in every field, and some that say nothing."""
    empty = Order(references=(Reference("kole", "1"),))
    memory, other = pair.filled(full(Order, 1), empty, full(Order, 6))
    found = pair.runner.run(memory.page(Window(limit=100))).orders
    return memory, other, list(found)


@pytest.mark.parametrize("text", WILD)
@pytest.mark.parametrize("operator", [Operator.EQ, Operator.CONTAINS, Operator.BEGINS])
def test_no_character_of_a_text_means_anything_else(
    pair: Pair, text: str, operator: Operator
) -> None:
    kept = Order(references=(Reference("kole", "1"),), notes=text, name=text)
    other = Order(references=(Reference("kole", "2"),), notes="x" + text[1:-1], name="_%")
    for book in pair.filled(kept, other):
        for name in ("notes", "name"):
            (found,) = pages(pair, book, Window(where=Compare(name, operator, text)))

            assert [text] == [order.notes for order in found]


WRONG = [
    ("totals.total", Operator.EQ, "5"),
    ("totals.total", Operator.EQ, True),
    ("totals.total", Operator.EQ, Decimal("NaN")),
    ("lines.quantity", Operator.IN, (1, "2")),
    ("status", Operator.EQ, 1),
    ("created", Operator.GT, date(2024, 1, 1)),
    ("created", Operator.GT, datetime(2024, 1, 1)),  # noqa: DTZ001
    ("lines.deliver_by", Operator.EQ, NOON),
    ("tax_exempt", Operator.EQ, 1),
    ("totals.total", Operator.CONTAINS, "5"),
    ("name", Operator.CONTAINS, None),
    ("name", Operator.EQ, ("a",)),
    ("name", Operator.IN, "a"),
    ("name", Operator.EQ, "a\0"),
    ("name", Operator.EQ, "\ud800"),
    ("extras.kole.x", Operator.EQ, NOON),
    ("nonsense", Operator.EQ, 1),
]


@pytest.mark.parametrize(("name", "operator", "value"), WRONG)
def test_a_value_of_the_wrong_kind_is_refused_by_the_fields_name(
    pair: Pair, name: str, operator: Operator, value: Any
) -> None:
    for book in pair.filled():
        with pytest.raises(Invalid) as refused:
            pages(pair, book, Window(where=Not(Compare(name, operator, value))))

        assert [name] == [problem.field for problem in refused.value.problems]


@pytest.mark.parametrize("name", ["lines.sku", "extras.kole.x", "nonsense"])
def test_a_list_cannot_be_sorted_by_what_has_no_single_value(pair: Pair, name: str) -> None:
    for book in pair.filled():
        with pytest.raises(Invalid) as refused:
            pages(pair, book, Window(sort=(Sort(name),)))

        assert [name] == [problem.field for problem in refused.value.problems]


def _deep(depth: int) -> Query:
    query: Query = Compare("id", Operator.EQ, 1)
    for _ in range(depth):
        query = Not(query)
    return query


MONSTROUS = {
    "deep": _deep(5_000),
    "wide": Or(tuple(Compare("id", Operator.EQ, n) for n in range(5_000))),
    "long": Compare("id", Operator.IN, tuple(range(100_000))),
    "costly": Or(tuple(Compare("native:kole", Operator.GT, n) for n in range(13))),
}


@pytest.mark.parametrize("where", MONSTROUS.values(), ids=MONSTROUS)
def test_a_monstrous_question_is_refused(pair: Pair, where: Query) -> None:
    for book in pair.filled():
        with pytest.raises(Invalid):
            pages(pair, book, Window(where=where))


def test_the_largest_question_that_is_allowed_is_answered(pair: Pair) -> None:
    wide = Or(tuple(Compare("name", Operator.EQ, str(n)) for n in range(450)))
    costly = Or(tuple(Compare("lines.sku", Operator.EQ, str(n)) for n in range(48)))
    long = Compare("id", Operator.IN, tuple(range(10_000)))
    where = And((_deep(98), Or((wide, costly, long))))
    for book in pair.filled(Order(references=(Reference("kole", "1"),))):
        assert [[]] == pages(pair, book, Window(where=where))


@pytest.mark.parametrize("cursor", ["x", "W10", "é", "bnVsbA", "WyIyMDI0IiwxXQ", "WzFlOTksMV0"])
def test_a_place_that_nobody_gave_is_refused(pair: Pair, cursor: str) -> None:
    for book in pair.filled():
        with pytest.raises(Invalid) as refused:
            pages(pair, book, Window(after=cursor))

        assert ["after"] == [problem.field for problem in refused.value.problems]


def test_a_stretch_may_be_empty_or_far_beyond_the_end(pair: Pair) -> None:
    for book in pair.filled(Order(references=(Reference("kole", "1"),))):
        assert [[]] == pages(pair, book, Window(limit=0))
        assert [[]] == pages(pair, book, Window(offset=2**70))
        assert 1 == len(pages(pair, book, Window(limit=2**70))[0])
