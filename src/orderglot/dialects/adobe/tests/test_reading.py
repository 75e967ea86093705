"""What a client makes of an order in which the vendor says one thing twice, or otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderglot.core.errors import Invalid, Rule
from orderglot.core.order import Order
from orderglot.dialects.adobe.wire import read_order
from orderglot.wire.form import Form


def read(**members: Any) -> Order:
    return Form(members).checked(read_order)


@pytest.mark.parametrize("name", ["referenceOrderId", "referencedOrderId"])
def test_the_order_that_is_referred_to_is_read_by_either_name(name: str) -> None:
    (link,) = read(**{name: "0123456789"}).links

    assert "0123456789" == link.order.references[0].id


def test_two_orders_that_are_referred_to_are_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        read(referenceOrderId="1", referencedOrderId="2")

    (problem,) = refusal.value.problems
    assert ("referencedOrderId", Rule.MISMATCH) == (problem.field, problem.rule)


SUMMARY = {"totalLineItemPartnerPrice": "12.5", "currencyCode": "USD"}


@pytest.mark.parametrize("order", ["", "USD"])
def test_a_sum_in_the_orders_currency_is_its_total(order: str) -> None:
    assert Decimal("12.5") == read(currencyCode=order, pricingSummary=[SUMMARY]).totals.total


@pytest.mark.parametrize(
    "members", [{"currencyCode": "EUR"}, {"lineItems": [{"currencyCode": "EUR"}]}], ids=repr
)
def test_a_sum_in_another_currency_than_the_order_has_is_refused(members: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        read(**members, pricingSummary=[SUMMARY])

    (problem,) = refusal.value.problems
    assert "pricingSummary[1].currencyCode" == problem.field
    assert "USD is not the order's, EUR." == problem.reason
