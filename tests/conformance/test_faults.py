"""Law 5: faults cross over. Each error has a wire form in each dialect and reads back as itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core import errors
from orderglot.core.errors import KINDS, HubError, Invalid, Problem, Rule
from orderglot.core.order import Reference
from orderglot.core.query import Window
from orderglot.faces.client import Client
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.conformance.callers import clock_of, site
from tests.conformance.implementations import NEEDS, credentials_of, draft_of
from tests.conformance.specimens import specimens_of
from tests.conformance.structure import structure

PROBLEMS = (
    Problem("po_number", Rule.LENGTH, "This may have 20 characters, not 25."),
    Problem("items.item[2].quantity", Rule.PACK, "25 is not a multiple of 24.", 2),
    Problem("ship_to.state", Rule.CHOICE, "'<&>' is not one of \"CA\", 'NV'."),
)
ERRORS: dict[str, HubError] = {
    "Invalid": Invalid(PROBLEMS[0]),
    "Invalid, of several fields": Invalid(*PROBLEMS),
    "Invalid, of no field": Invalid(message="This makes no sense; send it in full."),
    "NotFound": errors.NotFound("There is no order '7' here; check the id."),
    "Conflict": errors.Conflict("Somebody was faster; read it again."),
    "Unauthenticated": errors.Unauthenticated("Send your key."),
    "Forbidden": errors.Forbidden("This account may not create orders."),
    "TooMany": errors.TooMany("Too often; wait.", retry_after=17),
    "Unsupported": errors.Unsupported("That is not offered.", allow=("GET", "POST")),
    "Upstream": errors.Upstream("The order book does not answer.", retry_after=23),
}


def test_every_kind_of_error_is_tried() -> None:
    assert set(KINDS) == {type(error) for error in ERRORS.values()}


def asked(name: str) -> list[Request]:
    """Give a request for each of the media types that specimens ask for, and one that does not."""
    requests = {media_of(one.request): one.request for one in specimens_of(name)}
    bare = replace(next(iter(requests.values())), headers={})
    return list({"nothing": bare, **requests}.values())


def media_of(request: Request) -> str:
    return request.headers.get("accept", "nothing")


FAULTS = [
    pytest.param(name, request, error, id=f"{name}-{media_of(request)}-{kind}")
    for name in dialects.names()
    for request in asked(name)
    for kind, error in ERRORS.items()
]


@pytest.mark.parametrize(("name", "request_", "error"), FAULTS)
def test_an_error_reads_back_as_the_same_kind(
    name: str, request_: Request, error: HubError
) -> None:
    faults = dialects.dialect(name).faults
    response = faults.write(error, request_)
    read = faults.read(response)

    assert type(error) is type(read)
    assert structure(response) is not None
    assert fields_of(read) in (fields_of(error), [])
    assert bounds_of(error) == bounds_of(read)


def fields_of(error: HubError | None) -> list[tuple[str, Rule]]:
    """Give the fields and rules that an error tells of."""
    problems = error.problems if isinstance(error, Invalid) else ()
    return sorted((problem.field, problem.rule) for problem in problems)


def bounds_of(error: HubError | None) -> Any:
    """Give what HTTP itself says of an error: when to come back, and what is offered instead."""
    match error:
        case errors.TooMany() | errors.Upstream():
            return error.retry_after
        case errors.Unsupported():
            return error.allow
        case _:
            return None


@pytest.mark.parametrize(("name", "request_", "error"), FAULTS)
def test_a_person_can_read_why(name: str, request_: Request, error: HubError) -> None:
    faults = dialects.dialect(name).faults
    read = faults.read(faults.write(error, request_))

    assert read is not None
    reasons = [one.reason for one in error.problems] if isinstance(error, Invalid) else []
    for reason in reasons or [error.message]:
        assert reason in read.message


@pytest.mark.parametrize("name", dialects.names())
def test_two_kinds_never_look_alike(name: str) -> None:
    faults = dialects.dialect(name).faults
    plain = [
        kind("One message.") if kind is not Invalid else Invalid(message="One message.")
        for kind in KINDS
    ]
    for request in asked(name):
        written = [repr(faults.write(error, request)) for error in plain]

        assert len(KINDS) == len(set(written))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize("name", dialects.names())
@given(draw=st.data())
def test_whatever_a_message_says_it_crosses_over(name: str, draw: st.DataObject) -> None:
    faults = dialects.dialect(name).faults
    request = draw.draw(st.sampled_from(asked(name)))
    kind = draw.draw(st.sampled_from(KINDS))
    problem = Problem(draw.draw(TEXT), draw.draw(st.sampled_from(Rule)), draw.draw(TEXT))
    error = Invalid(problem) if kind is Invalid else kind(draw.draw(TEXT))

    response = faults.write(error, request)

    structure(response)
    assert type(error) is type(faults.read(response))
    assert all("\n" not in value and "\r" not in value for value in response.headers.values())


def test_what_the_vendor_says_yes_to_is_no_error(dialect: Dialect) -> None:
    found = {
        specimen.name: dialect.faults.read(specimen.response)
        for specimen in specimens_of(dialect.name)
        if specimen.orders is not None
    }

    assert found
    assert {None} == set(found.values())


def refusals(status: int) -> list[Response]:
    """Give what proxies and load balancers answer in a vendor's place."""
    page = b"<html><body><h1>Bad Gateway</h1><hr>nginx</body></html>"
    return [
        Response(status=status),
        Response(status=status, headers={"content-type": "text/html"}, body=page),
        Response(status=status, headers={"content-type": "application/json"}, body=b'{"a": 1}'),
        Response(status=status, headers={"content-type": "application/json"}, body=b"["),
        Response(status=status, headers={"content-type": "application/xml"}, body=b"<a/>"),
        Response(status=status, headers={"content-type": "text/plain"}, body=b"\xff\x00"),
    ]


FOREIGN = {
    400: Invalid,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.Unsupported,
    409: errors.Conflict,
    429: errors.TooMany,
    500: errors.Upstream,
    502: errors.Upstream,
    503: errors.Upstream,
    504: errors.Upstream,
}


@pytest.mark.parametrize(("status", "kind"), FOREIGN.items())
def test_a_refusal_that_is_not_the_vendors_goes_by_its_status(
    dialect: Dialect, status: int, kind: type[HubError]
) -> None:
    for response in refusals(status):
        error = dialect.faults.read(response)

        assert kind is type(error), response


OFFERED = [
    (name, need)
    for name in dialects.names()
    for need in NEEDS
    if getattr(dialects.dialect(name).flows, need)
]


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize(("name", "need"), OFFERED)
def test_a_client_raises_what_its_vendor_says(name: str, need: str, error: HubError) -> None:
    dialect = dialects.dialect(name)
    asks = {"place": draft_of(name), "page": Window()}

    async def flow() -> None:
        at = await site(dialect)

        async def refuse(request: Request) -> Response:
            return dialect.faults.write(error, request)

        client = Client(dialect, refuse, credentials_of(dialect, at.owner), clock_of(dialect))
        await getattr(client, need)(asks.get(need, Reference(name, "7")))

    with pytest.raises(type(error)):
        asyncio.run(flow())
