"""Operators stand above sellers: their keys are nobody's else, and they take out sellers who have nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderglot.core.acts import Person
from orderglot.core.caller import ADMIN, EVERY_RIGHT, Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, NotFound, Unauthenticated
from orderglot.core.order import Order
from orderglot.core.product import Product
from orderglot.stores.keyring import Key
from tests.stores.shops import Shop

WEEK = timedelta(days=7)
ALICE = Person("alice", "desk-7")


def made(shop: Shop, expires: timedelta | None = None) -> Key:
    until = None if expires is None else shop.clock() + expires
    ring = shop.store.keyring
    return shop.run(
        ring.issue_operator(bytes.hex, lambda random: f"operator-{random.hex()}", until)
    )


def admitted(shop: Shop, secret: str, seller: str = "") -> Caller | None:
    try:
        return shop.run(shop.store.keyring.operator(secret, seller))
    except Unauthenticated:
        return None


def test_an_operator_acts_for_a_seller_or_for_none(shop: Shop) -> None:
    key = made(shop)

    found = admitted(shop, key.secret)
    acting = admitted(shop, key.secret, shop.seller.name)

    assert found
    assert (0, True, EVERY_RIGHT) == (found.seller, found.operator, found.may)
    assert acting
    assert (shop.seller.id, True) == (acting.seller, acting.operator)
    assert f"orderglot:{key.id}" == acting.name
    with pytest.raises(NotFound, match="no seller 'nobody'"):
        shop.run(shop.store.keyring.operator(key.secret, "nobody"))


def test_no_dialect_takes_an_operators_key_and_no_sellers_key_is_an_operators(shop: Shop) -> None:
    ring = shop.store.keyring
    operator = made(shop)
    caller = Caller(seller=shop.seller.id, may=EVERY_RIGHT)
    sellers = shop.run(ring.issue_key("orderglot", caller, bytes.hex, lambda _: "key-1"))

    for dialect in ("orderglot", "kole", "operator"):
        with pytest.raises(Unauthenticated):
            shop.run(ring.admit(dialect, operator.secret))
    assert admitted(shop, sellers.secret) is None
    assert admitted(shop, "") is None
    assert not shop.run(ring.admit("orderglot", sellers.secret)).caller.operator
    with pytest.raises(ValueError, match="no dialect's"):
        shop.run(ring.issue_key("kole", Caller(seller=1, operator=True), bytes.hex, bytes.hex))


def test_an_operators_key_ends_expires_and_rolls(shop: Shop) -> None:
    ring = shop.store.keyring
    first, brief = made(shop), made(shop, timedelta(days=1))
    new = shop.run(ring.roll_key(0, "orderglot", first.id, bytes.hex, WEEK))

    assert admitted(shop, first.secret)
    assert admitted(shop, new.secret)
    shop.clock.forward(WEEK)
    assert [None, None] == [admitted(shop, one.secret) for one in (first, brief)]
    assert admitted(shop, new.secret)
    newest = shop.run(ring.roll_key(0, "orderglot", first.id, bytes.hex, timedelta()))
    assert admitted(shop, new.secret) is None
    shop.run(ring.end_key(0, "orderglot", first.id))
    assert admitted(shop, newest.secret) is None
    ended = shop.run(ring.key(0, "orderglot", first.id))
    assert shop.clock() == ended.key.ended
    assert {first.id, brief.id} == {one.key.id for one in shop.run(ring.keys(0))}
    assert [] == [*shop.run(ring.keys(shop.seller.id))]
    with pytest.raises(Conflict, match="ended"):
        shop.run(ring.roll_key(0, "orderglot", first.id, bytes.hex, WEEK))
    with pytest.raises(NotFound):
        shop.run(ring.end_key(0, "orderglot", "operator-0"))


def test_what_is_done_to_operators_keys_is_written_down(shop: Shop) -> None:
    ring = shop.store.acting(ALICE).keyring
    key = shop.run(ring.issue_operator(bytes.hex, lambda _: "operator-1", None))
    new = shop.run(ring.roll_key(0, "orderglot", key.id, bytes.hex, WEEK))
    shop.run(ring.end_key(0, "orderglot", key.id))

    acts = shop.run(shop.store.acts(0))

    assert ["key.ended", "key.rolled", "key.made"] == [one.what for one in acts]
    assert {("alice", "orderglot:operator-1")} == {(one.who, one.about) for one in acts}
    assert not any(secret in str(acts) for secret in (key.secret, new.secret))


def test_an_empty_seller_goes_and_nobody_gets_its_id_again(shop: Shop) -> None:
    store = shop.store.acting(ALICE)
    gone = shop.run(store.add_seller("passing"))
    caller = Caller(seller=gone.id)
    key = shop.run(store.keyring.issue_key("kole", caller, bytes.hex, lambda _: "X1"))
    shop.run(store.keyring.end_key(gone.id, "kole", "X1"))
    shop.run(store.remove_seller("passing"))

    with pytest.raises(NotFound):
        shop.run(store.seller("passing"))
    with pytest.raises(Unauthenticated):
        shop.run(store.keyring.admit("kole", key.secret))
    again = shop.run(store.add_seller("passing"))
    assert again.id > gone.id
    assert ["seller.added"] == [one.what for one in shop.run(store.acts(again.id))]
    acts = shop.run(store.acts(0))
    assert [("seller.removed", ""), ("key.ended", "passing"), ("key.made", "passing")] == [
        (one.what, one.seller) for one in acts[:3]
    ]
    assert "USD" == acts[0].before["currency"]


def test_a_seller_with_anything_stays_and_is_told_what_there_is(shop: Shop) -> None:
    order = shop.placed(number="SO-1")
    shop.placed(book=shop.opened(test=True), number="SO-2")
    with pytest.raises(Conflict, match="example has 2 orders; only an empty seller"):
        shop.run(shop.store.remove_seller("example"))
    shop.customer(number="C-1")
    shop.run(shop.book.keep_product(Product(sku="AA1")))
    shop.run(
        shop.store.keyring.issue_key(
            "kole", Caller(seller=shop.seller.id), bytes.hex, lambda _: "X1"
        )
    )

    with pytest.raises(Conflict, match="2 orders, 1 customer, 1 product and 1 key;"):
        shop.run(shop.store.remove_seller("example"))
    assert order.id == shop.get("orderglot", str(order.id)).id


def test_what_comes_while_a_seller_is_taken_out_is_not_lost(shop: Shop) -> None:
    for turn in range(4):
        name = f"brief-{turn}"
        seller = shop.run(shop.store.add_seller(name))
        book = shop.store.of(Caller(seller=seller.id))
        results = shop.gathered(
            book.keep_customer(Customer(number="C-1")),
            shop.store.remove_seller(name),
            book.place(Order(number="SO-1")),
        )
        names = {one.name for one in shop.run(shop.store.sellers())}
        kept = [not isinstance(one, BaseException) for one in results]
        assert {type(one) for one in results if isinstance(one, BaseException)} <= {
            Conflict,
            NotFound,
        }
        assert (name in names) is not kept[1]
        assert not (kept[1] and (kept[0] or kept[2]))


def test_an_admins_right_is_none_of_orders() -> None:
    assert ADMIN not in Caller(seller=1).may
