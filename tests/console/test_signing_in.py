"""Who comes into the console, how he stays there, and how he goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderglot.core.users import IDLE, Role
from tests.console.conftest import Browser, Desk

ORDERS = "/orderglot/live/acme/orders"
SECOND = timedelta(seconds=1)


def is_in(browser: Browser) -> bool:
    return 200 == browser.get(ORDERS).status_code


def test_without_a_session_every_way_in_leads_to_a_form(desk: Desk) -> None:
    browser = desk.browser()

    for path in ("/orderglot", "/orderglot/"):
        answer = browser.get(path)
        assert (303, "/orderglot/sign-in") == (answer.status_code, answer.headers["location"])
    form = browser.get("/orderglot/sign-in")
    assert '<form method="post"' in form.text
    assert "script-src 'self'" in form.headers["content-security-policy"]


def test_a_name_and_a_password_lead_to_where_somebody_wanted_to_go(desk: Desk) -> None:
    desk.user("ada", "viewer")
    browser = desk.browser()
    asked = browser.get(f"{ORDERS}?q=a%26b")

    answer = browser.sign_in("ada", where=asked.headers["location"].partition("sign-in")[2])

    assert (303, f"{ORDERS}?q=a%26b") == (answer.status_code, answer.headers["location"])
    assert is_in(browser)


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/",
        "//evil.example/",
        "/orderglot//evil.example",
        "/orderglot/\\evil.example",
        "/orderglot/../kole",
        "/other",
        "javascript:alert(1)",
        "/orderglot/x\r\nset-cookie: a=b",
    ],
)
def test_nobody_is_led_elsewhere(desk: Desk, where: str) -> None:
    desk.user("ada", "viewer")

    answer = desk.browser().send(
        "/orderglot/sign-in", name="ada", password="correct horse battery", next=where
    )

    assert 303 == answer.status_code
    assert answer.headers["location"] in ("/orderglot/", "/orderglot/../kole")


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong horse battery"), ("bob", "x" * 20), ("", ""), ("ada", "")]
)
def test_what_is_wrong_is_not_told_apart(desk: Desk, name: str, password: str) -> None:
    desk.user("ada", "viewer")
    browser = desk.browser()

    answer = browser.sign_in(name, password)

    assert 403 == answer.status_code
    assert "do not belong together" in answer.text
    assert not is_in(browser)


def test_who_tries_again_and_again_has_to_wait(desk: Desk) -> None:
    desk.user("ada", "viewer")
    browser = desk.browser()
    while (answer := browser.sign_in("ada", "wrong horse battery")).status_code == 403:
        pass

    assert 429 == answer.status_code
    assert int(answer.headers["retry-after"]) > 0
    assert 429 == browser.sign_in("ada").status_code
    desk.clock.forward(timedelta(minutes=5))
    assert 303 == browser.sign_in("ada").status_code


def test_a_link_signs_in_once_and_looking_at_it_spends_nothing(desk: Desk) -> None:
    code = desk.run(desk.store.users.link("root@desk"))
    browser, other = desk.browser(), desk.browser()
    browser.get(f"/orderglot/link?code={code}")

    answer = browser.send(f"/orderglot/link?code={code}")

    assert (303, "/orderglot/") == (answer.status_code, answer.headers["location"])
    assert is_in(browser)
    again = other.send(f"/orderglot/link?code={code}")
    assert 403 == again.status_code
    assert "good once" in again.text


def test_the_secret_of_a_session_is_not_that_from_before(desk: Desk) -> None:
    desk.user("ada", "viewer")
    browser = desk.browser()
    browser.get("/orderglot/sign-in")
    before = browser.client.cookies["orderglot"]

    browser.sign_in("ada")

    after = browser.client.cookies["orderglot"]
    assert before != after
    assert after not in browser.get(ORDERS).text
    browser.client.cookies.clear()
    browser.client.cookies["orderglot"] = before
    assert not is_in(browser)


def test_the_cookie_is_kept_from_scripts_and_under_tls_from_other_hosts(secure_desk: Desk) -> None:
    secure_desk.user("ada", "viewer")
    browser = secure_desk.browser(secure=True)

    cookie = browser.sign_in("ada").headers["set-cookie"]

    name, *flags = cookie.split("; ")
    assert name.startswith("__Host-orderglot=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} == set(flags)
    assert is_in(browser)


def test_who_goes_is_gone(desk: Desk) -> None:
    browser = desk.signed_in("viewer")
    cookie = browser.client.cookies["orderglot"]

    answer = browser.post("/orderglot/sign-out", {"csrf": browser.token})

    assert 303 == answer.status_code
    browser.client.cookies["orderglot"] = cookie
    assert not is_in(browser)


def test_who_does_nothing_has_to_sign_in_again_and_is_led_back(desk: Desk) -> None:
    browser = desk.signed_in("viewer")
    desk.clock.forward(IDLE)

    answer = browser.get(f"{ORDERS}?q=7")

    assert 303 == answer.status_code
    assert (
        "/orderglot/sign-in?next=%2Forderglot%2Flive%2Facme%2Forders%3Fq%3D7"
        == (answer.headers["location"])
    )


def test_a_cookie_is_found_among_others_however_they_are_joined(desk: Desk) -> None:
    browser = desk.signed_in("viewer")
    secret = browser.client.cookies["orderglot"]
    browser.client.cookies.clear()

    for joined in (f"a=b; orderglot={secret}", f"a=b, orderglot={secret}; c=d"):
        assert 200 == browser.get(ORDERS, cookie=joined).status_code
    for strange in (f"xorderglot={secret}", f"orderglot={secret}x", "orderglot=", "orderglot"):
        assert 303 == browser.get(ORDERS, cookie=strange).status_code


def test_times_are_shown_by_the_clock_that_somebody_chooses(desk: Desk) -> None:
    desk.order()
    browser = desk.signed_in("viewer")
    assert "21 May 2024 12:00" in browser.get(ORDERS).text

    form = {"csrf": browser.token, "zone": "Asia/Tokyo", "next": ORDERS}
    assert ORDERS == browser.post("/orderglot/you", form).headers["location"]

    page = browser.get(ORDERS).text
    assert "21 May 2024 21:00" in page
    assert 'title="2024-05-21 12:00:00 UTC"' in page
    refused = browser.post("/orderglot/you", form | {"zone": "Mars/Olympus"})
    assert 400 == refused.status_code
    assert "no time zone" in refused.text


def test_a_sign_in_is_an_act(desk: Desk) -> None:
    desk.signed_in(Role.VIEWER)

    newest = desk.run(desk.store.acts(0))[0]

    assert ("console.signed_in", "viewer-0", "127.0.0.1") == (newest.what, newest.who, newest.where)
