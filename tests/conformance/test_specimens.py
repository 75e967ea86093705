"""Law 3: specimens are the truth. The server answers so, and the client reads it so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import OPEN, Caller
from orderglot.core.order import HUB, Order, Reference, extra, native
from orderglot.core.query import Page
from orderglot.faces.server import NOBODY, Server
from orderglot.hub.retrying import Retries
from orderglot.wire.loss import carried
from orderglot.wire.message import Response
from tests.conformance.implementations import Shop
from tests.conformance.specimens import (
    Specimen,
    book_of,
    placements_over,
    provoked,
    shelve,
    specimens_of,
    welcome,
)
from tests.conformance.structure import structure

EVERY = [specimen for name in dialects.names() for specimen in specimens_of(name)]
PROVOKED = [specimen for name in dialects.names() for specimen in provoked(name)]
UNPROVOKED = [specimen for specimen in EVERY if specimen not in PROVOKED]
WELCOME = [specimen for name in dialects.names() for specimen in welcome(name)]
CREATED = [
    specimen
    for specimen in WELCOME
    if specimen.operation
    and specimen.operation.endpoint.idempotent
    and specimen.orders
    and specimen.orders.id
]


def id_of(specimen: Specimen) -> str:
    return f"{specimen.dialect.name}-{specimen.name}"


async def server_of(specimen: Specimen, shop: Shop) -> tuple[Server, int]:
    """Give a server that holds the specimen's book, and its seller."""
    dialect = specimen.dialect
    store = shop.store(lambda: book_of(dialect.name).now)
    seller = await shelve(store, dialect)
    return Server(dialect, store, retries=Retries(store), placements=placements_over(store)), seller


def assert_says(expected: Response, response: Response) -> None:
    """Hold an answer against a specimen's: status, the headers given, the body's structure."""
    assert expected.status == response.status, response.body
    given = {name: response.headers.get(name) for name in expected.headers}
    assert expected.headers == given
    assert structure(expected) == structure(response)


@pytest.mark.parametrize("specimen", PROVOKED, ids=id_of)
def test_the_server_asked_so_answers_so(specimen: Specimen, shop: Shop) -> None:
    async def ask() -> Response:
        server, _ = await server_of(specimen, shop)
        return await server(specimen.request)

    assert_says(specimen.response, shop.run(ask()))


@pytest.mark.parametrize("specimen", UNPROVOKED, ids=id_of)
def test_what_no_request_brings_about_is_spelled_so(specimen: Specimen) -> None:
    faults = specimen.dialect.faults

    error = faults.read(specimen.response)

    assert error is not None
    assert_says(specimen.response, faults.write(error, specimen.request))


@pytest.mark.parametrize("specimen", WELCOME, ids=id_of)
def test_the_client_reads_the_answer_to_its_orders(specimen: Specimen, tmp_path: Path) -> None:
    operation, expected = specimen.operation, specimen.orders
    assert operation is not None
    ask = read_ask(specimen, Shop("memory", tmp_path))

    answer = operation.response.read(specimen.response, ask)

    if specimen in CREATED:
        known = carried(expected, specimen.dialect.name, specimen.dialect.can)
        assert answer in (Order(references=known.references), known)
    else:
        assert expected == orders_by(answer)


def read_ask(specimen: Specimen, shop: Shop) -> Any:
    """Hear the request as the server does."""
    operation = specimen.operation
    assert operation is not None

    async def read() -> Any:
        server, _ = await server_of(specimen, shop)
        route = server.routes.find(specimen.request.method, specimen.request.path)
        assert operation is route.operation
        request = replace(specimen.request, params=route.params)
        if operation.endpoint.right == OPEN:
            return operation.request.read(request, NOBODY)
        caller = await specimen.dialect.auth.identify(request, server.store.keyring)
        return operation.request.read(request, caller)

    return shop.run(read())


def orders_by(answer: Any) -> Any:
    """Give the order or the orders of an answer, None where it has none."""
    if isinstance(answer, Page):
        return answer.orders
    if isinstance(answer, Order):
        return answer
    if isinstance(answer, tuple) and all(isinstance(one, Order) for one in answer):
        return answer
    return None


@pytest.mark.parametrize("specimen", CREATED, ids=id_of)
def test_what_was_created_stands_so_in_the_book(specimen: Specimen, shop: Shop) -> None:
    async def created() -> Order:
        server, seller = await server_of(specimen, shop)
        await server(specimen.request)
        whole = server.store.of(Caller(seller=seller, test=True))
        name = specimen.dialect.name
        return await whole.get(Reference(name, native(specimen.orders, name)))

    assert specimen.orders == without_hubs_memory(shop.run(created()))


def without_hubs_memory(order: Order) -> Order:
    """Leave out what the hub alone remembers of an order, which no specimen can say."""
    hubs = extra(order, HUB)
    return replace(
        order,
        extras={k: v for k, v in order.extras.items() if k.removeprefix(f"{HUB}.") not in hubs},
    )


@pytest.mark.parametrize(
    "specimen", [specimen for specimen in EVERY if specimen not in WELCOME], ids=id_of
)
def test_a_refusal_speaks_of_no_order(specimen: Specimen) -> None:
    assert specimen.orders is None
    assert specimen.dialect.faults.read(specimen.response) is not None


@pytest.mark.parametrize("specimen", EVERY, ids=id_of)
def test_a_specimens_answer_is_well_formed(specimen: Specimen) -> None:
    assert (structure(specimen.response) is None) is (specimen.response.body == b"")
