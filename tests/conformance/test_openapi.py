"""Law 8: what a dialect declares is what it says. Its OpenAPI document is valid, whole and true."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from orderglot import dialects
from orderglot.core.caller import OPEN
from orderglot.core.errors import HubError, NotFound, Unsupported
from orderglot.core.order import Order, Reference, native
from orderglot.core.query import Window
from orderglot.core.unknown_members import without_unknown
from orderglot.faces.client import Client
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.conformance.callers import site
from tests.conformance.implementations import draft_of
from tests.conformance.openapi_checks import documented, hold_request, hold_response
from tests.conformance.specimens import Specimen, provoked, welcome
from tests.conformance.test_faults import ERRORS
from tests.conformance.test_wire import broadest, client_of, kept
from tests.strategies import orders

EVERY = [
    one
    for name in dialects.names()
    for one in provoked(name)
    if one.operation and one.request.method == one.operation.endpoint.method
]
WELCOME = [one for name in dialects.names() for one in welcome(name) if one.operation]
ORDERS = orders(test=st.just(False), deleted=st.none()).map(without_unknown)
FEWER = settings(max_examples=max(1, settings().max_examples // 4))


def id_of(specimen: Specimen) -> str:
    return f"{specimen.dialect.name}-{specimen.name}"


def test_a_document_is_valid(dialect: Dialect) -> None:
    made = documented(dialect.name)

    assert [] == [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(made)]
    for schema in made["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_every_operation_is_in_it_at_every_path(dialect: Dialect) -> None:
    calls = {
        (method.upper(), path)
        for path, methods in documented(dialect.name)["paths"].items()
        for method in methods
    }

    assert calls == {
        (one.endpoint.method, path) for one in dialect.operations for path in one.endpoint.paths
    }


def test_every_operation_says_what_it_does_and_gives(dialect: Dialect) -> None:
    for methods in documented(dialect.name)["paths"].values():
        for call in methods.values():
            assert call["summary"]
            assert [status for status in call["responses"] if status < "300"]
    for operation in dialect.operations:
        assert operation.response.shapes, operation.name


def test_what_needs_a_caller_says_how_to_prove_it(dialect: Dialect) -> None:
    for one in dialect.operations:
        call = documented(dialect.name)["paths"][one.endpoint.paths[0]][one.endpoint.method.lower()]
        assert (one.endpoint.right == OPEN) is (call["security"] == [])


def test_no_operation_has_the_name_of_another(dialect: Dialect) -> None:
    paths = documented(dialect.name)["paths"].values()
    names = [call["operationId"] for methods in paths for call in methods.values()]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("specimen", WELCOME, ids=id_of)
def test_a_request_that_is_welcome_is_as_the_document_says(specimen: Specimen) -> None:
    hold_request(specimen.dialect, specimen.request, strange=True)


@pytest.mark.parametrize("specimen", EVERY, ids=id_of)
def test_an_answer_is_as_the_document_says(specimen: Specimen) -> None:
    hold_response(specimen.dialect, specimen.request, specimen.response)


@pytest.mark.parametrize("error", ERRORS)
def test_every_refusal_is_as_the_document_says(dialect: Dialect, error: str) -> None:
    if isinstance(ERRORS[error], Unsupported):
        return
    for specimen in welcome(dialect.name):
        request = replace(specimen.request, at=None)
        response = dialect.faults.write(ERRORS[error], request)

        hold_response(dialect, request, response)


def listened(dialect: Dialect, client: Client) -> Client:
    """Let a client flow; what goes over its line, but for what is refused, is as documented."""
    send = client.send

    async def check(request: Request) -> Response:
        response = await send(request)
        if dialect.faults.read(response) is None:
            hold_request(dialect, request)
        hold_response(dialect, request, response)
        return response

    client.send = check
    return client


@pytest.mark.parametrize("name", dialects.names())
@FEWER
@given(order=ORDERS)
def test_whatever_a_client_does_with_an_order_is_as_the_document_says(
    name: str, order: Order
) -> None:
    dialect = dialects.dialect(name)

    async def work() -> None:
        at, client = await client_of(dialect)
        there = await kept(at, order)
        ref = Reference(name, native(there, name))
        flows = listened(dialect, client)
        for need, ask in (("get", ref), ("page", Window(limit=2)), ("linked", ref)):
            if getattr(dialect.flows, need):
                # What a wire has no name for is not found, and that, too, is as documented.
                with suppress(NotFound):
                    await getattr(flows, need)(ask)

    asyncio.run(work())


@pytest.mark.parametrize(
    "name", [name for name in dialects.names() if dialects.dialect(name).flows.place]
)
@FEWER
@given(order=ORDERS)
def test_whatever_a_client_places_is_sent_as_the_document_says(name: str, order: Order) -> None:
    dialect = dialects.dialect(name)
    draft = draft_of(name)

    async def work() -> None:
        at = await site(dialect)
        credentials, _ = broadest(at)
        client = listened(dialect, Client(dialect, at.server, credentials, at.store.now))
        sent = replace(draft, po_number=order.po_number, notes=order.notes)
        with suppress(HubError):
            await client.place(sent)

    asyncio.run(work())
