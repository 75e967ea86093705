"""Lists from any offset, previews, and orders of nobody in particular."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.customer_items import set_item_numbers
from orderglot.core.order import Line, Order, Reference
from orderglot.core.query import Compare, Operator, Window
from orderglot.dialects.kodaris.tests.conftest import Site
from orderglot.wire import json

ORDER = "/api/account/order"
ITEMS = [{"code": "KD100", "quantity": 2}]


def shown(site: Site, company: str) -> dict[str, str]:
    """Log in and give the headers of the session."""
    client = site.client(company)
    site.run(client.page(Window(limit=1)))
    return client.session.kept


def body_of(response: Any) -> Any:
    return json.read(response.body)


@pytest.mark.parametrize("offset", range(6))
@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_window_may_begin_anywhere(site: Site, offset: int, limit: int) -> None:
    every = ["3022", "3025", "3026", "3027"]

    page = site.run(site.client("").page(Window(offset=offset, limit=limit, total=True)))

    assert every[offset : offset + limit] == [order.references[0].id for order in page.orders]
    assert (offset + limit < 4) is (page.next is not None)
    assert 4 == page.total


def test_a_total_is_given_where_the_vendor_was_asked_the_whole_question(site: Site) -> None:
    client = site.client()
    encodable = Compare("number", Operator.EQ, "2318")
    unsayable = Compare("number", Operator.NE, "2318")

    assert 1 == site.run(client.page(Window(where=encodable, total=True))).total
    assert site.run(client.page(Window(where=unsayable, total=True))).total is None


def test_a_preview_is_priced_and_not_kept(site: Site) -> None:
    headers = shown(site, "473")

    response = site.ask("POST", f"{ORDER}?completeOrder=false", {"items": ITEMS}, **headers)
    listed = site.ask("POST", f"{ORDER}/list", {}, **headers)

    order = body_of(response)["data"]
    assert (None, None, 473, 1.84) == (
        *(order["orderID"], order["completed"], order["companyID"]),
        float(order["total"]),
    )
    assert 3 == body_of(listed)["data"]["totalElements"]


def test_whether_an_order_is_kept_is_said_once(site: Site) -> None:
    headers = shown(site, "473")
    path = f"{ORDER}?completeOrder=false&completeOrder=true"

    response = site.ask("POST", path, {"items": ITEMS}, **headers)

    assert 400 == response.status
    assert ["completeOrder: This comes twice, with different values."] == body_of(response)[
        "errors"
    ]


def test_the_sellers_own_user_orders_for_a_company_or_for_nobody(site: Site) -> None:
    headers = shown(site, "")

    for company in (474, None):
        response = site.ask("POST", ORDER, {"companyID": company, "items": ITEMS}, **headers)
        assert company == body_of(response)["data"]["companyID"]


def test_an_order_goes_to_the_companys_own_address_unless_it_says_otherwise(site: Site) -> None:
    client = site.client()
    asked = Order(lines=(Line(sku="KD100", quantity=1),))

    placed = site.run(client.place(asked))

    assert placed.bill_to is not None
    assert "Big Company" == placed.bill_to.company
    assert placed.bill_to == placed.ship_to


def test_a_request_is_named_by_six_signs_and_its_second(site: Site) -> None:
    response = site.ask("GET", f"{ORDER}/3022/linkedOrders")

    assert re.fullmatch("[0-9A-Z]{6}-20240521193000", body_of(response)["requestId"])


def test_an_order_that_nobody_checked_out_has_no_time_of_it(site: Site) -> None:
    (order, *_) = site.run(site.client().page(Window())).orders
    book = site.store.of(site.caller)
    kept = site.run(book.get(Reference("kodaris", "3022")))
    site.run(book.change(replace(kept, received=None)))

    again = site.run(site.client().get(Reference("kodaris", "3022")))

    assert order.received is not None
    assert again.received is None


def test_an_order_of_an_older_book_is_shown_and_found_by_the_time_of_its_checkout(
    site: Site,
) -> None:
    headers = shown(site, "473")
    wanted = {"name": "orderID", "operation": "IS", "value": "3022"}
    (before,) = listed(site, wanted, headers)
    book = site.store.of(site.caller)
    kept = site.run(book.get(Reference("kodaris", "3022")))
    site.run(book.change(replace(kept, received=None, completed=kept.received)))

    assert [before] == listed(site, wanted, headers)
    wanted = {"name": "completed", "operation": "IS", "value": before["completed"]}
    assert [before] == listed(site, wanted, headers)


def listed(site: Site, wanted: dict[str, Any], headers: dict[str, str]) -> list[Any]:
    response = site.ask("POST", f"{ORDER}/list", {"filterFields": [wanted]}, **headers)
    found: list[Any] = body_of(response)["data"]["content"]
    return found


@pytest.mark.parametrize("key", ["473", ""])
def test_a_companys_own_code_is_read_as_the_sellers(site: Site, key: str) -> None:
    async def numbered() -> None:
        async with site.store.of(site.caller).together() as unit:
            company = await unit.customer(Reference("kodaris", "473"))
            await set_item_numbers(unit, company, {"THEIR-100": "KD100"})

    site.run(numbered())
    headers = shown(site, key)
    body = {"items": [{"code": "THEIR-100", "quantity": 2}], "companyID": 473}
    response = site.ask("POST", ORDER, body, **headers)

    created = body_of(response)["data"]
    assert (200, 1.84) == (response.status, float(created["total"]))
    order = site.run(site.store.of(site.caller).get(Reference("kodaris", str(created["orderID"]))))
    (line,) = order.lines
    assert line.details is not None
    assert ("KD100", "THEIR-100") == (line.sku, line.details.item_numbers.buyer)
    assert b"KD100" not in response.body


def test_another_companys_code_is_no_product(site: Site) -> None:
    async def numbered() -> None:
        async with site.store.of(site.caller).together() as unit:
            others = [one for one in await unit.customers() if "473" not in str(one.references)]
            await set_item_numbers(unit, others[0], {"THEIR-100": "KD100"})

    site.run(numbered())
    body = {"items": [{"code": "THEIR-100", "quantity": 2}]}
    response = site.ask("POST", ORDER, body, **shown(site, "473"))

    assert 400 == response.status
    assert b"There is no product with the SKU 'THEIR-100'." in response.body
