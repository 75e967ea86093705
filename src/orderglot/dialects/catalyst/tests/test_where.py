"""Catalyst's ``where``: what it means, what it refuses, and that nothing is lost on the way."""

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
from orderglot.core.order import Address, Order, Reference, Totals
from orderglot.core.ports import Book
from orderglot.core.query import And, Compare, Not, Operator, Or, Query, Sort, Window, matches
from orderglot.core.values import Status
from orderglot.dialects.catalyst.loss import CAN
from orderglot.dialects.catalyst.members import MEMBERS
from orderglot.dialects.catalyst.relations import every_asked
from orderglot.dialects.catalyst.site import Site, SiteStatus, TaxCode
from orderglot.dialects.catalyst.tables import NAME
from orderglot.dialects.catalyst.where import parse_where, read_where, write_where
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
ORDER = Order(
    id=1_000_000_001,
    references=(Reference(NAME, "1162870"),),
    name="Online Shop O'Neil",
    status=Status.SHIPPED,
    created=NOON,
    tax_code="GST",
    ship_to=Address(country="US"),
    totals=Totals(total=Decimal("40.5")),
)


def asked(text: str, site: Site = SITE) -> Query:
    return read_where(parse_where(text), site)


def found(text: str, order: Order = ORDER) -> bool:
    return matches(order, asked(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "  { } ",
        "{'totalPrice':{'$gt':'40'}}",
        '{"totalPrice":{"$gt":40}}',
        "{totalPrice:{$gt:40,$lt:41}}",
        "{totalPrice:'40.50'}",
        "{TotalPrice:{'$GTE':4.05e1},}",
        "{totalPrice:{'$in':[1,'40.5',]}}",
        "{totalPrice:{'$nin':[1,2]}}",
        "{totalPrice:{'$ne':null}}",
        "{id:1162870}",
        "{id:{'$gt':1000000,'$lt':2000000}}",
        "{name:'Online Shop O\\'Neil'}",
        '{name:"Online Shop O\'Neil"}',
        "{name:{'$contains':'SHOP o'}}",
        "{name:{'$beginsWith':'online'}}",
        "{createDate:'2016-10-10'}",
        "{creationDate:'2016-10-10'}",
        "{createDate:{'$gt':'2016-10-10'}}",
        "{createDate:{'$lt':'2016-10-11','$gte':'2016-10-10T12:00:00'}}",
        "{createDate:'2016-10-10T14:00:00+02:00'}",
        "{createDate:'2016-10-10T12:00:00.000Z'}",
        "{statusTypeId:6}",
        "{statusTypeId:{'$gt':5,'$lt':7}}",
        "{'status.label':'Shipped'}",
        "{'status.label':{'$beginsWith':'ship'}}",
        "{'status.default':false}",
        "{taxCodeId:7}",
        "{'taxCode.rate':{'$gte':'10'}}",
        "{shippingPrice:0}",
        "{discountRate:{'$lt':1}}",
        "{categoryId:-1}",
        "{cycleTypeId:1}",
        "{cycleTypeId:{'$lte':'1'}}",
        "{paymentMethodTypeId:null}",
        "{recur:false}",
        "{recur:'false'}",
        "{invoiced:{'$ne':true}}",
        "{isIntermediate:null}",
        "{siteId:'2455866'}",
        "{parentId:null}",
        "{deleted:false}",
        "{countryCode:'US',totalPrice:{'$gt':40}}",
        "{'$or':[{name:'x'},{'$and':[{totalPrice:{'$gt':40}},{totalPrice:{'$lt':41}}]}]}",
        "{'$and':[]}",
        "{entityId:null}",
    ],
)
def test_what_holds_of_an_order_finds_it(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        "{totalPrice:{'$gt':'40.5'}}",
        "{totalPrice:{'$gt':40,'$lt':40.2}}",
        "{totalPrice:null}",
        "{totalPrice:{'$gt':null}}",
        "{totalPrice:{'$gt':40},name:'x'}",
        "{name:'online shop o\\'neil'}",
        "{createDate:'2016-10-09'}",
        "{createDate:{'$lt':'2016-10-10'}}",
        "{createDate:'2016-10-10T00:00:00'}",
        "{statusTypeId:{'$nin':[6]}}",
        "{'status.label':{'$ne':'Shipped'}}",
        "{'taxCode.taxCode':'gst'}",
        "{taxCodeId:8}",
        "{taxCodeId:null}",
        "{shippingPrice:{'$gt':0}}",
        "{siteId:1}",
        "{'$or':[]}",
        "{parentId:{'$ne':null}}",
        "{deleted:true}",
        "{entityId:5}",
    ],
)
def test_what_does_not_hold_of_an_order_does_not_find_it(text: str) -> None:
    assert not found(text)


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("{totalPrice:{'$over':40}}", 14, "'$over' is no operator"),
        ("{colour:'red'}", 2, "no field 'colour'"),
        ("{'$not':{id:1}}", 2, "'$not' is no operator"),
        ("{totalPrice:'much'}", 13, "'much' is not a number"),
        ("{totalPrice:true}", 13, "True is not a number"),
        ("{createDate:'yesterday'}", 13, "is not a date"),
        ("{recur:'perhaps'}", 8, "is not true or false"),
        ("{totalPrice:{'$contains':'4'}}", 26, "holds no text"),
        ("{totalPrice:{}}", 13, "compared with nothing"),
        ("{totalPrice:[1]}", 13, "single values"),
        ("{totalPrice:{'$gt':{}}}", 20, "single values"),
        ("{totalPrice:40", 15, "a comma or }"),
        ("{totalPrice 40}", 13, "a colon is expected"),
        ("{name:'open}", 7, "makes no sense"),
        ("{name:red}", 7, "a value is expected"),
        ("{name:1} {}", 10, "the end is expected"),
        ("[{id:1}]", 1, "conditions in braces"),
        ("'id'", 1, "conditions in braces"),
        ("{'$and':[1]}", 10, "conditions in braces"),
        ("{id:1e99999}", 5, "makes no sense"),
        ("{id:1e999}", 5, "within bounds"),
        ("{name:'\\ud800'}", 7, "half a character"),
        ("{a:" * 33 + "1" + "}" * 33, 97, "nested deeper than 32"),
        ("{id:{'$in':[" + "1," * 5_000 + "]}}", 10_007, "5000 values"),
        ("{parentId:{'$gt':5}}", 18, "being the same"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, at: int, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        asked(text)

    assert said in caught.value.message
    assert f"at character {at}:" in caught.value.message


def test_conditions_without_end_are_refused() -> None:
    with pytest.raises(Invalid, match="100 names and operators"):
        asked("{" + "id:1," * 101 + "}")


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="100000 characters"):
        asked("{name:'" + "x" * 100_000 + "'}")


