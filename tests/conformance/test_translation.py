"""Law 6: one vendor's order becomes another's, and what is lost on the way is said, all of it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import CREATE, READ
from orderglot.core.errors import Invalid
from orderglot.core.fields import every_field, values_of
from orderglot.core.order import Order
from orderglot.core.unknown_members import name_of, parts_of
from orderglot.wire.bodies import Held
from orderglot.wire.changes import Change, Fate
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried
from orderglot.wire.translation import read, translate
from tests.conformance.implementations import Shop
from tests.conformance.random_requests import mangled
from tests.conformance.specimens import Specimen, specimens_of, welcome
from tests.conformance.test_specimens import orders_by, read_ask
from tests.full_records import full
from tests.strategies import orders

pytestmark = pytest.mark.long

PAIRS = list(product(dialects.names(), repeat=2))
"""Every dialect to every other, and to itself, which changes the form at most."""

FORMS = [(name, form) for name in dialects.names() for form in dialects.dialect(name).bodies.write]


HUB_ID = "customer.id"
"""What is zero in an order that the hub does not have, and nothing where nobody is named."""

EVERY = [one for name in dialects.names() for one in specimens_of(name)]
WITH_ORDERS = [one for name in dialects.names() for one in welcome(name) if one.orders]
TELLING = [one for one in WITH_ORDERS if one.operation and one.operation.endpoint.right == READ]
SILENT = [one for one in EVERY if one.dialect.faults.read(one.response) is not None]
ASKING = [
    one
    for one in WITH_ORDERS
    if one.operation and one.operation.endpoint.right == CREATE and isinstance(one.orders, Order)
]


def id_of(specimen: Specimen) -> str:
    return f"{specimen.dialect.name}-{specimen.name}"


def fields_that_differ(before: Order, after: Order) -> set[str]:
    """Name every single field in which two orders differ, found by asking for each of them."""
    pairs = [(before, after)]
    if len(before.lines) == len(after.lines):
        # What one line lost and another got is the same in all.
        pairs += [
            (replace(before, lines=(one,)), replace(after, lines=(other,)))
            for one, other in zip(before.lines, after.lines, strict=True)
        ]
    names = {
        field.name
        for field in every_field().values()
        for one, other in pairs
        if field.name != HUB_ID and values_of(one, field) != values_of(other, field)
    }
    for gathered in (extras_of, unknown_of):
        one, other = gathered(before), gathered(after)
        names |= {name for name in {*one, *other} if one.get(name) != other.get(name)}
    return names


def extras_of(order: Order) -> dict[str, Any]:
    return {f"extras.{name}": value for name, value in order.extras.items()}


def unknown_of(order: Order) -> dict[str, Any]:
    """Give the unknown members by their names, of each line by itself."""
    found: dict[str, Any] = {}
    places = Counter[str]()
    for part, holder in parts_of(order):
        places[part] += 1
        for one in holder.unknown:
            found.setdefault(name_of(part, one), []).append((places[part], one.value))
    return found


def inside(name: str, outer: str) -> bool:
    return name == outer or name.startswith(f"{outer}.")


def fields_of(order: Order) -> list[str]:
    """Name the fields of an order that say something and are there no more than once."""
    return [
        field.name
        for field in every_field().values()
        if not field.many and field.default is None and values_of(order, field) not in ((), (None,))
    ]


def assert_reported(found: tuple[Change, ...], before: Order, after: Order) -> None:
    """Hold what is said to have changed against what has: nothing more, nothing less."""
    reported, differing = [change.field for change in found], fields_that_differ(before, after)
    assert set() == {name for name in differing if not any(inside(name, one) for one in reported)}
    assert [] == [one for one in reported if not any(inside(name, one) for name in differing)]
    gone = [change.field for change in found if change.fate is Fate.LEFT_OUT]
    assert [] == [name for name in fields_of(after) if any(inside(name, one) for one in gone)]


def orders_in(specimen: Specimen, folders: pytest.TempPathFactory) -> tuple[Order, ...]:
    """Give the orders of a specimen's answer as the client hears them."""
    assert specimen.operation is not None
    ask = read_ask(specimen, Shop("memory", folders.mktemp("shop")))
    answer = orders_by(specimen.operation.response.read(specimen.response, ask))
    return answer if isinstance(answer, tuple) else (answer,)


def names_alone(order: Order) -> bool:
    """Tell whether all that is said of an order is what it is known by."""
    return order == Order(references=order.references)


