"""Catalyst's ``where``: what it means and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core.errors import Invalid
from orderglot.core.order import Address, Identity, Link, Order, Reference, Totals
from orderglot.core.query import Query, matches
from orderglot.core.values import Relation, Status
from orderglot.dialects.catalyst.fields import MEMBERS
from orderglot.dialects.catalyst.filters import parse_where, read_where
from orderglot.dialects.catalyst.settings import Site, SiteStatus, TaxCode
from orderglot.dialects.catalyst.tables import NAME
from orderglot.stores.selection import check
from orderglot.wire import json
from tests.strategies import orders

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
        "{'taxCode.rate':{'$gte':'0.1'}}",
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
        "{cycleTypeId:{'$lt':1.5}}",
        "{cycleTypeId:{'$nin':[1.5]}}",
        "{statusTypeId:{'$gt':'5.9'}}",
        "{recur:{'$lt':true}}",
        "{siteId:{'$gte':2455866}}",
        "{parentId:{'$nin':[5]}}",
        "{shippingAttention:''}",
        "{invoiceNumber:null}",
        "{'taxCode.code':'GST'}",
        "{'workflow.id':null}",
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
        "{cycleTypeId:1.5}",
        "{cycleTypeId:{'$gt':1}}",
        "{directDebitTypeId:0.5}",
        "{taxCodeId:7.5}",
        "{statusTypeId:6.5}",
        "{siteId:{'$lt':2455866}}",
        "{parentId:{'$gt':0}}",
        "{shippingPrice:null}",
        "{shippingAttention:null}",
        "{invoiceNumber:''}",
        "{categoryId:null}",
        "{recur:null}",
        "{'workflow.id':1}",
    ],
)
def test_what_does_not_hold_of_an_order_does_not_find_it(text: str) -> None:
    assert not found(text)


@pytest.mark.parametrize(
    ("text", "at", "message"),
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
        ("{name:{'$in':'x'}}", 14, "a list in brackets is expected beside $in"),
        ("{id:{'$nin':5}}", 13, "a list in brackets is expected beside $nin"),
        ("{id:{'$in':{}}}", 12, "a list in brackets"),
        ("{'$or':{}}", 8, "a list in brackets is expected beside $or"),
        ("{'$and':{id:1}}", 9, "a list in brackets is expected beside $and"),
        ("{'workflow.id':'x'}", 16, "'x' is not a number"),
        ("{'taxCode.rate':'x'}", 17, "'x' is not a number"),
        ("{'status.default':{'$contains':'t'}}", 32, "holds no text"),
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
        ("{id:{'$in':[" + "1," * 1_000 + "]}}", 2_007, "1000 values"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, at: int, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        asked(text)

    assert message in caught.value.message
    assert f"at character {at}:" in caught.value.message


def test_as_many_values_of_a_list_as_there_may_be_are_one_comparison() -> None:
    numbers = ",".join(map(str, range(900)))
    for name in ("statusTypeId", "entityId", "taxCodeId", "totalPrice", "name"):
        check(asked(f"{{{name}:{{'$in':[{numbers}]}}}}"))


def test_conditions_without_end_are_refused() -> None:
    with pytest.raises(Invalid, match="100 names and operators"):
        asked("{" + "id:1," * 101 + "}")


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="20000 characters"):
        asked("{name:'" + "x" * 20_000 + "'}")


def test_the_order_that_is_renewed_compares_in_size() -> None:
    link = Link(Relation.RENEWAL_OF, Identity(id=5, references=(Reference(NAME, "12"),)))
    order = replace(ORDER, links=(Link(Relation.RETURN_OF, Identity(id=9)), link))

    assert all(found(text, order) for text in ("{parentId:12}", "{parentId:{'$gt':9,'$lt':12.5}}"))
    assert not any(found(text, order) for text in ("{parentId:5}", "{parentId:{'$lt':12}}"))


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
