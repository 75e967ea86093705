"""The money of one order, as every dialect's client is shown it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from orderglot.core.adding_up import adds_up
from orderglot.core.caller import Caller
from orderglot.core.goods_steps import split_order
from orderglot.core.order import HUB, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.core.totals import less
from orderglot.core.values import InvoiceStatus
from tests.life.doors import CUSTOMER, GOODS, SITE, Doors, behind_doors
from tests.life.test_pricing import add_at_komet


async def listed(doors: Doors, name: str, value: Any) -> list[Any]:
    """List what Kodaris's client finds by a member."""
    asked = {"filterFields": [{"name": name, "operation": "IS", "value": value}]}
    response = await doors.ask("kodaris", "POST", "/api/account/order/list", asked)
    found: list[Any] = json.loads(response.body)["data"]["content"]
    return found


async def web_order(doors: Doors, id: int, status: int) -> Any:
    named = f"customerId={CUSTOMER}&webOrderId={id}&statusId={status}"
    response = await doors.ask("komet", "GET", f"/api/web-order-details.list?{named}")
    return json.loads(response.body)["webOrders"][0]


def test_a_discount_is_in_the_subtotal_where_a_page_has_no_member_for_it() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(
            id, shippingPrice=5, shippingTaxRate=0.1, discountRate=3, giftVoucherAmount=2
        )

        (kodaris,) = await listed(doors, "orderID", str(id))
        amounts = [kodaris[name] for name in ("subtotal", "shipping", "tax", "total")]
        assert [25, 5, 0.5, 30.5] == amounts
        assert [kodaris] == await listed(doors, "subtotal", 25)
        assert [] == await listed(doors, "subtotal", 30)
        komet = await web_order(doors, id, 2)
        assert (25, 5, 30.5) == (komet["subTotal"], komet["additionalCharges"], komet["total"])
        due = (await doors.kole(id))["order"]["invoice"]["due"]
        assert (25, 5, 0.5, 30.5) == (due["subtotal"], due["shipping"], due["tax"], due["total"])

    behind_doors(trial)


def test_shipping_that_another_door_puts_on_is_not_in_adobes_summary_of_its_lines() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.adobe_order()
        await doors.catalyst_put(id, shippingPrice=14, statusTypeId=7)

        path = f"/v3/customers/{CUSTOMER}/orders/{id}?fetch-price=true"
        shown = await doors.read("adobe", path, **doors.correlated())
        assert 800 == shown["lineItems"][0]["pricing"]["lineItemPartnerPrice"]
        assert [{"totalLineItemPartnerPrice": 800, "currencyCode": "USD"}] == shown[
            "pricingSummary"
        ]
        assert 814 == (await doors.catalyst(id))["totalPrice"]

    behind_doors(trial)


def test_boxes_are_pieces_where_a_page_has_no_boxes() -> None:
    async def trial(doors: Doors) -> None:
        book = doors.store.of(Caller(seller=doors.seller))
        product = (await book.products([GOODS]))[GOODS]
        packed = {"komet.boxTypeCode": "FB", "komet.pack": 50, "komet.boxTypeId": 7}
        await book.keep_product(replace(product, extras=packed))
        await doors.price(GOODS, Decimal("0.5"))
        id = await add_at_komet(doors, 2)

        (item,) = (await web_order(doors, id, 1))["items"]
        assert (2, 0.5, 50, 50) == tuple(
            item[name] for name in ("quantity", "price", "pack", "totalPrice")
        )
        await doors.catalyst_put(id, statusTypeId=3)
        (kole,) = (await doors.kole(id))["order"]["items"]
        assert (100, 0.5, 50) == (kole["quantity"], kole["unit_price"], kole["line_total"])
        products = await doors.read("catalyst", f"{SITE}/orders/{id}/products")
        (catalyst,) = products["items"]
        assert (100, 0.5, 50) == tuple(
            catalyst[name] for name in ("units", "unitPrice", "totalPrice")
        )
        (adobe,) = (await doors.adobe(id))["lineItems"]
        assert 100 == adobe["quantity"]

    behind_doors(trial)


def test_no_money_comes_of_an_order_that_is_called_paid_split_and_not_paid_after_all() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(24)
        book = doors.store.of(Caller(seller=doors.seller))

        async def pays(unit: UnitOfWork) -> None:
            order = await unit.get(Reference(HUB, str(id)))
            assert order.invoice is not None
            paid = replace(order.invoice.paid, subtotal=Decimal(20), total=Decimal(20))
            bill = replace(order.invoice, status=InvoiceStatus.PARTIALLY_PAID, paid=paid)
            owed = less(bill.due, paid)
            await unit.change(replace(order, invoice=replace(bill, owed=owed)), "paid in part")

        async def divides(unit: UnitOfWork) -> int:
            order = await unit.get(Reference(HUB, str(id)))
            return (await split_order(unit, order, {1: 16})).made[0].id

        await book.transact(pays)
        await doors.catalyst_put(id, invoiced=True)
        second = await book.transact(divides)
        paid = Decimal(0)
        for one in (id, second):
            await doors.catalyst_put(one, invoiced=False)
            bill = (await doors.order(one)).invoice
            assert bill is not None
            assert bill.due.total == (bill.paid.total or 0) + (bill.owed.total or 0)
            paid += bill.paid.total or 0
        assert paid == 20

    behind_doors(trial)


def test_shipping_and_a_discount_change_what_an_order_of_a_vendor_comes_to_at_every_door() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(24)

        async def known(unit: UnitOfWork) -> None:
            order = await unit.get(Reference(HUB, str(id)))
            theirs = (*order.references, Reference("komet@acme", "77"))
            await unit.change(replace(order, references=theirs), "placed")

        await doors.store.of(Caller(seller=doors.seller)).transact(known)
        await doors.catalyst_put(id, shippingPrice=5)
        await doors.catalyst_put(id, discountRate=3)

        order = await doors.order(id)
        assert (Decimal(32), ()) == (order.totals.total, adds_up(order).differences)
        assert 32 == (await doors.catalyst(id))["totalPrice"]
        bill = (await doors.kole(id))["order"]["invoice"]
        assert (27, 5, 32, 32) == (
            bill["due"]["subtotal"],
            bill["due"]["shipping"],
            bill["due"]["total"],
            bill["owed"]["total"],
        )

    behind_doors(trial)
