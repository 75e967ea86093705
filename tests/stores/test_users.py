"""Users of the console: what they may do, how their sessions end, and links that are good once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderglot.core.acts import Person
from orderglot.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from orderglot.core.users import IDLE, LINK, LONGEST, Role, demand_password, role_in
from tests.stores.shops import Shop

ADA = Person("ada", "desk-7")
STEP = timedelta(seconds=1)


def is_in(shop: Shop, secret: str) -> bool:
    try:
        shop.run(shop.store.users.session(secret))
    except Unauthenticated:
        return False
    return True


def test_a_user_is_there_once_by_name_with_a_role_for_each_seller(shop: Shop) -> None:
    users = shop.store.users
    shop.run(users.add("ada", "hash", {0: Role.VIEWER, 7: Role.ADMIN}))

    ada = shop.run(users.user("ada"))

    assert (Role.ADMIN, Role.VIEWER) == (role_in(ada.roles, 7), role_in(ada.roles, 8))
    assert role_in({7: Role.ADMIN}, 8) is None
    with pytest.raises(Conflict, match="already a user 'ada'"):
        shop.run(users.add("ada", "hash", {}))
    with pytest.raises(NotFound, match="no user 'bob'"):
        shop.run(users.user("bob"))
    with pytest.raises(Invalid, match="no name of a user"):
        shop.run(users.add("ada\n<b>", "hash", {}))


def test_each_role_may_what_those_before_it_may() -> None:
    viewer, operator, admin = (role.rights for role in Role)
    assert viewer < operator < admin


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 1025])
def test_a_password_that_keeps_nobody_out_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="12 to 1024 characters"):
        demand_password(password)


def test_a_session_ends_when_nothing_was_asked_for_an_hour(shop: Shop) -> None:
    users = shop.store.users
    shop.run(users.add("ada", "hash", {}))
    secret = shop.run(users.begin("ada", "ada"))

    shop.clock.forward(IDLE - STEP)
    assert is_in(shop, secret)
    shop.clock.forward(IDLE - STEP)
    assert is_in(shop, secret)
    shop.clock.forward(IDLE)
    assert not is_in(shop, secret)


def test_a_session_ends_in_the_end_however_much_is_asked(shop: Shop) -> None:
    users = shop.store.users
    shop.run(users.add("ada", "hash", {}))
    secret = shop.run(users.begin("ada", "ada"))
    began = shop.clock()

    while shop.clock() + IDLE - STEP < began + LONGEST:
        shop.clock.forward(IDLE - STEP)
        assert is_in(shop, secret)
    shop.clock.forward(IDLE - STEP)
    assert not is_in(shop, secret)


def test_no_secret_of_a_session_is_in_the_book(shop: Shop) -> None:
    users = shop.store.users
    secret = shop.run(users.begin("ada", "", "Europe/Berlin"))

    session, roles = shop.run(users.session(secret))

    assert ("ada", "", "Europe/Berlin") == (session.who, session.user, session.zone)
    assert {0: Role.ADMIN} == roles
    assert not is_in(shop, secret[:-1])
    shop.run(users.end(secret))
    shop.run(users.end(secret))
    assert not is_in(shop, secret)


@pytest.mark.parametrize("how", ["password", "roles", "removed"])
def test_what_changes_a_user_ends_his_sessions(shop: Shop, how: str) -> None:
    users = shop.store.users
    shop.run(users.add("ada", "hash", {0: Role.ADMIN}))
    before = shop.run(users.begin("ada", "ada"))
    shop.clock.forward(STEP)

    if how == "password":
        shop.run(users.change("ada", password="other"))
    elif how == "roles":
        shop.run(users.change("ada", roles={0: Role.VIEWER}))
    else:
        shop.run(users.remove("ada"))

    assert not is_in(shop, before)
    if how != "removed":
        assert is_in(shop, shop.run(users.begin("ada", "ada")))


def test_a_link_signs_in_once_and_for_a_quarter_of_an_hour(shop: Shop) -> None:
    users = shop.store.users
    first, late = shop.run(users.link("root@desk")), shop.run(users.link("root@desk"))

    session = shop.run(users.follow(first))

    assert is_in(shop, session)
    for link in (first, "", "x" * 43):
        with pytest.raises(Unauthenticated, match="good once"):
            shop.run(users.follow(link))
    shop.clock.forward(LINK)
    with pytest.raises(Unauthenticated, match="good once"):
        shop.run(users.follow(late))
    with pytest.raises(NotFound):
        shop.run(users.link("root@desk", "nobody"))


def test_what_is_done_to_users_is_written_down_without_their_passwords(shop: Shop) -> None:
    users = shop.store.acting(ADA).users
    shop.run(users.add("bob", "secret-hash", {0: Role.VIEWER}))
    shop.run(users.change("bob", password="other-hash"))
    shop.run(users.link("ada", "bob"))
    shop.run(users.begin("bob", "bob"))
    shop.run(users.remove("bob"))

    acts = shop.run(shop.store.acts(0))

    assert [
        "console.user_removed",
        "console.signed_in",
        "console.link_made",
        "console.user_changed",
        "console.user_added",
    ] == [act.what for act in acts]
    assert "hash" not in repr(acts)
