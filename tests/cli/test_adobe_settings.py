"""What Adobe's settings do, each set with the command that its README names."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from orderglot.dialects.adobe import DIALECT
from orderglot.faces.server import Server
from orderglot.stores.sqlite import SqliteStore
from orderglot.wire.message import Request
from tests.cli.program import done, done_json

BOOK = Path("orderglot.db")
BUSINESS, SCHOOL = "80004567CA01A12", "80004567CB01A12"
CUSTOMER = "9876543210"


@pytest.fixture(autouse=True)
def _shop() -> None:
    done("seller", "add", "acme")
    done("product", "add", BUSINESS, "--price", "10")
    done("product", "add", SCHOOL, "--price", "5", "--extra", "adobe.minimumQuantity=10")
    done("customer", "add", "C1", "--known-as", f"adobe={CUSTOMER}")


@pytest.fixture
def key() -> dict[str, str]:
    made = done_json("key", "add", "--dialect", "adobe", "--everybody")
    return {name: made[name] for name in ("client_id", "client_secret")}


def asked(key: dict[str, str], *bodies: Any) -> list[tuple[int, Any]]:
    """Log in, and create orders; a text is the path that is read instead."""

    async def all_of_them() -> list[tuple[int, Any]]:
        store = SqliteStore(BOOK)
        server = Server(DIALECT, store)
        form = "&".join(f"{name}={value}" for name, value in key.items()).encode()
        login = Request(
            method="POST",
            path="/ims/token/v3",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=b"grant_type=client_credentials&" + form,
        )
        token = json.loads((await server(login)).body)["access_token"]
        answers = []
        for body in bodies:
            request = Request(
                method="GET" if isinstance(body, str) else "POST",
                path=f"/v3/customers/{CUSTOMER}/orders" + (body if isinstance(body, str) else ""),
                headers={
                    "x-api-key": key["client_id"],
                    "authorization": f"Bearer {token}",
                    "x-correlation-id": str(uuid4()),
                },
                body=b"" if isinstance(body, str) else json.dumps(body).encode(),
            )
            response = await server(request)
            answers.append((response.status, json.loads(response.body)))
        await store.close()
        return answers

    return asyncio.run(all_of_them())


def new(offer: str = BUSINESS, quantity: int = 12, **more: Any) -> dict[str, Any]:
    line = {"extLineItemNumber": 1, "offerId": offer, "quantity": quantity}
    members = {"externalReferenceId": "900", "currencyCode": "USD", "lineItems": [line]}
    return {"orderType": "NEW", **members, **more}


def returned(order: str, quantity: int) -> dict[str, Any]:
    return new(SCHOOL, quantity, orderType="RETURN", referenceOrderId=order)


@pytest.mark.parametrize(("completes", "status"), [('"at once"', "1000"), ('"by hand"', "1002")])
def test_an_order_completes_as_it_is_set(key: dict[str, str], completes: str, status: str) -> None:
    done("seller", "table", "acme", "adobe.completes", "--value", completes)

    ((created, order),) = asked(key, new())
    ((read, found),) = asked(key, f"/{order['orderId']}")

    assert (201, 200, status) == (created, read, found["status"])


def test_only_the_currencies_that_are_set_are_sold_in(key: dict[str, str]) -> None:
    done("seller", "table", "acme", "adobe.currencies", "--value", '["EUR"]')
    assert [(400, "2125")] == [(status, body["code"]) for status, body in asked(key, new())]

    done("seller", "table", "acme", "adobe.currencies", "--remove")
    assert [201] == [status for status, _ in asked(key, new())]


def test_only_the_programs_that_are_set_are_sold_to(key: dict[str, str]) -> None:
    done("seller", "table", "acme", "adobe.programs", "--value", '["COM"]')

    business, school = asked(key, new(BUSINESS), new(SCHOOL))

    assert (201, 400, "2124") == (business[0], school[0], school[1]["code"])


def test_a_product_is_not_left_below_its_smallest_quantity(key: dict[str, str]) -> None:
    ((_, order),) = asked(key, new(SCHOOL))
    refusal = "RETURN_NOT_SUPPORTED_MOQ_SKU"

    ((status, body),) = asked(key, returned(order["orderId"], 5))

    assert (422, True) == (status, refusal in json.dumps(body))
