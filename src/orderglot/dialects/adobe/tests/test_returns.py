"""Returns: line by line, within their time, linked to their order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from orderglot.core.values import Relation, Status
from orderglot.dialects.adobe.tests.new_orders import NEW, OFFER, ORDERS, numbered, taking


def test_an_order_is_returned_line_by_line_until_nothing_is_left(context: Any) -> None:
    body = {**NEW, "lineItems": numbered((1, OFFER, 10), (2, "65304479CA01A12", 2))}
    id = context.post(body)["orderId"]

    part = context.post(taking(id, (1, OFFER, 4)))
    assert ("RETURN", id, "1002") == tuple(
        part[name] for name in ("orderType", "referenceOrderId", "status")
    )
    assert [6, 2] == [
        one["remainingQuantity"] for one in context.get(f"{ORDERS}/{id}")["lineItems"]
    ]

    context.post(taking(id, (1, OFFER, 6)))
    half = context.get(f"{ORDERS}/{id}")
    assert ("1002", ["1008", "1002"]) == (
        half["status"],
        [one["status"] for one in half["lineItems"]],
    )

    context.post(taking(id, (2, "65304479CA01A12", 2)))
    assert "1008" == context.get(f"{ORDERS}/{id}")["status"]
    assert "2133" == context.refused("POST", ORDERS, taking(id, (2, "65304479CA01A12", 1)))
    assert 3 == context.get(f"{ORDERS}?reference-order-id={id}")["totalCount"]


def test_the_lines_of_an_answer_can_be_sent_back_in_a_return(context: Any) -> None:
    order = context.post(NEW)
    sent = taking(order["orderId"], currencyCode="USD", status="1002", links=order["links"])

    context.post({**sent, "lineItems": order["lineItems"]})

    assert Status.CANCELLED is context.order(order["orderId"]).status


def test_a_return_may_have_a_longer_reference_than_any_other_order(context: Any) -> None:
    id, reference = context.post(NEW)["orderId"], "ORD-1234-5678-9012_1234567890-1234_0001"

    assert 39 == len(reference)
    assert "2126" == context.refused("POST", ORDERS, {**NEW, "externalReferenceId": reference})
    returned = context.post(taking(id, (1, OFFER, 1), externalReferenceId=reference))
    assert reference == returned["externalReferenceId"]


def test_a_return_is_linked_to_its_order(context: Any) -> None:
    id = context.post(NEW)["orderId"]
    (link,) = context.order(context.post(taking(id, (1, OFFER, 1)))["orderId"]).links

    assert (Relation.RETURN_OF, int(id)) == (link.relation, link.order.id)


def test_a_return_is_possible_for_fourteen_days(context: Any) -> None:
    id = context.post(NEW)["orderId"]
    context.forward(timedelta(days=14))
    context.post(taking(id, (1, OFFER, 1)))
    context.forward(timedelta(seconds=1))

    assert "2134" == context.refused("POST", ORDERS, taking(id, (1, OFFER, 1)))


def test_a_refused_return_takes_nothing(context: Any) -> None:
    id = context.post(NEW)["orderId"]
    context.refused("POST", ORDERS, taking(id, (1, OFFER, 1), (2, OFFER, 1)))

    assert 10 == context.get(f"{ORDERS}/{id}")["lineItems"][0]["remainingQuantity"]
