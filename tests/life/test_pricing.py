"""What an order comes to when a line is added, by whichever door."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Amounts, Discount, Invoice, Line, Order, Reference, Totals
from tests.life.doors import CUSTOMER, GOODS, SITE, Doors, behind_doors


async def add_at_catalyst(doors: Doors, id: int, units: int) -> None:
    body = {"items": [{"productCode": GOODS, "units": units}]}
    response = await doors.ask("catalyst", "POST", f"{SITE}/orders/{id}/products", body)
    assert 204 == response.status, response.body


async def add_at_komet(
    doors: Doors, units: int, id: int | None = None, date: str = "2019-08-01"
) -> int:
    """Put an item into a web order, or into a new one."""
    named = {"webOrderId": id} if id else {}
    body = {
        "customerId": int(CUSTOMER),
        **named,
        "productCode": GOODS,
        "quantity": units,
        "date": date,
    }
    response = await doors.ask("komet", "POST", "/api/web-order-item.add", body)
    assert b"successfully" in response.body, response.body
    orders = [one async for one in doors.store.of(Caller(seller=doors.seller)).walk()]
    return orders[-1].id if id is None else id


def test_a_line_that_is_added_is_priced_by_the_quantity_of_the_whole_order() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(quantity=200)
        await add_at_catalyst(doors, id, 200)

        order = await doors.order(id)
        assert [Decimal("1.25"), Decimal("0.85")] == [one.unit_price for one in order.lines]
        assert order.invoice is not None
        assert Decimal(420) == order.totals.total == order.invoice.owed.total

    behind_doors(trial)


def test_what_was_agreed_stands_when_the_price_has_changed_since() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order(quantity=24)
        await doors.price(GOODS, Decimal(2))
        await add_at_catalyst(doors, id, 1)

        assert [30, 2] == [one.total for one in (await doors.order(id)).lines]

    behind_doors(trial)


def test_an_item_more_in_a_web_order_leaves_its_shipping_and_discount() -> None:
    async def trial(doors: Doors) -> None:
        id = await add_at_komet(doors, 24)
        await doors.catalyst_put(id, shippingPrice=5, discountRate=3)
        await add_at_komet(doors, 4, id)

        order: Order = await doors.order(id)
        assert Discount(amount=Decimal(3)) == replace(order.discount, code="")
        assert (Decimal(5), Decimal(37)) == (order.totals.shipping, order.totals.total)
        assert order.invoice is not None
        assert 37 == order.invoice.due.total

    behind_doors(trial)


def test_a_paid_order_that_comes_to_more_is_paid_in_part() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, invoiced=True)
        await add_at_catalyst(doors, id, 4)

        bill = (await doors.kole(id))["order"]["invoice"]
        assert ("partially paid", 5) == (bill["status"], bill["owed"]["total"])

    behind_doors(trial)


def test_an_item_more_in_a_vendors_order_leaves_his_figures_and_adds_what_it_costs() -> None:
    async def trial(doors: Doors) -> None:
        book = doors.store.of(Caller(seller=doors.seller))
        his = Amounts(subtotal=Decimal(30), tax=Decimal("2.40"), total=Decimal("32.40"))
        order = Order(
            references=(Reference("kole@w", "7"),),
            customer=(await doors.order(await doors.kole_order())).customer,
            currency="USD",
            lines=(Line(number=1, sku=GOODS, quantity=24, total=Decimal(30)),),
            totals=Totals(subtotal=his.subtotal, tax=his.tax, total=his.total),
            invoice=Invoice(due=his, owed=his),
        )
        (kept,) = await book.keep(order)
        await add_at_catalyst(doors, kept.order.id, 4)

        due = (await doors.kole(kept.order.id))["order"]["invoice"]["due"]
        assert (35, 2.4, 37.4) == (due["subtotal"], due["tax"], due["total"])
        assert 37.4 == (await doors.catalyst(kept.order.id))["totalPrice"]

    behind_doors(trial)


def test_a_shipped_order_to_which_something_is_added_is_shipped_in_part() -> None:
    async def trial(doors: Doors) -> None:
        id = await doors.kole_order()
        await doors.catalyst_put(id, statusTypeId=6)
        await add_at_catalyst(doors, id, 4)
        assert "partly shipped" == (await doors.order(id)).status

        await doors.catalyst_put(id, statusTypeId=9)
        body = {"items": [{"productCode": GOODS, "units": 1}]}
        refused = await doors.ask("catalyst", "POST", f"{SITE}/orders/{id}/products", body)
        assert 409 == refused.status
        assert 28 == sum(one.quantity for one in (await doors.order(id)).lines)

    behind_doors(trial)
