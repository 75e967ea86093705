"""Keys that get a new secret: the old one lets in until its grace is over, and nothing else changes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, NotFound, Unauthenticated
from orderglot.core.keyring import Credential
from orderglot.stores import uses
from orderglot.stores.keyring import Key
from tests.stores.shops import Shop
from tests.stores.token_kinds import SESSION

WEEK = timedelta(days=7)
NO_TIME = timedelta()


def key(shop: Shop, *, test: bool = False) -> Key:
    caller = Caller(seller=shop.seller.id, test=test)
    return shop.run(shop.store.keyring.issue_key("kole", caller, bytes.hex, lambda _: "X1"))


def rolled(shop: Shop, grace: timedelta = WEEK) -> Key:
    ring = shop.store.keyring
    return shop.run(ring.roll_key(shop.seller.id, "kole", "X1", bytes.hex, grace))


def admitted(shop: Shop, secret: str) -> Credential | None:
    try:
        return shop.run(shop.store.keyring.admit("kole", secret))
    except Unauthenticated:
        return None


def test_both_secrets_let_in_until_the_grace_is_over(shop: Shop) -> None:
    old = key(shop)
    new = rolled(shop)

    (record,) = shop.run(shop.store.keyring.keys(shop.seller.id))
    assert shop.clock() + WEEK == record.former_until
    found = [admitted(shop, one.secret) for one in (old, new)]
    assert [("X1", "key"), ("X1", "key")] == [(one.id, one.kind) for one in found if one]
    shop.clock.forward(WEEK)
    assert admitted(shop, old.secret) is None
    assert admitted(shop, new.secret) is not None
    (record,) = shop.run(shop.store.keyring.keys(shop.seller.id))
    assert record.former_until is None


def test_a_roll_that_comes_again_takes_nothing_from_the_first_secret(shop: Shop) -> None:
    secrets = [key(shop), rolled(shop), rolled(shop)]

    assert all(admitted(shop, one.secret) for one in secrets)


def test_a_shorter_grace_is_that_of_all_secrets_before(shop: Shop) -> None:
    first = key(shop)
    second, third = rolled(shop, WEEK), rolled(shop, timedelta(hours=1))
    shop.clock.forward(timedelta(hours=1))

    assert [False, False, True] == [
        admitted(shop, one.secret) is not None for one in (first, second, third)
    ]


def test_without_grace_secrets_and_tokens_from_before_are_over_at_once(shop: Shop) -> None:
    old = key(shop)
    middle = rolled(shop)
    holder = admitted(shop, old.secret)
    assert holder
    ring = shop.store.keyring
    (token,) = shop.run(ring.issue(holder, SESSION))
    assert shop.run(ring.admit("kole", token, SESSION)).id == "X1"

    new = rolled(shop, NO_TIME)

    assert [False, False, True] == [
        admitted(shop, one.secret) is not None for one in (old, middle, new)
    ]
    with pytest.raises(Unauthenticated):
        shop.run(ring.admit("kole", token, SESSION))


def test_tokens_stay_with_a_grace_and_a_former_secret_gets_more(shop: Shop) -> None:
    old = key(shop)
    ring = shop.store.keyring
    holder = admitted(shop, old.secret)
    assert holder
    (token,) = shop.run(ring.issue(holder, SESSION))
    rolled(shop)
    again = admitted(shop, old.secret)
    assert again
    (another,) = shop.run(ring.issue(again, SESSION))

    assert ["X1", "X1"] == [
        shop.run(ring.admit("kole", one, SESSION)).id for one in (token, another)
    ]


def test_what_is_done_to_the_key_holds_for_its_former_secret(shop: Shop) -> None:
    old = key(shop, test=True)
    rolled(shop)
    shop.run(shop.store.keyring.set_live(shop.seller.id, "kole", "X1"))
    live = admitted(shop, old.secret)
    shop.run(shop.store.keyring.end_key(shop.seller.id, "kole", "X1"))

    assert live
    assert not live.caller.test
    assert admitted(shop, old.secret) is None


def test_a_former_secret_lives_no_longer_than_its_key(shop: Shop) -> None:
    caller, day = Caller(seller=shop.seller.id), timedelta(days=1)
    ring, until = shop.store.keyring, shop.clock() + timedelta(days=1)
    old = shop.run(ring.issue_key("kole", caller, bytes.hex, lambda _: "X1", until))
    rolled(shop, WEEK)
    shop.clock.forward(day)

    assert admitted(shop, old.secret) is None
    with pytest.raises(Conflict, match="expired"):
        rolled(shop)


def test_nobody_rolls_a_key_that_has_ended_or_is_anothers(shop: Shop) -> None:
    key(shop)
    other = shop.run(shop.store.add_seller("another"))
    ring = shop.store.keyring
    with pytest.raises(NotFound):
        shop.run(ring.roll_key(other.id, "kole", "X1", bytes.hex, WEEK))
    shop.run(ring.end_key(shop.seller.id, "kole", "X1"))
    with pytest.raises(Conflict, match="ended"):
        rolled(shop)


def test_of_two_who_roll_at_once_no_secret_is_lost(shop: Shop) -> None:
    old = key(shop)
    ring, whose = shop.store.keyring, (shop.seller.id, "kole", "X1")
    made = shop.gathered(*(ring.roll_key(*whose, bytes.hex, WEEK) for _ in range(4)))

    new = [one for one in made if isinstance(one, Key)]
    assert new
    assert {Conflict} >= {type(one) for one in made if not isinstance(one, Key)}
    assert all(admitted(shop, one.secret) for one in (old, *new))


def test_when_a_key_was_used_is_written_down_seldom(shop: Shop) -> None:
    made = key(shop)
    ring = shop.store.keyring

    async def use(times: int) -> None:
        for _ in range(times):
            await ring.admit("kole", made.secret)
        await ring.settle()

    def used() -> object:
        (record,) = shop.run(ring.keys(shop.seller.id))
        return record.used

    shop.run(use(1))
    assert used() is None
    ring.note_uses()
    first = shop.clock()
    shop.run(use(3))
    assert first == used()
    shop.clock.forward(uses.EVERY)
    ring.note_uses()
    shop.run(use(1))
    assert shop.clock() == used()
    shop.clock.forward(uses.EVERY - timedelta(seconds=1))
    later = used()
    ring.note_uses()
    shop.run(use(1))
    assert later == used()


def test_an_answer_does_not_wait_for_what_is_written_down(shop: Shop) -> None:
    made = key(shop)
    ring = shop.store.keyring
    ring.note_uses()

    async def failing(*_: object) -> None:
        await asyncio.sleep(0)
        raise Conflict("nothing can be written just now")

    async def use() -> str:
        commit, shop.backend.commit = shop.backend.commit, failing  # type: ignore[method-assign,assignment]
        try:
            found = await ring.admit("kole", made.secret)
            await ring.settle()
        finally:
            shop.backend.commit = commit  # type: ignore[method-assign]
        return found.id

    assert "X1" == shop.run(use())


def test_what_is_so_already_is_no_act_and_no_ended_key_becomes_live(shop: Shop) -> None:
    key(shop, test=True)
    ring, seller = shop.store.keyring, shop.seller.id
    shop.store.by(Person("Ann"))
    for _ in range(2):
        shop.run(ring.set_live(seller, "kole", "X1"))
    for _ in range(2):
        shop.run(ring.end_key(seller, "kole", "X1"))

    with pytest.raises(Conflict, match="has ended or expired"):
        shop.run(ring.set_live(seller, "kole", "X1"))

    acts = [one.what for one in shop.run(shop.store.acts(seller))]
    assert ["key.ended", "key.changed"] == acts
