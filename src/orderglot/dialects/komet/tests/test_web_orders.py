"""How a web order comes about, as clients go about it, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid, NotFound, Unsupported
from orderglot.core.order import Identity, Line, Order, Reference
from orderglot.core.query import Window
from orderglot.core.values import Status
from orderglot.dialects.komet import DIALECT
from orderglot.dialects.komet.tests.conftest import DETAILS, Company
from orderglot.wire.message import Request
from tests.conformance.slow import slow, two_servers
from tests.conformance.specimens import book_of

FLORIST = Identity(references=(Reference("komet", "7349"),))
LINE = Line(sku="AGASQ", quantity=3)
DRAFT = Order(customer=FLORIST, po_number="292644", lines=(LINE, LINE))
ITEM = {"customerId": 7349, "productCode": "AGASQ", "quantity": 1}


def orders(company: Company) -> list[Order]:
    async def walked() -> list[Order]:
        return [order async for order in company.store.of(company.caller).walk()]

    return company.run(walked())


def test_an_order_is_placed_in_a_conversation(company: Company) -> None:
    placed = company.run(company.client().place(DRAFT))

    assert [
        "web-order.create",
        *["web-order-item.add"] * 2,
        "web-order.checkout",
        DETAILS,
    ] == company.asked
    assert (Status.RECEIVED, Decimal(84)) == (placed.status, placed.totals.total)
    kept = orders(company)[-1]
    assert ("292644", Status.RECEIVED) == (kept.po_number, kept.status)


def test_what_was_begun_is_deleted_where_a_line_is_refused(company: Company) -> None:
    wrong = replace(DRAFT, lines=(LINE, replace(LINE, sku="TULIP")))

    with pytest.raises(Invalid, match="productCode"):
        company.run(company.client().place(wrong))

    assert "web-order.delete" == company.asked[-1]
    assert Status.CANCELLED is orders(company)[-1].status


def test_an_order_of_nothing_is_not_even_begun(company: Company) -> None:
    with pytest.raises(Invalid):
        company.run(company.client().place(Order(customer=FLORIST)))

    assert [] == company.asked


def test_a_web_order_is_looked_for_with_each_customer(company: Company) -> None:
    client = company.client()

    assert "48" == company.run(client.get(Reference("komet", "48"))).references[0].id
    assert ["customer.list", DETAILS, DETAILS] == company.asked


def test_where_the_customer_is_known_it_is_asked_for_straight_away(company: Company) -> None:
    company.run(company.client(1).get(Reference("komet", "7349/49")))

    assert [DETAILS] == company.asked
    with pytest.raises(NotFound):
        company.run(company.client().get(Reference("komet", "7350/49")))


def test_an_order_of_nobody_is_found_by_users_alone(company: Company) -> None:
    (kept,) = company.run(company.store.of(company.caller).keep(Order(po_number="X")))
    id = str(kept.order.id)
    asked = {"customerId": "0", "webOrderId": id, "statusId": "2"}
    customers = {"x-account": "7030", "authenticationtoken": company.token(1)}

    assert 1 == company.ask(DETAILS, query=asked)["status"]
    assert 0 == company.ask(DETAILS, b"", customers, asked)["status"]
    assert id == company.run(company.client().get(Reference("komet", id))).references[0].id


@pytest.mark.parametrize("need", ["page", "linked"])
def test_what_the_vendor_cannot_do_is_unsupported(company: Company, need: str) -> None:
    asks: dict[str, Any] = {"page": Window(), "linked": Reference("komet", "48")}

    with pytest.raises(Unsupported):
        company.run(getattr(company.client(), need)(asks[need]))


def test_a_deleted_web_order_is_never_shown_again(company: Company) -> None:
    company.ask("web-order.delete", {"customerId": 7349, "webOrderId": 48})

    for status in ("1", "2"):
        answer = company.ask(
            DETAILS, query={"customerId": "7349", "webOrderId": "48", "statusId": status}
        )
        assert "Web Orders not found." == answer["message"]
    assert 0 == company.ask("web-order.delete", {"customerId": 7349, "webOrderId": 48})["status"]


def test_an_item_without_a_web_order_goes_where_others_like_it_went(company: Company) -> None:
    one = company.ask("web-order-item.add", {**ITEM, "date": "2017-07-01"})
    like = company.ask("web-order-item.add", {**ITEM, "date": "2017-07-01", "quantity": 2})
    unlike = company.ask("web-order-item.add", {**ITEM, "date": "2017-07-02"})

    assert one["webOrderId"] == like["webOrderId"] != unlike["webOrderId"]
    assert one["webOrderItemId"] != like["webOrderItemId"]


def test_in_test_mode_an_item_goes_into_no_live_web_order(company: Company) -> None:
    live = company.ask("web-order-item.add", {**ITEM, "date": "2017-07-01"})
    tester = replace(company.caller, test=True)
    key = company.run(
        company.store.keyring.issue_key(
            "komet", tester, DIALECT.auth.make_secret, lambda _: "7030.test"
        )
    )
    proof = {"x-account": "7030", "authenticationtoken": key.secret}
    test = company.ask("web-order-item.add", {**ITEM, "date": "2017-07-01"}, proof)

    assert (1, 1) == (live["status"], test["status"])
    assert live["webOrderId"] != test["webOrderId"]
    assert (
        test["webOrderId"]
        == (company.ask("web-order-item.add", {**ITEM, "date": "2017-07-01"}, proof)["webOrderId"])
    )


def test_stock_may_be_named_instead_of_a_product_one_piece_at_a_time(company: Company) -> None:
    stock = {"customerId": 7349, "webOrderId": 48, "inventoryIds": "AGASQ", "quantity": 1}

    assert 1 == company.ask("web-order-item.add", stock)["status"]
    several = company.ask("web-order-item.add", {**stock, "inventoryIds": "AGASQ,TULIP"})
    assert "inventoryIds" in several["message"]


def test_a_product_that_comes_in_no_box_is_sold_by_the_piece(company: Company) -> None:
    book = company.store.of(company.caller)
    (lily,) = company.run(book.products(["AGASQ"])).values()
    company.run(book.keep_product(replace(lily, sku="ROSE", version=0, extras={})))
    added = company.ask("web-order-item.add", {**ITEM, "productCode": "ROSE", "quantity": 5})

    order = company.run(book.get(Reference("komet", str(added["webOrderId"]))))

    assert ("", None, Decimal(35)) == (
        *(order.lines[-1].box, order.lines[-1].units_per_box),
        order.totals.total,
    )


def test_a_box_that_the_product_does_not_come_in_is_refused(company: Company) -> None:
    answer = company.ask("web-order-item.add", {**ITEM, "boxTypeCode": "QB"})

    assert "boxTypeCode: This product comes in FB." in answer["message"]


def test_the_stock_that_is_named_beside_a_product_is_kept(company: Company) -> None:
    added = company.ask("web-order-item.add", {**ITEM, "webOrderId": 48, "inventoryIds": "4711"})
    (order,) = [one for one in orders(company) if one.references[0].id == "48"]

    assert 1 == added["status"]
    assert {order.lines[-1].id: "4711"} == order.extras["komet.inventoryIds"]


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("web-order.create", {}),
        ("web-order-item.add", {"productCode": "AGASQ", "quantity": 1, "webOrderId": 48}),
        ("web-order.checkout", {"webOrderId": 48}),
        ("web-order.delete", {"webOrderId": 48}),
    ],
)
def test_a_write_for_a_location_that_the_company_has_not_is_refused_by_name(
    company: Company, method: str, more: dict[str, Any]
) -> None:
    body = {"customerId": 7349, "companyLocationId": 99, **more}

    assert "companyLocationId: The company has no such" in company.ask(method, body)["message"]


def test_two_items_at_once_that_are_alike_go_into_one_web_order() -> None:
    item = {**ITEM, "date": "2017-07-01"}
    proof = {
        "x-account": "7030",
        "authenticationtoken": book_of(DIALECT.name).credentials[0].secret,
    }
    request = Request(
        method="POST",
        path="/api/web-order-item.add",
        headers=proof,
        body=json.dumps(item).encode(),
    )

    async def added(seed: int) -> tuple[set[int], set[int]]:
        servers, _, _ = await two_servers(DIALECT, slow(seed))
        answers = await asyncio.gather(*[server(request) for server in servers])
        members = [json.loads(answer.body) for answer in answers]
        return {one["webOrderId"] for one in members}, {one["webOrderItemId"] for one in members}

    for seed in range(10):
        orders, items = asyncio.run(added(seed))
        assert (1, 2) == (len(orders), len(items))
