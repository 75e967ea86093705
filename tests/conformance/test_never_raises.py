"""Law 4: a face never raises. Whatever comes gets a well-formed answer of the vendor's kind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import HubError
from orderglot.core.order import Order, Reference
from orderglot.core.query import Window
from orderglot.faces.client import Client
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.conformance.callers import Credentials, clock_of, creations, site, without_proof
from tests.conformance.implementations import NEEDS, STORES, Shop, draft_of
from tests.conformance.random_requests import mangled, nested, requests, responses, revalued
from tests.conformance.specimens import welcome
from tests.conformance.structure import structure

pytestmark = pytest.mark.long

MORE = settings(max_examples=settings().max_examples * 5)
FEWER = settings(max_examples=max(1, settings().max_examples // 10))
TRACES = (b"Traceback", b'File "', b".py", b"Error:", b"orderglot.", b"<class", b"object at 0x")


async def answered(dialect: Dialect, request: Request, *, proven: bool) -> Response:
    """Ask a fresh server; whatever it refuses must have left its book as it was."""
    at = await site(dialect)
    before = await at.orders()
    response = await (at.ask(request, at.owners()) if proven else at.server(request))
    if response.status >= 400:
        assert before == await at.orders()
    return response


def assert_well_formed(dialect: Dialect, request: Request, response: Response) -> None:
    """Hold an answer against what any answer must be."""
    assert 200 <= response.status < 500, response
    error = dialect.faults.read(response)
    assert response.status < 400 or error is not None
    for name, value in response.headers.items():
        assert name == name.lower()
        assert value.encode("latin-1").isascii() or value.isprintable()
        assert not set(value) & set("\r\n\0")
    structure(response)
    # What was sent may be shown again.
    assert not [one for one in TRACES if one in response.body and one not in request.body]


@pytest.mark.parametrize("name", dialects.names())
@MORE
@given(draw=st.data(), proven=st.booleans())
def test_whatever_is_asked_is_answered(name: str, draw: st.DataObject, proven: bool) -> None:
    dialect = dialects.dialect(name)
    request = draw.draw(requests(name))

    response = asyncio.run(answered(dialect, request, proven=proven))

    assert_well_formed(dialect, request, response)


@pytest.mark.parametrize("name", dialects.names())
@MORE
@given(draw=st.data())
def test_whatever_is_sent_to_be_created_is_answered(name: str, draw: st.DataObject) -> None:
    dialect = dialects.dialect(name)
    specimen = draw.draw(st.sampled_from(creations(name)))
    body = draw.draw(mangled(specimen.request.body))

    request = replace(specimen.request, body=body)

    response = asyncio.run(answered(dialect, request, proven=True))

    assert_well_formed(dialect, request, response)


@pytest.mark.parametrize("name", dialects.names())
@FEWER
@given(draw=st.data())
def test_a_file_answers_it_as_memory_does(
    name: str, tmp_path_factory: pytest.TempPathFactory, draw: st.DataObject
) -> None:
    dialect = dialects.dialect(name)
    specimen = draw.draw(st.sampled_from(creations(name)))
    bodies = draw.draw(st.lists(mangled(specimen.request.body), min_size=10, max_size=10))

    async def ask(shop: Shop) -> list[Response]:
        at = await site(dialect, shop.store(clock_of(dialect)))
        return [await at.server(replace(specimen.request, body=body)) for body in bodies]

    folders = [tmp_path_factory.mktemp(kind) for kind in STORES]
    shops = map(Shop, STORES, folders)
    first, *others = [shop.run(ask(shop)) for shop in shops]
    assert [first] * len(others) == others


DEPTHS = (1, 10, 30, 31, 32, 33, 100, 400, *range(880, 1_000, 6), 2_000)


@pytest.mark.parametrize("name", dialects.names())
def test_however_deep_a_value_is_it_is_answered(name: str) -> None:
    dialect = dialects.dialect(name)
    for specimen in creations(name):
        for depth in DEPTHS:
            deep = revalued(specimen.request.body, 5, "DEEP").replace(
                b'"DEEP"', b"[" * depth + b"]" * depth
            )
            request = replace(specimen.request, body=deep)
            response = asyncio.run(answered(dialect, request, proven=True))

            assert_well_formed(dialect, request, response)


def test_every_operation_answers_without_credentials_of_any_kind(dialect: Dialect) -> None:
    for specimen in welcome(dialect.name):
        request = without_proof(dialect, specimen.request)
        for headers in ({}, {"authorization": ""}, {"authorization": "Basic"}, {"cookie": "a=b"}):
            bare = replace(request, headers={**request.headers, **headers})
            response = asyncio.run(answered(dialect, bare, proven=False))

            assert_well_formed(dialect, request, response)


ASKS = {"place": Order(), "page": Window(), "get": Reference("", "1"), "linked": Reference("", "1")}


OFFERED = [
    (name, need)
    for name in dialects.names()
    for need in NEEDS
    if getattr(dialects.dialect(name).flows, need)
]


@pytest.mark.parametrize(("name", "need"), OFFERED)
@given(draw=st.data())
def test_whatever_a_vendor_answers_the_client_reads_it_or_says_why_not(
    name: str, need: str, draw: st.DataObject
) -> None:
    dialect = dialects.dialect(name)
    answers = draw.draw(st.lists(responses(name), min_size=1, max_size=3))
    credentials = owners(name)

    async def flow() -> None:
        coming = iter(answers * 4)

        async def send(request: Request) -> Response:
            return next(coming, answers[0])

        client = Client(dialect, send, credentials, clock_of(dialect))
        ask = draft_of(name) if need == "place" else ASKS[need]
        with suppress(HubError):
            await getattr(client, need)(ask)

    asyncio.run(flow())


@cache
def owners(name: str) -> Credentials:
    """Give the credentials of whom a dialect's specimens speak of."""
    return asyncio.run(site(dialects.dialect(name))).owners()


def test_the_wild_is_wild_enough() -> None:
    assert b"[[[" in revalued(b'{"a": {"b": 1}}', 1, nested(2))
    assert b"<a>x</a>" == revalued(b"<a>1</a>", 0, "x")