# What is shown is what is compared


@settings(deadline=None)
@given(order=orders(test=st.just(False)), draw=st.data())
def test_an_order_is_found_by_whatever_it_shows(order: Order, draw: st.DataObject) -> None:
    member = draw.draw(st.sampled_from(MEMBERS))
    shown = member.show(replace(order, id=1_000_000_007, links=()), SITE)
    text = json.write({member.name: shown}).decode()
    if isinstance(shown, str) and member.name in ("id", "entityId"):
        return

    assert matches(replace(order, id=1_000_000_007, links=()), asked(text)), text


STATUSES = (
    SiteStatus(id=21, label="New", means=Status.RECEIVED, default=True),
    SiteStatus(id=22, label="Asked again", means=Status.RECEIVED),
    SiteStatus(id=23, label="Sent", means=Status.SHIPPED),
    SiteStatus(id=24, label="Sent in part", means=Status.SHIPPED),
    SiteStatus(id=25, label="Gone", means=Status.CANCELLED),
)


@given(
    status=st.sampled_from(Status),
    given=st.none() | st.integers(20, 27),
    number=st.integers(19, 28),
    operator=st.sampled_from(("$gt", "$lt", "$gte", "$lte", "$ne", "$in")),
)
def test_a_status_is_found_by_the_number_that_is_shown(
    status: Status, given: int | None, number: int, operator: str
) -> None:
    site = replace(SITE, statuses=STATUSES)
    extras = {} if given is None else {"catalyst.statusTypeId": given}
    order = Order(status=status, extras=extras)
    (member,) = [one for one in MEMBERS if one.name == "statusTypeId"]
    shown = member.show(order, site)
    expected = {
        "$gt": shown > number,
        "$lt": shown < number,
        "$gte": shown >= number,
        "$lte": shown <= number,
        "$ne": shown != number,
        "$in": shown == number,
    }

    where = json.write({"statusTypeId": {operator: [number] if operator == "$in" else number}})
    assert expected[operator] == matches(order, asked(where.decode(), site))


# The whole language, against both stores and back

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
