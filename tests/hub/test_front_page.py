"""The page at ``/``: for browsers, and for nobody else."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from hashlib import sha256

import httpx2
import pytest

from orderglot import dialects
from orderglot.faces.addressing import Addressing
from orderglot.hub.faces import faces
from orderglot.stores.memory import MemoryStore

CHROMIUM = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LINKS = "application/vnd.koleimports.ds.link+xml"


def asked(
    accept: str | None,
    *names: str,
    method: str = "GET",
    path: str = "/",
    public: str = "",
    **headers: str,
) -> httpx2.Response:
    async def ask() -> httpx2.Response:
        line = httpx2.ASGITransport(faces(MemoryStore(), names, addressing=Addressing(public)))
        sent = {"accept": accept, **headers} if accept is not None else headers
        async with httpx2.AsyncClient(transport=line, base_url="http://orders.example") as client:
            if accept is None:
                del client.headers["accept"]
            return await client.request(method, path, headers=sent)

    return asyncio.run(ask())


@pytest.mark.parametrize("accept", [CHROMIUM, FIREFOX, "text/html", "TEXT/HTML;q=0.2"])
def test_a_browser_gets_a_page_that_says_what_this_is(accept: str) -> None:
    answer = asked(accept)

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    for name in dialects.names():
        assert dialects.dialect(name).title in answer.text
        assert f'href="http://orders.example/openapi/{name}.json"' in answer.text
    assert "<code>http://orders.example</code>" in answer.text
    assert "accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        LINKS,
        f"{LINKS}, text/html;q=0.5",
        f"{LINKS}, text/html",
        "application/json, text/html;q=0.9, */*;q=0.1",
        "*/*, text/html;q=0.5",
        "text/html;q=0",
        "text/*",
        "application/xhtml+xml",
    ],
)
def test_a_client_gets_what_the_vendor_says(accept: str | None) -> None:
    answer = asked(accept)

    assert 401 == answer.status_code
    assert "html" not in answer.headers["content-type"]


def test_a_client_that_shows_a_key_gets_what_the_vendor_says() -> None:
    assert 401 == asked("text/html, image/gif, *; q=.2", authorization="Basic QTpC").status_code


def test_no_other_path_is_the_browsers() -> None:
    assert "text/html" not in asked(CHROMIUM, path="/orders").headers["content-type"]


def test_the_page_is_only_read() -> None:
    assert 405 == asked("text/html", method="POST").status_code
    head = asked("text/html", method="HEAD")
    assert (200, "") == (head.status_code, head.text)


def test_the_page_shows_the_dialects_that_are_served_and_the_public_address() -> None:
    answer = asked("text/html", "adobe", public="https://hub.example/shop")

    assert "Adobe Commerce Partner API" in answer.text
    assert "Kole" not in answer.text
    assert 'href="https://hub.example/shop/openapi/adobe.json"' in answer.text


def test_where_kole_is_not_served_others_than_browsers_find_nothing() -> None:
    assert 404 == asked("*/*", "adobe").status_code


def test_the_page_may_do_nothing_but_show_its_own_style() -> None:
    answer = asked("text/html")

    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<script|\son\w+=|style=|src=", answer.text)
