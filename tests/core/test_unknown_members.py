"""Unknown members are kept within bounds, each once, and named as people read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderglot.core.order import Address, Line, Order, Unknown
from orderglot.core.reconciliation import reconcile
from orderglot.core.unknown_members import (
    BEYOND,
    LONGEST_UNKNOWN,
    MOST_UNKNOWN,
    bounded,
    counted,
    holds_unknown,
    name_of,
    newly_sent,
    reconciled,
    spelled,
    with_further,
    without_unknown,
)
from orderglot.stores import document
from orderglot.wire.changes import changes


def from_vendor(name: str, value: Any = "new") -> Unknown:
    return Unknown("adobe", (name,), value)


def from_client(name: str, value: Any = "new") -> Unknown:
    return Unknown("adobe", (name,), value, client=True)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "",
        None,
        True,
        7,
        10**40,
        Decimal("2.50"),
        {"a": [1, {"b": "c"}]},
        nested(19),
        "ß😀",
        r"\u0000",
    ],
)
def test_what_fits_is_kept_as_it_came_and_comes_back_from_a_document(value: Any) -> None:
    (kept,) = bounded(iter([from_vendor("new", value)]))
    again = document.read_order(document.write(Order(unknown=(kept,))))

    assert from_vendor("new", value) == kept
    assert (kept,) == again.unknown


@pytest.mark.parametrize(
    "value",
    [
        "x" * LONGEST_UNKNOWN,
        nested(21),
        nested(5_000),
        "nul \0",
        {"nul \0": 1},
        "half \ud800",
        Decimal("1e999999"),
        Decimal("NaN"),
        object(),
    ],
)
def test_what_no_store_should_keep_is_left_out_and_named(value: Any) -> None:
    (kept,) = bounded(iter([from_vendor("new", value)]))

    assert Unknown("adobe", ("new",), omitted=True) == kept


@pytest.mark.parametrize("name", ["password", "X-Api-Key", "authenticationToken", "clientSecret"])
@pytest.mark.parametrize("inside", [False, True])
def test_what_a_client_calls_a_secret_is_not_kept(name: str, inside: bool) -> None:
    value = {"login": [{name: "not for us"}]} if inside else "not for us"
    (kept,) = bounded(iter([from_client("login" if inside else name, value)]))

    assert kept.omitted
    assert kept.value is None


def test_a_name_that_cannot_be_kept_is_cut() -> None:
    (kept,) = bounded(iter([from_vendor("\0" + "n" * 10_000)]))

    assert ("?" + "n" * 59,) == kept.path
    assert kept.omitted


def test_of_too_many_the_first_are_kept_and_the_others_counted() -> None:
    found = bounded(from_vendor(f"new{number}") for number in range(MOST_UNKNOWN + 8))

    assert MOST_UNKNOWN + 1 == len(found)
    assert Unknown("adobe", (BEYOND,), 8, omitted=True) == found[-1]


def test_a_member_is_named_by_its_part_and_its_place_in_it() -> None:
    one = Unknown("adobe", ("pricingSummary", 0, "carbon"))

    assert "pricingSummary[1].carbon" == spelled(one.path)
    assert "lines.unknown.adobe.pricingSummary[1].carbon" == name_of("lines", one)
    assert "unknown.adobe.pricingSummary[1].carbon" == name_of("", one)


def test_orders_are_counted_by_member_and_what_stands_around_them_once() -> None:
    line = Line(unknown=(from_vendor("carbon"),))
    orders = (
        Order(unknown=(from_vendor("delivered"),), lines=(line, line)),
        Order(unknown=(from_client("mine"),), ship_to=Address(unknown=(from_vendor("floor"),))),
        Order(),
    )

    assert {
        "page": 1,
        "delivered": 1,
        "lines.carbon": 1,
        "ship_to.floor": 1,
    } == counted(orders, (from_vendor("page"),))


def test_what_a_client_sends_again_takes_the_place_of_what_it_sent() -> None:
    order = Order(unknown=(from_vendor("a", 1), from_client("a", 1), from_client("b", 1)))

    changed = with_further(order, (from_client("a", 2),))

    assert (from_client("a", 2), from_vendor("a", 1), from_client("b", 1)) == changed.unknown
    assert order is with_further(order, ())


def test_a_vendors_are_as_he_sends_them_now_and_a_clients_stay() -> None:
    before = (from_vendor("a", 1), from_vendor("b", 1))
    mine = (*before, from_client("a"), Unknown("kole", ("c",), 1))

    assert (from_vendor("a", 2), from_client("a"), Unknown("kole", ("c",), 1)) == reconciled(
        before, (from_vendor("a", 2),), mine
    )


def test_an_address_that_says_nothing_else_is_none_without_them() -> None:
    address = Address(unknown=(from_vendor("floor"),))

    assert Order() == without_unknown(Order(ship_to=address))
    assert Order(ship_to=Address()) == without_unknown(Order(ship_to=Address()))


def test_only_what_a_client_sent_since_is_new() -> None:
    before = Order(unknown=(from_client("a"),))
    line = Line(unknown=(from_client("carbon"), from_vendor("weight")))
    order = Order(unknown=(from_client("a"), from_client("b")), lines=(line, line))

    assert ["unknown.adobe.b", "lines.unknown.adobe.carbon"] == newly_sent(order, before)
    assert [] == newly_sent(before, before)


@pytest.mark.parametrize("name", ["unknown", "lines[2].unknown", "ship_to.unknown"])
def test_unknown_members_go_by_their_own_name_alone(name: str) -> None:
    assert holds_unknown(name)
    assert not holds_unknown(f"extras.kodaris.{name}")
    assert not holds_unknown(f"{name}.adobe.new")
    assert not holds_unknown(f"{name}s")


def test_an_extra_that_is_called_so_is_an_extra() -> None:
    before, after = (Order(extras={"kodaris.unknown": number}) for number in (1, 2))

    assert ["extras.kodaris.unknown"] == [one.field for one in changes(before, after)]
    assert after.extras == reconcile(before, after, before, ours_win=False).order.extras
