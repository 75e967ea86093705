"""What a client makes of answers in the words and types of the vendor's other pages."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from orderglot.core import errors
from orderglot.core.errors import KINDS, HubError
from orderglot.dialects.komet.faults import FAULTS
from orderglot.dialects.komet.orders import DETAILS_LIST, Details
from orderglot.dialects.komet.resources import Which
from orderglot.wire.message import Request, Response

ASK = Details(which=Which(customer="1", order="2"))


def response_of(code: int = 200, /, **members: Any) -> Response:
    return Response(status=code, body=json.dumps(members).encode())


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Orders not found.", errors.NotFound),
        ("Products not found.", errors.NotFound),
        ("The authenticationToken is not valid.", errors.Unauthenticated),
        ("Token not found.", errors.Unauthenticated),
        ("Invalid user name or password.", errors.Unauthenticated),
        ("You do not have permission to use this method.", errors.Forbidden),
        ("You are not authorized.", errors.Forbidden),
        ("You have exceeded the daily limit of requests.", errors.TooMany),
        ("The web order was already checked out.", errors.Conflict),
        ("This operation is not supported.", errors.Unsupported),
        ("Internal error.", errors.Upstream),
        ("customerId is required.", errors.Invalid),
        ("", errors.Invalid),
    ],
)
@pytest.mark.parametrize("status", [0, "0"], ids=repr)
def test_a_no_is_guessed_from_its_words(message: str, kind: type[HubError], status: Any) -> None:
    error = FAULTS.read(response_of(message=message, status=status))

    assert kind is type(error)


@pytest.mark.parametrize("kind", KINDS)
def test_words_that_mean_something_else_do_not_mislead(kind: type[HubError]) -> None:
    confusing = "The token was not found, and the limit is already exceeded."
    error = errors.Invalid(message=confusing) if kind is errors.Invalid else kind(confusing)

    again = FAULTS.read(FAULTS.write(error, Request(method="GET", path="/")))

    assert again is not None
    assert (kind, confusing) == (type(again), again.message)


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (Response(status=502, body=b"<html>"), errors.Upstream),
        (Response(status=401), errors.Unauthenticated),
        (Response(status=404, body=b"{}"), errors.NotFound),
        (Response(status=413), errors.Invalid),
        (response_of(500, message="Web Orders not found.", status=0), errors.NotFound),
        (response_of(message="Boxtype not found."), errors.NotFound),
    ],
)
def test_a_refusal_is_understood_in_any_form(response: Response, kind: type[HubError]) -> None:
    assert kind is type(FAULTS.read(response))


@pytest.mark.parametrize("status", [1, "1", True], ids=repr)
def test_a_yes_may_be_quoted(status: Any) -> None:
    assert FAULTS.read(response_of(message="OK", status=status)) is None
    assert FAULTS.read(response_of(locations=[])) is None


def test_quoted_numbers_and_the_tables_spelling_are_read() -> None:
    item = {"quantity": "1", "price": "7.5", "deliveryBy": "2017-06-29", "webOrderItemType": "1"}
    order = {"id": "48", "statusId": "2", "subtotal": "15", "items": [item]}

    (read,) = DETAILS_LIST.response.read(response_of(status="1", webOrders=[order]), ASK)

    assert ("48", Decimal(15)) == (read.references[0].id, read.totals.subtotal)
    assert (1, "prebook", date(2017, 6, 29)) == (
        *(read.lines[0].quantity, read.lines[0].type),
        read.lines[0].deliver_by,
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"status":1}'])
def test_what_has_no_web_order_is_no_answer(body: bytes) -> None:
    with pytest.raises(errors.Invalid):
        DETAILS_LIST.response.read(Response(status=200, body=body), ASK)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"statusId": 3}, "webOrders[1].statusId"),
        (
            {"items": [{"webOrderItemType": 2}]},
            "webOrders[1].items[1].webOrderItemType",
        ),
    ],
    ids=repr,
)
def test_a_code_that_nobody_knows_is_refused(members: dict[str, Any], field: str) -> None:
    body = response_of(status=1, message="OK", webOrders=[{"id": 1, "statusId": 1, **members}])

    with pytest.raises(errors.Invalid) as refusal:
        DETAILS_LIST.response.read(body, ASK)

    assert field in [problem.field for problem in refusal.value.problems]
