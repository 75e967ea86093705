"""Filters in AIP-160's language: what they mean, what is refused and how, and the way back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid
from orderglot.core.fields import EXTRAS, FieldKind, every_field, field, values_of
from orderglot.core.order import Line, Order, Totals
from orderglot.core.query import EVERYTHING, And, Compare, Not, Operator, Or, Query, Value, matches
from orderglot.core.values import Status
from orderglot.wire.aip160 import read_filter, write_filter
from orderglot.wire.aip160.asked import SHORT
from orderglot.wire.aip160.reading import LARGEST
from tests.full_records import full
from tests.strategies import amounts, dates, instants, texts

DAY = datetime(2024, 5, 21, tzinfo=UTC)
NEXT = datetime(2024, 5, 22, tzinfo=UTC)


def on(name: str, operator: Operator, value: Value | tuple[Value, ...]) -> Compare:
    return Compare(name, operator, value)


MEANT: dict[str, Query] = {
    "": EVERYTHING,
    "  ": EVERYTHING,
    'status = "shipped" AND total > 40 AND lines.sku = "AA124"': And(
        (
            on("status", Operator.EQ, "shipped"),
            on("totals.total", Operator.GT, 40),
            on("lines.sku", Operator.EQ, "AA124"),
        )
    ),
    "sku=AA124": on("lines.sku", Operator.EQ, "AA124"),
    "status = PARTLY_SHIPPED": on("status", Operator.EQ, "partly shipped"),
    "status:shipped": on("status", Operator.EQ, "shipped"),
    "status = (shipped OR delivered)": on("status", Operator.IN, ("shipped", "delivered")),
    "po : 24": on("po_number", Operator.CONTAINS, "24"),
    'name = ("A" OR "B*")': Or((on("name", Operator.EQ, "A"), on("name", Operator.BEGINS, "B"))),
    'name = "*inc*"': on("name", Operator.CONTAINS, "inc"),
    "name = Ab*": on("name", Operator.BEGINS, "Ab"),
    'name != "Ab*"': Not(on("name", Operator.BEGINS, "Ab")),
    r'name = "a \"b\" \* c"': on("name", Operator.EQ, 'a "b" * c'),
    "name = C:\\": on("name", Operator.EQ, "C:\\"),
    "name = 'it is'": on("name", Operator.EQ, "it is"),
    "name:*": on("name", Operator.NE, None),
    "name = null": on("name", Operator.EQ, None),
    'name = "null"': on("name", Operator.EQ, "null"),
    "total != 40.50": on("totals.total", Operator.NE, Decimal("40.50")),
    "total < -1": on("totals.total", Operator.LT, -1),
    "test = true": on("test", Operator.EQ, True),
    "created >= 2024-05-21T10:00:00Z": on(
        "created", Operator.GTE, datetime(2024, 5, 21, 10, tzinfo=UTC)
    ),
    'created > "2024-05-21T10:00:00+02:00"': on(
        "created", Operator.GT, datetime(2024, 5, 21, 8, tzinfo=UTC)
    ),
    "created = 2024-05-21": And(
        (on("created", Operator.GTE, DAY), on("created", Operator.LT, NEXT))
    ),
    "created > 2024-05-21": on("created", Operator.GTE, NEXT),
    "created >= 2024-05-21": on("created", Operator.GTE, DAY),
    "created < 2024-05-21": on("created", Operator.LT, DAY),
    "created <= 2024-05-21": on("created", Operator.LT, NEXT),
    "details.schedule.wanted = 2024-05-21": on(
        "details.schedule.wanted", Operator.EQ, date(2024, 5, 21)
    ),
    'extras.kole.x = "5"': on("extras.kole.x", Operator.EQ, "5"),
    "extras.kole.x = 5": on("extras.kole.x", Operator.EQ, 5),
    "extras.kole.x = true": on("extras.kole.x", Operator.EQ, True),
    '"native:kole" = 41000017': on("native:kole", Operator.EQ, 41000017),
    "id = 1 OR id = 2 AND test = false": And(
        (
            Or((on("id", Operator.EQ, 1), on("id", Operator.EQ, 2))),
            on("test", Operator.EQ, False),
        )
    ),
    "id = 1 test = false": And((on("id", Operator.EQ, 1), on("test", Operator.EQ, False))),
    "NOT id = 1": Not(on("id", Operator.EQ, 1)),
    "-id = 1": Not(on("id", Operator.EQ, 1)),
    "NOT (id = 1 OR id = 2)": Not(Or((on("id", Operator.EQ, 1), on("id", Operator.EQ, 2)))),
}


@pytest.mark.parametrize("text", MEANT)
def test_a_filter_means_what_aip_160_says(text: str) -> None:
    assert read_filter(text) == MEANT[text]


def test_a_day_is_one_of_the_readers_zone() -> None:
    found = read_filter("created >= 2024-05-21", ZoneInfo("America/New_York"))
    assert found == on("created", Operator.GTE, datetime(2024, 5, 21, 4, tzinfo=UTC))


REFUSED = {
    "statuss = shipped": "no field `statuss`; did you mean `status`?, at character 1",
    "id = 1 AND statuss = shipped": "at character 12",
    "status = sent": "`sent` is no status: these are `draft`, `received`",
    "status": "`status` needs a comparison behind it, such as `status = 1`, at character 1",
    "total > cheap": "`cheap` is not a number; `totals.total` is an amount, such as 40.5",
    "total > 1e30": "`1e30` is too large",
    "created > yesterday": "is a time, such as 2024-05-21T19:10:13Z, or a day",
    "created = 9999-12-31": "is out of range",
    "test = perhaps": "`test` is true or false",
    "test > true": "comes before or after nothing",
    "name > null": "Nothing comes before or after `null`",
    'name = "*end"': "has an asterisk where none can be",
    'name = "a*b*"': "has an asterisk where none can be",
    "(id = 1": "A parenthesis is not closed, at character 1",
    "id = 1)": "There is no parenthesis to close, at character 7",
    "id = (1 OR 2": "A parenthesis is not closed, at character 6",
    "id =": "A value is missing, at character 5",
    "id > (1 OR 2)": "Only `=` and `:` take several values, not `>`",
    "= 1": "The name of a field is missing, at character 1",
    "AND id = 1": "`AND` needs a comparison behind it",
    "id = 1 OR": "The name of a field is missing, at character 10",
    'name = "open': "A quotation mark is not closed, at character 8",
    "id = 1 and id = 2": "`and` is written in capitals, `AND`, at character 8",
    "adds_up = yes": "`yes` is no adds_up: these are `adds up`, `does not add up`",
    "(" * 40: "More than 30 of these stand in one another",
    "-" * 40: "More than 30 of these stand in one another",
    "x" * 4001: "A filter has at most 4,000 characters, and this one 4,001.",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_read_is_told_with_its_place(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_filter(text)
    (problem,) = refused.value.problems
    assert problem.field == "filter"
    assert REFUSED[text] in problem.reason


@given(st.text(max_size=60) | st.text(st.sampled_from("id=1 ()\"\\*-:<>ANDORT'"), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_filter(text)
    except Invalid as error:
        found = EVERYTHING
        fields = {problem.field for problem in error.problems}
    else:
        fields = {"filter"}
    assert fields == {"filter"}
    assert write_filter(read_filter(write_filter(found))) == write_filter(found)


ORDERS = [replace(full(Order, number), extras={"kole.ü x": number}) for number in range(1, 4)]
ORDERS += [Order(), Order(name="nothing else", extras={"kole.ü x": "text"})]
NUMBERS = st.integers(1 - LARGEST, LARGEST - 1) | amounts()
VALUES = {
    FieldKind.NUMBER: NUMBERS,
    FieldKind.AMOUNT: NUMBERS,
    FieldKind.TEXT: texts(),
    FieldKind.INSTANT: instants(),
    FieldKind.DATE: dates(),
    FieldKind.FLAG: st.booleans(),
    FieldKind.EXTRA: texts() | st.booleans() | NUMBERS,
}
OTHERS = ["native:kole", "customer.native:komet", "whole:tax_code", "extras.kole.ü x", "adds_up"]
LIKENESS: tuple[Operator, ...] = (Operator.CONTAINS, Operator.BEGINS)
UNORDERED: tuple[Operator, ...] = (Operator.EQ, Operator.NE)


@st.composite
def comparisons(draw: st.DrawFn, order: Order) -> Compare:
    """Draw a comparison that a filter can say, often with what the order has."""
    wanted = field(draw(st.sampled_from([*every_field(), *OTHERS])))
    there = [
        one for one in values_of(order, wanted, Customer()) if isinstance(one, str | bool | int)
    ]
    value = VALUES[wanted.kind] if not wanted.choices else st.sampled_from(wanted.choices)
    textual = wanted.kind in (FieldKind.TEXT, FieldKind.EXTRA) and not wanted.choices
    if textual and draw(st.booleans()):
        text = draw(texts() | st.sampled_from([str(one)[:3] for one in there] or [""]))
        return Compare(wanted.name, draw(st.sampled_from(LIKENESS)), text)
    value = value | st.sampled_from(there) if there and not wanted.choices else value
    if draw(st.booleans()):
        return Compare(wanted.name, Operator.IN, tuple(draw(st.lists(value, max_size=3))))
    some = draw(value | st.none())
    compared = [one for one in Operator if one not in (*LIKENESS, Operator.IN)]
    if some is None or isinstance(some, bool):
        compared = list(UNORDERED)
    return Compare(wanted.name, draw(st.sampled_from(compared)), some)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Order, Query]:
    """Draw an order and something to ask of it."""
    order = draw(st.sampled_from(ORDERS))
    tree = st.recursive(
        comparisons(order),
        lambda part: (
            st.lists(part, max_size=3).map(lambda parts: And(tuple(parts)))
            | st.lists(part, max_size=3).map(lambda parts: Or(tuple(parts)))
            | part.map(Not)
        ),
        max_leaves=6,
    )
    return order, draw(tree)


@given(questions())
def test_what_is_written_reads_back_as_what_says_the_same(question: tuple[Order, Query]) -> None:
    order, where = question
    read = read_filter(write_filter(where))
    assert matches(order, read, Customer()) == matches(order, where, Customer())
    assert write_filter(read) == write_filter(where)


def test_short_names_are_names_of_fields() -> None:
    assert not [name for name in SHORT.values() if name not in every_field()]
    assert not [short for short in SHORT if short in every_field() or short.startswith(EXTRAS)]


def test_words_of_a_status_are_those_of_an_order() -> None:
    order = Order(
        id=1, status=Status.ON_HOLD, totals=Totals(total=Decimal(41)), lines=(Line(sku="A"),)
    )
    assert matches(order, read_filter("status = on_hold AND total > 40 AND sku = A"))
    assert not matches(order, read_filter("status = on_hold AND total > 41"))
