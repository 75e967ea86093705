"""The hub's pages that describe its dialects."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from orderglot import dialects
from orderglot.faces.addressing import Addressing
from orderglot.hub.faces import faces
from orderglot.hub.openapi import described
from orderglot.stores.memory import MemoryStore
from orderglot.wire import json


def asked(
    path: str,
    *names: str,
    method: str = "GET",
    base: str = "http://orders.example",
    public: str = "",
) -> httpx2.Response:
    """Ask for a page of the whole ASGI application."""

    async def ask() -> httpx2.Response:
        application = faces(MemoryStore(), names, addressing=Addressing(public))
        line = httpx2.ASGITransport(application)
        async with httpx2.AsyncClient(transport=line, base_url=base) as client:
            return await client.request(method, path)

    return asyncio.run(ask())


@pytest.mark.parametrize("name", dialects.names())
def test_a_dialects_document_names_the_address_that_it_was_asked_at(name: str) -> None:
    answer = asked(f"/openapi/{name}.json", base="https://orders.example:8443")

    assert (200, "application/json") == (answer.status_code, answer.headers["content-type"])
    assert [{"url": "https://orders.example:8443"}] == answer.json()["servers"]
    assert described(name, "https://orders.example:8443") == json.read(answer.content)


def test_the_address_that_clients_know_goes_before_the_one_that_was_asked() -> None:
    answer = asked("/openapi/kole.json", public="https://public.example/")

    assert [{"url": "https://public.example"}] == answer.json()["servers"]


@pytest.mark.parametrize("name", ["klingon", "adobe", "%2e%2e%2fkole"])
def test_a_dialect_that_is_not_served_is_not_found(name: str) -> None:
    answer = asked(f"/openapi/{name}.json", "kole", "komet")

    assert 404 == answer.status_code
    assert answer.json()["error"].endswith("there are kole, komet.")


def test_a_document_is_only_read() -> None:
    assert 405 == asked("/openapi/kole.json", method="POST").status_code


def test_a_host_that_is_none_gets_no_document() -> None:
    async def ask() -> httpx2.Response:
        line = httpx2.ASGITransport(faces(MemoryStore()))
        async with httpx2.AsyncClient(transport=line, base_url="http://real.example") as client:
            return await client.get("/openapi/kole.json", headers={"host": 'x"><script>'})

    answer = asyncio.run(ask())
    assert (400, False) == (answer.status_code, "script" in answer.text)
