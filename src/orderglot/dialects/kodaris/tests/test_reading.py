"""What a client makes of answers that are not in our form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderglot.core.errors import Forbidden, HubError, Invalid, NotFound, Unauthenticated, Upstream
from orderglot.core.order import Order, Reference
from orderglot.core.values import Status
from orderglot.dialects.kodaris.faults import FAULTS
from orderglot.dialects.kodaris.orders import LINKED_ORDERS, LIST_ORDERS, Linked, Listing
from orderglot.dialects.kodaris.wire import write_order
from orderglot.wire import json
from orderglot.wire.message import Response


def response_of(content: Any, status: int = 200, **envelope: Any) -> Response:
    body = {"success": True, "code": 200, "messages": {}, "errors": {}, "data": content}
    return Response(status=status, body=json.write({**body, **envelope}))


def linked(content: Any) -> tuple[Order, ...]:
    return LINKED_ORDERS.response.read(response_of(content), Linked("3022"))


def test_an_object_by_index_is_a_list_in_the_order_of_its_numbers() -> None:
    content = {str(number): {"orderID": 3000 + number} for number in (10, 9, 0)}

    found = [order.references[0].id for order in linked(content)]

    assert ["3000", "3009", "3010"] == found
    assert () == linked({})


def test_the_content_of_a_page_may_be_an_object_by_index_too() -> None:
    content = {"content": {"0": {"orderID": 7}}, "hasNext": False, "totalElements": "1"}

    page = LIST_ORDERS.response.read(response_of(content), Listing())

    assert (Order(references=(Reference("kodaris", "7"),)),) == page.orders
    assert (1, None) == (page.total, page.next)


def test_a_sites_own_status_is_kept_beside_what_it_is_taken_for() -> None:
    (order,) = linked([{"orderID": 7, "status": "Awaiting Truck"}])

    assert Status.PROCESSING == order.status
    assert {"kodaris.status": "Awaiting Truck"} == order.extras


def test_members_that_no_page_shows_are_kept_and_written_again() -> None:
    (order,) = linked([{"orderID": 7, "extra17": "B", "weight": 2.5, "customerID": 12}])

    assert {"kodaris.customerID": 12} == order.extras
    assert [(("extra17",), "B"), (("weight",), Decimal("2.5"))] == [
        (one.path, one.value) for one in order.unknown
    ]
    assert {"extra17": "B", "weight": Decimal("2.5")}.items() <= write_order(order).items()


@pytest.mark.parametrize(
    ("response", "kind", "message"),
    [
        (response_of(None, success=False, code=401, errors=["No."]), Unauthenticated, "No."),
        (
            response_of(None, success=False, errors={"0": "No.", "1": "Never."}),
            Invalid,
            "No. Never.",
        ),
        (response_of(None, 403, messages=[{"message": "Not you."}]), Forbidden, "Not you."),
        (response_of(None, 404, errors="None."), NotFound, "None."),
        (Response(status=502, body=b"<html>"), Upstream, "The vendor answered 502"),
        (Response(status=401, body=b"[]"), Unauthenticated, "The vendor answered 401"),
        (Response(status=302), Upstream, "The vendor answered 302"),
    ],
)
def test_a_refusal_is_understood_in_any_form(
    response: Response, kind: type[HubError], message: str
) -> None:
    error = FAULTS.read(response)

    assert kind is type(error)
    assert error is not None
    assert error.message.startswith(message)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"success":true}'])
def test_what_is_in_no_envelope_is_no_answer(body: bytes) -> None:
    with pytest.raises(Invalid):
        LINKED_ORDERS.response.read(Response(status=200, body=body), Linked("3022"))
