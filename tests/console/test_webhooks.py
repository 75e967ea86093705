"""The pages of webhooks: who may, what is shown once, what is sent again."""

from __future__ import annotations

import re

import pytest

from tests.console.conftest import Browser, Desk

PAGE = "/orderglot/live/acme/webhooks"
URL = "https://receiver.example/orders"


def added(browser: Browser, **form: object) -> str:
    """Add a webhook; gives its page."""
    answer = browser.post(PAGE, {"csrf": browser.token, "url": URL, **form})
    assert 200 == answer.status_code, answer.text
    found = re.search(rf'href="({PAGE}/wh-[^"]+)"', answer.text)
    assert found
    return found[1]


def test_a_webhook_is_added_and_its_secret_shown_once(desk: Desk) -> None:
    browser = desk.signed_in("admin")
    assert "Nothing is sent anywhere yet." in browser.get(PAGE).text

    answer = browser.post(PAGE, {"csrf": browser.token, "url": URL, "types": "order.created"})
    secret = re.search(r"whsec_[\w+/=]+", answer.text)
    assert secret
    assert "It is shown this one time." in answer.text
    (id,) = set(re.findall(r"wh-\w+", answer.text))
    for page in (PAGE, f"{PAGE}/{id}"):
        text = browser.get(page).text
        assert URL in text
        assert secret[0] not in text


def test_what_makes_no_sense_is_refused_in_a_sentence(desk: Desk) -> None:
    browser = desk.signed_in("admin")
    for form in ({"url": "ftp://x"}, {"url": URL, "filter": "total >"}, {"url": ""}):
        answer = browser.post(PAGE, {"csrf": browser.token, **form})
        assert 400 == answer.status_code
        assert "It was not added." in answer.text


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_an_admin_sees_webhooks(desk: Desk, role: str) -> None:
    page = added(desk.signed_in("admin"))
    browser = desk.signed_in(role)

    for where in (PAGE, page, f"{page}/1"):
        assert 403 == browser.get(where).status_code
        form = {"csrf": browser.token, "do": "remove", "sure": "yes", "url": URL}
        assert 403 == browser.post(where, form).status_code


def test_another_sellers_webhook_is_not_there(desk: Desk) -> None:
    browser = desk.signed_in("admin")
    page = added(browser).replace("/acme/", "/north/")

    assert 404 == browser.get(page).status_code
    assert 404 == browser.post(page, {"csrf": browser.token, "do": "roll"}).status_code


def test_a_webhook_is_paused_changed_rolled_and_removed(desk: Desk) -> None:
    browser = desk.signed_in("admin")
    page, token = added(browser), browser.token

    browser.post(page, {"csrf": token, "do": "pause"})
    assert "paused: by hand" in browser.get(page).text
    browser.post(page, {"csrf": token, "do": "resume"})
    assert "delivers" in browser.get(page).text
    there = re.search(r'name="version" value="(\d+)"', browser.get(page).text)
    assert there
    other = {"csrf": token, "do": "change", "url": f"{URL}2", "body": "thin"}
    browser.post(page, {**other, "version": there[1]})
    assert f"{URL}2" in browser.get(page).text
    assert 409 == browser.post(page, {**other, "url": URL, "version": there[1]}).status_code
    assert "whsec_" in browser.post(page, {"csrf": token, "do": "roll", "grace": "1h"}).text
    assert "signs as well until" in browser.get(page).text
    assert 409 == browser.post(page, {"csrf": token, "do": "roll", "grace": "long"}).status_code
    assert 409 == browser.post(page, {"csrf": token, "do": "remove"}).status_code
    assert 303 == browser.post(page, {"csrf": token, "do": "remove", "sure": "yes"}).status_code
    assert 404 == browser.get(page).status_code


def test_a_sample_is_sent_and_shown(desk: Desk) -> None:
    browser = desk.signed_in("admin")
    page, token = added(browser), browser.token
    message = browser.post(page, {"csrf": token, "do": "trigger", "type": "order.shipped"})
    text = browser.get(message.headers["location"]).text
    assert "A sample of order.shipped is on the way." in text

    found = re.search(rf'href="({page}/[^"]+)"', text)
    assert found
    assert "It has not been tried yet." in browser.get(found[1]).text
    assert 303 == browser.post(found[1], {"csrf": token}).status_code
    assert 404 == browser.get(f"{page}/none").status_code
    recovered = browser.post(page, {"csrf": token, "do": "recover", "since": "2024-01-01"})
    assert "on the way again" in browser.get(recovered.headers["location"]).text
    assert 409 == browser.post(page, {"csrf": token, "do": "recover", "since": "x"}).status_code
