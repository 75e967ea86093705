"""What people do to keys, sellers and settings is written down with it, and stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from orderglot.core.acts import ACT, Act, Person
from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, Forbidden
from orderglot.core.ports import Note
from orderglot.stores.fingerprints import fingerprint
from orderglot.wire.aip160 import ACT as ACT_FIELDS
from orderglot.wire.aip160 import read_filter
from tests.stores.shops import Shop

ALICE = Person("alice", "desk-7")
BOB = Person("bob")


def whole(shop: Shop) -> Caller:
    return Caller(seller=shop.seller.id)


def acts(shop: Shop) -> list[Act]:
    return list(shop.run(shop.store.acts(shop.seller.id)))


def test_an_act_says_who_did_what_and_what_was_before(shop: Shop) -> None:
    shop.store.by(ALICE)
    key = shop.run(shop.store.keyring.issue_key("kole", whole(shop), bytes.hex, lambda _: "X1"))
    shop.store.by(BOB)
    shop.run(shop.store.keyring.end_key(shop.seller.id, "kole", "X1"))

    ended, made = acts(shop)

    assert ("alice", "desk-7", "key.made", "kole:X1") == (
        made.who,
        made.where,
        made.what,
        made.about,
    )
    assert {"customer": None, "test": False} == {
        name: made.after[name] for name in ("customer", "test")
    }
    assert ("bob", "", "key.ended", {}) == (ended.who, ended.where, ended.what, ended.after)
    assert made.after == ended.before
    assert not {key.secret, fingerprint(key.secret)} & {*map(str, made.after.values())}


def test_a_change_of_a_seller_names_what_differs_alone(shop: Shop) -> None:
    seller = shop.seller
    shop.store.by(ALICE)
    tables = {**seller.tables, "kole.made-up": [1]}
    shop.run(shop.store.change_seller(replace(seller, timezone="Europe/Berlin", tables=tables)))

    (changed,) = acts(shop)

    assert ("seller.changed", seller.name) == (changed.what, changed.about)
    assert {"timezone": seller.timezone} == changed.before
    assert {"timezone": "Europe/Berlin", "tables.kole.made-up": [1]} == changed.after


def test_a_new_seller_and_a_key_that_goes_live_are_acts(shop: Shop) -> None:
    shop.store.by(ALICE)
    new = shop.run(shop.store.add_seller("another"))
    (added,) = shop.run(shop.store.acts(new.id))
    caller = Caller(seller=shop.seller.id, test=True)
    shop.run(shop.store.keyring.issue_key("kole", caller, bytes.hex, lambda _: "X1"))
    shop.run(shop.store.keyring.set_live(shop.seller.id, "kole", "X1"))

    live, _ = acts(shop)

    assert ("seller.added", "another", "USD") == (added.what, added.about, added.after["currency"])
    assert ({"test": True}, {"test": False}) == (live.before, live.after)


def test_what_was_refused_is_no_act(shop: Shop) -> None:
    seller = shop.seller
    shop.store.by(ALICE)
    with pytest.raises(Conflict):
        shop.run(shop.store.add_seller(seller.name))
    with pytest.raises(Conflict):
        shop.run(shop.store.change_seller(replace(seller, version=seller.version + 1)))

    assert [] == acts(shop)


def test_what_changes_nothing_of_the_sellers_is_an_act_as_well(shop: Shop) -> None:
    shop.store.by(ALICE)
    shop.run(shop.store.act(shop.seller.id, "exchange.replayed", "66182b", {"url": "http://x"}))

    (replayed,) = acts(shop)

    assert ("66182b", {"url": "http://x"}) == (replayed.about, replayed.after)


def test_no_act_can_be_struck_or_written_over(shop: Shop) -> None:
    shop.store.by(ALICE)
    shop.run(shop.store.act(shop.seller.id, "exchange.replayed", "66182b"))
    book = shop.store.of(Caller(seller=shop.seller.id))
    (note,) = shop.run(book.notes(ACT))

    async def strike(note: Note) -> None:
        async with book.together() as unit:
            unit.strike(note)

    async def write(note: Note) -> None:
        async with book.together() as unit:
            unit.note(note)

    for attempt in (strike(note), write(note), write(Note(kind=ACT, name="made up"))):
        with pytest.raises(Forbidden, match="stays written down"):
            shop.run(attempt)
    assert 1 == len(acts(shop))


def test_acts_are_a_sellers_own(shop: Shop) -> None:
    shop.store.by(ALICE)
    other = shop.run(shop.store.add_seller("another"))
    shop.run(shop.store.act(shop.seller.id, "exchange.replayed", "66182b"))

    assert ["seller.added"] == [one.what for one in shop.run(shop.store.acts(other.id))]
    customer = shop.store.of(Caller(seller=shop.seller.id, customer=1))
    with pytest.raises(Forbidden):
        shop.run(customer.notes(ACT))


def test_where_nobody_is_named_nothing_is_written_down(shop: Shop) -> None:
    shop.run(shop.store.keyring.issue_key("kole", whole(shop), bytes.hex, lambda _: "X1"))

    assert [] == acts(shop)


def test_the_newest_act_is_first_also_within_a_second(shop: Shop) -> None:
    shop.store.by(ALICE)
    for number in range(12):
        shop.clock.forward(timedelta(milliseconds=1))
        shop.run(shop.store.act(shop.seller.id, "exchange.replayed", str(number)))

    assert [str(number) for number in reversed(range(12))] == [one.about for one in acts(shop)]


def test_acts_are_found_by_a_filter_page_by_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderglot.stores.acts.AT_ONCE", 3)
    for number in range(10):
        shop.store.by(ALICE if number % 2 else BOB)
        shop.clock.forward(timedelta(milliseconds=1))
        shop.run(shop.store.act(shop.seller.id, "exchange.replayed", str(number)))
    where = read_filter("who = alice", asked=ACT_FIELDS)

    first = shop.run(shop.store.acts(shop.seller.id, where, limit=2))
    rest = shop.run(shop.store.acts(shop.seller.id, where, after=first[-1].id))

    assert ["9", "7"] == [one.about for one in first]
    assert ["5", "3", "1"] == [one.about for one in rest]
