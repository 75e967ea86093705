"""The tax rate and the discount of an item, and what a vendor says where we write null."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from orderglot.core.adding_up import adds_up
from orderglot.core.amounts import LARGEST, Totals
from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line, Order
from orderglot.dialects.catalyst import shapes
from orderglot.dialects.catalyst.known_members import ITEMS
from orderglot.dialects.catalyst.settings import Site
from orderglot.dialects.catalyst.wire import read_line, write_line
from orderglot.wire import json
from orderglot.wire.form import Form

ITEM = {
    "itemId": 31,
    "orderId": 5001,
    "productId": 41,
    "units": 2,
    "unitPrice": 10.5,
    "unitTaxRate": 0.1,
    "discountRate": 0,
    "totalPrice": 23.1,
    "supplierCommission": 0,
    "deleted": False,
    "attributeExtras": 0,
    "variationId": 0,
    "deletedByTaskOrAdmin": None,
    "product": {"id": 41, "productCode": "MOON-1"},
}


def item(**members: Any) -> Line:
    form = Form(json.read(json.write({**ITEM, **members})), known=ITEMS.inside["items"].each)
    return form.checked(read_line)


def written(line: Line) -> Any:
    return write_line(line, 1, Order(lines=(line,)), Site())


def test_a_rate_is_a_fraction_there_and_in_percent_here() -> None:
    line = item()

    assert LineDetails(tax_lines=(TaxLine(percent=Decimal(10)),)) == line.details
    assert Decimal("0.1") == written(line)["unitTaxRate"]
    assert written(line)["discountRate"] is None


@pytest.mark.parametrize(("sent", "charge"), [(2.5, False), (-2.5, True)])
def test_a_discount_is_an_amount(sent: float, charge: bool) -> None:
    line = item(discountRate=sent, unitTaxRate=0)

    expected = (AllowanceCharge(charge=charge, amount=Decimal("2.5")),)
    assert LineDetails(allowance_charges=expected) == line.details
    assert Decimal(str(sent)) == written(line)["discountRate"]


def test_nothing_is_known_of_an_item_that_has_0_for_both() -> None:
    assert item(unitTaxRate=0).details is None


def test_several_taxes_are_one_rate_and_several_allowances_one_amount() -> None:
    taxes = (TaxLine(name="GST", percent=Decimal(5)), TaxLine(name="PST", percent=Decimal(7)))
    off = AllowanceCharge(amount=Decimal(3)), AllowanceCharge(charge=True, amount=Decimal(1))
    shown = written(Line(details=LineDetails(tax_lines=taxes, allowance_charges=off)))

    assert (Decimal("0.12"), 2) == (shown["unitTaxRate"], shown["discountRate"])


def test_of_what_is_known_in_part_nothing_is_written() -> None:
    taxes = (TaxLine(percent=Decimal(5)), TaxLine(name="PST"))
    shown = written(
        Line(details=LineDetails(tax_lines=taxes, allowance_charges=(AllowanceCharge(),)))
    )

    assert (None, None) == (shown["unitTaxRate"], shown["discountRate"])


def test_what_is_too_large_together_for_this_wire_is_not_written() -> None:
    # Each is within bounds, which their sum is not: our own readers would refuse the answer.
    taxes = (TaxLine(percent=LARGEST - 1), TaxLine(percent=Decimal(1)))
    off = AllowanceCharge(amount=LARGEST - 1), AllowanceCharge(amount=Decimal(1))
    shown = written(Line(details=LineDetails(tax_lines=taxes, allowance_charges=off)))

    assert (None, None) == (shown["unitTaxRate"], shown["discountRate"])
    assert (Decimal(10) ** 10 - Decimal("0.01")) == written(
        Line(details=LineDetails(tax_lines=taxes[:1]))
    )["unitTaxRate"]


def test_an_item_of_the_vendors_adds_up_with_its_tax_and_discount_in_its_total() -> None:
    def order(line: Line) -> Order:
        totals = Totals(total=line.total, shipping=Decimal(0))
        return Order(currency="AUD", lines=(line,), totals=totals)

    for line in (item(), item(discountRate=1, totalPrice=22)):
        assert not adds_up(order(line)).differences
    assert adds_up(order(item(totalPrice=24))).differences


def test_what_the_vendor_says_where_null_is_written_is_kept_and_shown_again() -> None:
    sent = {"supplierCommission": 3, "variationId": 7, "deleted": True, "catalogueId": 12}
    line = item(**sent)

    assert {(name,) for name in sent} == {one.path for one in line.unknown}
    assert sent.items() <= written(line).items()
    assert sent.items() <= msgspec.json.decode(json.write(written(line)), type=shapes.Item).items()