@pytest.mark.parametrize("specimen", WITH_ORDERS, ids=id_of)
def test_a_body_that_tells_of_orders_is_read_as_them(
    specimen: Specimen, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reported, body = orders_in(specimen, tmp_path_factory), specimen.response.body
    if all(map(names_alone, reported)):
        with pytest.raises(Invalid):
            read(body, specimen.dialect)
    else:
        assert Held(reported) == read(body, specimen.dialect)


def test_every_dialect_has_bodies_that_tell_of_orders(
    dialect: Dialect, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = [one for one in WITH_ORDERS if one.dialect.name == dialect.name]
    reported = [order for one in here for order in orders_in(one, tmp_path_factory)]

    assert not all(map(names_alone, reported))


@pytest.mark.parametrize("specimen", SILENT, ids=id_of)
def test_a_body_that_says_no_is_no_order(specimen: Specimen) -> None:
    with pytest.raises(Invalid):
        read(specimen.response.body, specimen.dialect)


@pytest.mark.parametrize("specimen", WITH_ORDERS, ids=id_of)
def test_an_order_is_not_taken_for_another_vendors(specimen: Specimen) -> None:
    for name in set(dialects.names()) - {specimen.dialect.name}:
        with pytest.raises(Invalid):
            read(specimen.response.body, dialects.dialect(name))


def asked_for(specimen: Specimen) -> Order | None:
    """Give the new order that a request asks for, None where it is refused."""
    with suppress(Invalid):
        (asked,) = read(specimen.request.body, specimen.dialect).orders
        return asked
    return None


@pytest.mark.parametrize("specimen", ASKING, ids=id_of)
def test_a_request_for_a_new_order_is_read_as_one_unless_it_is_not_the_whole(
    specimen: Specimen,
) -> None:
    placed, asked = specimen.orders, asked_for(specimen)
    if asked is None:
        assert () == placed.lines
    else:
        assert placed.po_number == asked.po_number
        named = {(line.sku, line.quantity) for line in asked.lines if line.sku}
        assert named <= {(line.sku, line.quantity) for line in placed.lines or asked.lines}


@pytest.mark.parametrize(("name", "form"), FORMS)
@given(drawn=st.lists(orders(), min_size=1, max_size=3))
def test_what_is_written_is_read_again_but_for_what_the_wire_loses(
    name: str, form: str, drawn: list[Order]
) -> None:
    dialect = dialects.dialect(name)

    held = dialect.bodies.read(dialect.bodies.write[form](tuple(drawn)))

    assert Held(tuple(carried(order, name, dialect.can) for order in drawn)) == held


def assert_translated(body: bytes, source: Dialect, target: Dialect) -> None:
    """Hold a translation against what the target says that its wire carries.

    What the target's own orders have beside their fields, it carries as it came.
    """
    before = read(body, source).orders
    after = tuple(carried(order, target.name, target.can) for order in before)
    if source is target:
        after = tuple(
            replace(left, extras=order.extras) for left, order in zip(after, before, strict=True)
        )

    translation = translate(read(body, source), target)

    assert after == read(translation.body, target).orders
    for found, one, other in zip(translation.fates, before, after, strict=True):
        assert_reported(found, one, other)


def body_of(drawn: tuple[Order, ...], name: str) -> bytes:
    """Write orders in the usual form of a dialect."""
    return next(iter(dialects.dialect(name).bodies.write.values()))(drawn)


@pytest.mark.parametrize("one", dialects.names())
@given(drawn=st.lists(orders(), min_size=1, max_size=2))
def test_any_orders_become_any_other_vendors(one: str, drawn: list[Order]) -> None:
    body = body_of(tuple(drawn), one)
    for other in dialects.names():
        assert_translated(body, dialects.dialect(one), dialects.dialect(other))


@pytest.mark.parametrize("name", dialects.names())
@given(order=orders())
def test_what_any_other_vendor_alone_says_of_an_order_is_named(name: str, order: Order) -> None:
    dialect = dialects.dialect(name)
    left = carried(order, name, dialect.can)

    translation = translate(Held((order,)), dialect)

    (found,) = translation.fates
    assert_reported(found, order, left)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_an_order_that_leaves_nothing_unsaid_becomes_another_vendors(one: str, other: str) -> None:
    reported = (full(Order, 1), full(Order, 2))

    assert_translated(body_of(reported, one), dialects.dialect(one), dialects.dialect(other))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_orders_of_specimens_become_another_vendors(one: str, other: str) -> None:
    reported = [specimen for specimen in TELLING if specimen.dialect.name == one]

    assert reported
    for specimen in reported:
        assert_translated(specimen.response.body, specimen.dialect, dialects.dialect(other))


def test_what_goes_back_to_where_it_came_from_is_whole(dialect: Dialect) -> None:
    held = read(body_of((full(Order, 1),), dialect.name), dialect)

    translation = translate(held, dialect)

    assert ((),) == translation.fates
    assert translation.whole


@pytest.mark.parametrize("name", dialects.names())
@given(anything=st.data())
def test_any_body_is_read_or_refused(name: str, anything: st.DataObject) -> None:
    bodies = [one.response.body for one in TELLING if one.dialect.name == name]
    body = anything.draw(mangled(*bodies))

    with suppress(Invalid):
        assert read(body, dialects.dialect(name)).orders
