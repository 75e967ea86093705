"""The keyring: keys, and the tokens that they are good for, in every store alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta

import pytest
from msgspec.structs import replace

from orderglot.core.caller import READ, Caller
from orderglot.core.errors import Conflict, NotFound, Unauthenticated, Upstream
from orderglot.core.keyring import Credential
from orderglot.core.tokens import MOST, TokenKind
from orderglot.stores.keyring import Key, Keyring
from orderglot.stores.memory.backend import MemoryBackend
from orderglot.stores.sqlite.backend import SqliteBackend
from tests import citus
from tests.clock import HOUR, NOON
from tests.postgres import BorrowedBackend, asked
from tests.stores.shops import Shop
from tests.stores.token_kinds import CODE, REFRESH, SESSION


def spelled(random: bytes) -> str:
    return random.hex()


def account(random: bytes) -> str:
    """Write an account of which there are only eight."""
    return f"X{random[0] % 8}"


def caller(shop: Shop, **more: bool) -> Caller:
    return Caller(seller=shop.seller.id, **more)  # type: ignore[arg-type]


def new_key(shop: Shop, **more: bool) -> Key:
    return shop.run(shop.store.keyring.issue_key("kole", caller(shop, **more), spelled, account))


def held(shop: Shop, key: Key) -> Credential:
    return shop.run(shop.store.keyring.admit("kole", key.secret))


def issued(shop: Shop, holder: Credential, kind: TokenKind = SESSION) -> str:
    (token,) = shop.run(shop.store.keyring.issue(holder, kind))
    return token


def good(shop: Shop, secret: str, kind: TokenKind | None = None) -> bool:
    try:
        shop.run(shop.store.keyring.admit("kole", secret, kind))
    except Unauthenticated:
        return False
    return True


def ended(shop: Shop, key: Key) -> None:
    shop.run(shop.store.keyring.end_key(shop.seller.id, "kole", key.id))


# keys


def test_a_key_lets_its_caller_in(shop: Shop) -> None:
    customer = shop.customer(number="C-7").id
    who = replace(caller(shop), customer=customer, test=True, may=frozenset({READ}))
    key = shop.run(shop.store.keyring.issue_key("kole", who, spelled, account))
    found = held(shop, key)

    assert (key.id, replace(who, name=f"kole:{key.id}")) == (found.id, found.caller)
    assert key.secret not in repr(found)
    for dialect, secret, kind in (
        ("adobe", key.secret, None),
        ("kole", key.secret, SESSION),
        ("kole", key.secret.upper(), None),
        ("kole", found.fingerprint, None),
        ("kole", "", None),
        ("kole", "\udcff\0", None),
        ("kole", "\udcff\0", SESSION),
    ):
        with pytest.raises(Unauthenticated):
            shop.run(shop.store.keyring.admit(dialect, secret, kind))


def test_ids_of_keys_are_unique_and_drawn_anew_until_they_are(shop: Shop) -> None:
    ring = shop.store.keyring
    keys = [new_key(shop) for _ in range(5)]

    assert 5 == len({key.id for key in keys}) == len({key.secret for key in keys})
    with pytest.raises(Conflict):
        shop.run(ring.plant_key("kole", caller(shop), keys[0].id, "another secret"))
    with pytest.raises(Conflict):
        shop.run(ring.issue_key("kole", caller(shop), spelled, lambda random: keys[0].id))
    shop.run(ring.plant_key("adobe", caller(shop), keys[0].id, "another secret"))


def test_keys_of_another_seller_are_out_of_reach(shop: Shop) -> None:
    ring, key = shop.store.keyring, new_key(shop, test=True)
    other = shop.run(shop.store.add_seller("other")).id

    for work in (ring.end_key(other, "kole", key.id), ring.set_live(other, "kole", key.id)):
        with pytest.raises(NotFound):
            shop.run(work)
    assert () == shop.run(ring.credentials(other))
    assert held(shop, key).caller.test


def test_a_demo_key_can_be_planted_again_but_not_over_another(shop: Shop) -> None:
    ring = shop.store.keyring
    for _ in range(2):
        assert "demo-1" == shop.run(ring.plant_key("kole", caller(shop), "X1", "demo-1")).secret

    assert 1 == len(shop.run(ring.credentials(shop.seller.id)))
    with pytest.raises(Conflict):
        shop.run(ring.plant_key("kole", caller(shop), "X1", "demo-2"))


def test_an_ended_key_stays_ended_whatever_else_is_done_to_it(shop: Shop) -> None:
    key = new_key(shop, test=True)
    ended(shop, key)
    shop.clock.forward()
    ended(shop, key)
    with pytest.raises(Conflict, match="has ended or expired"):
        shop.run(shop.store.keyring.set_live(shop.seller.id, "kole", key.id))

    (found,) = shop.run(shop.store.keyring.credentials(shop.seller.id))
    assert (NOON, True) == (found.ended, found.caller.test)
    assert not good(shop, key.secret)


# tokens


def test_a_token_says_whose_it_is_and_sees_what_its_key_sees(shop: Shop) -> None:
    other = shop.run(shop.store.add_seller("other")).id
    key = shop.run(shop.store.keyring.issue_key("kole", Caller(seller=other), spelled, account))
    token = issued(shop, held(shop, key))
    found = shop.run(shop.store.keyring.admit("kole", token, SESSION))

    assert other == SESSION.seller(token) == found.caller.seller
    assert (key.id, held(shop, key).caller) == (found.id, found.caller)
    mine = SESSION.make(shop.seller.id, SESSION.read(token)[4:])
    assert not good(shop, mine, SESSION)
    assert not good(shop, token, REFRESH)


def test_a_token_is_good_until_it_expires(shop: Shop) -> None:
    token = issued(shop, held(shop, new_key(shop)))
    shop.clock.forward(SESSION.lasts - timedelta(microseconds=1))
    assert good(shop, token, SESSION)
    shop.clock.forward(timedelta(microseconds=1))

    assert not good(shop, token, SESSION)


def test_a_token_ends_in_time_with_its_key(shop: Shop) -> None:
    ring, ends = shop.store.keyring, NOON + timedelta(minutes=1)
    key = shop.run(ring.issue_key("kole", caller(shop), spelled, account, expires=ends))
    token = issued(shop, held(shop, key))

    assert ends == shop.run(ring.admit("kole", token, SESSION)).expires
    shop.clock.forward(timedelta(minutes=1))
    assert not good(shop, token, SESSION)


def test_a_key_ends_with_all_its_tokens_and_with_no_others(shop: Shop) -> None:
    keys = [new_key(shop), new_key(shop)]
    tokens = [issued(shop, held(shop, key)) for key in keys]
    ended(shop, keys[0])

    assert [False, True] == [good(shop, key.secret) for key in keys]
    assert [False, True] == [good(shop, token, SESSION) for token in tokens]


def test_no_token_is_issued_for_a_key_that_has_ended_meanwhile(shop: Shop) -> None:
    ring, key = shop.store.keyring, new_key(shop)
    holder, refresh = held(shop, key), issued(shop, held(shop, key), REFRESH)
    ended(shop, key)

    for work in (
        ring.issue(holder, SESSION),
        ring.renew(holder, REFRESH, refresh, SESSION, REFRESH),
        ring.redeem(holder, CODE, "a code", SESSION, REFRESH),
    ):
        with pytest.raises(Unauthenticated):
            shop.run(work)


def test_a_key_goes_live_with_all_its_tokens(shop: Shop) -> None:
    key = new_key(shop, test=True)
    token = issued(shop, held(shop, key))
    shop.run(shop.store.keyring.set_live(shop.seller.id, "kole", key.id))

    assert not held(shop, key).caller.test
    assert not shop.run(shop.store.keyring.admit("kole", token, SESSION)).caller.test


def test_a_family_ends_as_one(shop: Shop) -> None:
    ring, holder = shop.store.keyring, held(shop, new_key(shop))
    session, other = issued(shop, holder), issued(shop, holder)
    child = issued(shop, shop.run(ring.admit("kole", session, SESSION)), REFRESH)
    for _ in range(2):
        shop.run(ring.end("kole", session, SESSION))
    shop.run(ring.end("kole", "never issued", SESSION))

    assert [False, False, True] == [
        good(shop, session, SESSION),
        good(shop, child, REFRESH),
        good(shop, other, SESSION),
    ]


Once = Callable[[Keyring, Credential, str], Awaitable[tuple[str, ...]]]


def renewed(ring: Keyring, holder: Credential, secret: str) -> Awaitable[tuple[str, ...]]:
    return ring.renew(holder, REFRESH, secret, SESSION, REFRESH)


def redeemed(ring: Keyring, holder: Credential, secret: str) -> Awaitable[tuple[str, ...]]:
    return ring.redeem(holder, CODE, secret, SESSION, REFRESH)


@pytest.mark.parametrize("once", [renewed, redeemed])
def test_what_is_spent_twice_ends_all_that_came_of_it(shop: Shop, once: Once) -> None:
    ring, holder = shop.store.keyring, held(shop, new_key(shop))
    spent = issued(shop, holder, REFRESH) if once is renewed else "a code"
    bystander = issued(shop, holder)
    session, refresh = shop.run(once(ring, holder, spent))
    second, again = shop.run(renewed(ring, holder, refresh))
    assert good(shop, session, SESSION)
    assert good(shop, second, SESSION)

    for _ in range(2):
        with pytest.raises(Unauthenticated):
            shop.run(once(ring, holder, spent))
    assert not good(shop, session, SESSION)
    assert not good(shop, second, SESSION)
    with pytest.raises(Unauthenticated):
        shop.run(renewed(ring, holder, again))
    assert good(shop, bystander, SESSION)


def test_of_those_who_spend_the_same_at_once_one_gets_something_and_nothing_stays_good(
    shop: Shop,
) -> None:
    ring, holder = shop.store.keyring, held(shop, new_key(shop))
    for secret, once in ((issued(shop, holder, REFRESH), renewed), ("a code", redeemed)):
        found = shop.gathered(*(once(ring, holder, secret) for _ in range(8)))
        given = [one for one in found if not isinstance(one, BaseException)]

        assert 7 == sum(isinstance(one, Unauthenticated) for one in found)
        assert [False] == [good(shop, session, SESSION) for session, _ in given]


def test_what_is_spent_by_another_key_or_too_late_ends_nothing(shop: Shop) -> None:
    ring, holder, other = shop.store.keyring, held(shop, new_key(shop)), held(shop, new_key(shop))
    refresh = issued(shop, holder, REFRESH)
    for secret in (refresh, "never issued"):
        with pytest.raises(Unauthenticated):
            shop.run(renewed(ring, other, secret))
    session, _ = shop.run(renewed(ring, holder, refresh))

    assert good(shop, session, SESSION)
    late = issued(shop, holder, REFRESH)
    shop.clock.forward(REFRESH.lasts)
    with pytest.raises(Unauthenticated):
        shop.run(renewed(ring, holder, late))


def test_of_too_many_tokens_the_oldest_goes(shop: Shop) -> None:
    holder, other = held(shop, new_key(shop)), held(shop, new_key(shop))
    bystander = issued(shop, other)
    tokens = []
    for _ in range(MOST + 2):
        shop.clock.forward(timedelta(seconds=1))
        tokens.append(issued(shop, holder))

    assert [False] * 2 + [True] * MOST == [good(shop, token, SESSION) for token in tokens]
    assert good(shop, bystander, SESSION)


def test_a_token_that_was_spent_goes_before_one_that_is_good(shop: Shop) -> None:
    ring, holder = shop.store.keyring, held(shop, new_key(shop))
    kept = issued(shop, holder, REFRESH)
    refresh = issued(shop, holder, REFRESH)
    for _ in range(MOST + 2):
        shop.clock.forward(timedelta(seconds=1))
        _, refresh = shop.run(renewed(ring, holder, refresh))

    assert good(shop, kept, REFRESH)
    assert MOST == tokens_of(shop, REFRESH)


def test_those_who_log_in_at_once_get_no_more_than_one_key_may_have(shop: Shop) -> None:
    ring, holder = shop.store.keyring, held(shop, new_key(shop))
    waiting = MOST + 30
    while waiting:
        # Each waits for its turn, but nobody for longer than a request may: they are told to come again.
        answers = shop.gathered(*(ring.issue(holder, SESSION) for _ in range(waiting)))
        errors = [one for one in answers if isinstance(one, BaseException)]
        assert all(isinstance(one, Upstream) for one in errors), errors
        assert len(errors) < waiting
        waiting = len(errors)

    assert MOST == tokens_of(shop, SESSION)


def test_expired_tokens_make_room_and_keys_stay(shop: Shop) -> None:
    ring = shop.store.keyring
    key = shop.run(ring.issue_key("kole", caller(shop), spelled, account, expires=NOON + HOUR))
    for _ in range(3):
        issued(shop, held(shop, key))
    shop.clock.forward(2 * SESSION.lasts)
    issued(shop, held(shop, new_key(shop)))

    assert 1 == tokens_of(shop, SESSION)
    assert 2 == len(shop.run(ring.credentials(shop.seller.id)))


def tokens_of(shop: Shop, kind: TokenKind) -> int:
    """Count the rows that a store has of a kind."""
    counted = f"SELECT count(*) FROM tokens WHERE kind = '{kind.name}'"
    match shop.backend:
        case MemoryBackend():
            return len([one for one in shop.backend.keys.tokens.values() if one.kind == kind.name])
        case SqliteBackend():
            with closing(sqlite3.connect(shop.backend.path)) as file:
                ((count,),) = file.execute(counted)
        case backend:
            assert isinstance(backend, BorrowedBackend | citus.BorrowedClusterBackend)
            ((count,),) = asked(backend.url, counted)
    return int(count)
