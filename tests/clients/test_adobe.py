"""A client written from the page alone, in plain requests, over a real socket."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.order import Identity, Line, Order, Reference
from orderglot.core.product import Product, Tier
from orderglot.core.values import Kind, Status
from orderglot.dialects.adobe import DIALECT
from orderglot.stores.sqlite import SqliteStore
from tests.cli.program import serving

CUSTOMER, FULL, EMPTY = "9876543210", "1005513019", "1005513020"
OFFER = "65304479CA01A12"
SCHOOL, EUROS, LEAST = "80007777CB01A12", "80004567CA01A13", "80005000CA01A12"
SWITCHED, UNPRICED = "80006000CA01A12", "80009999CA01A12"
BOUND, CHANGED, COMMIT = "1005513021", "1005513022", "adobe.minimumCommit"
MANY = 10_000
ID, SECRET = "demo-client", "0" * 64


class Client:
    """What a distributor's program does: a token, headers, and the three calls of the page."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        form = {
            "grant_type": "client_credentials",
            "client_id": ID,
            "client_secret": SECRET,
            "scope": "openid,AdobeID,read_organizations",
        }
        answer = self.session.post(f"{base}/ims/token/v3", data=form, timeout=30)
        self.token = answer.json()["access_token"]
        assert answer.json()["expires_in"] > 180

    def headers(self, **headers: str) -> dict[str, str]:
        return {
            "X-Api-Key": ID,
            "Authorization": f"Bearer {self.token}",
            "X-Correlation-Id": str(uuid.uuid4()),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }

    def ask(
        self, method: str, path: str, body: Any = None, params: Any = None, **headers: str
    ) -> requests.Response:
        return self.session.request(
            method,
            self.base + path,
            json=body,
            params=params,
            headers=self.headers(**headers),
            timeout=60,
        )

    def walk(self, customer: str, meanwhile: Any = None, **params: Any) -> Iterator[dict[str, Any]]:
        """Go from page to page, appending the parameters once more, under one correlation id."""
        same = {"X_Correlation_Id": "one", "X_Request_Id": "one"}
        page = self.ask("GET", orders(customer), params={"limit": 100, **params}, **same).json()
        while True:
            yield from page["items"]
            uri = page["links"].get("next", {}).get("uri")
            if not uri:
                return
            if meanwhile:
                meanwhile()
            page = self.ask("GET", uri, params=params, **same).json()


def orders(customer: str = CUSTOMER) -> str:
    return f"/v3/customers/{customer}/orders"


def new(*lines: tuple[int, str, int], **members: Any) -> dict[str, Any]:
    return {
        "orderType": "NEW",
        "externalReferenceId": "759",
        "currencyCode": "USD",
        "lineItems": [
            {"extLineItemNumber": number, "offerId": offer, "quantity": quantity}
            for number, offer, quantity in lines or [(1, OFFER, 1)]
        ],
        **members,
    }


def switch_of(customer: Identity) -> Order:
    """Make an order that was a switch."""
    return Order(
        references=(Reference(DIALECT.name, "S1"),),
        kind=Kind.SWITCH,
        customer=customer,
        created=datetime.now(UTC),
        status=Status.COMPLETED,
        currency="USD",
        lines=(Line(number=1, sku=SWITCHED, quantity=1, status=Status.COMPLETED),),
    )


async def fill(file: Path) -> None:
    """Make a book with a key, customers, and ten thousand orders of one of them."""
    store = SqliteStore(file, lambda: datetime.now(UTC))
    tables = {"adobe.programs": ["COM"], "adobe.currencies": ["USD", "EUR"]}
    seller = await store.add_seller("demo", tables=tables)
    whole = Caller(seller=seller.id)
    book = store.of(whole)
    await store.keyring.issue_key(DIALECT.name, whole, lambda _: SECRET, lambda _: ID)
    kept = {
        id: await book.keep_customer(
            Customer(references=(Reference(DIALECT.name, id),), extras=extras)
        )
        for id, extras in (
            (CUSTOMER, {}),
            (FULL, {}),
            (EMPTY, {}),
            (CHANGED, {}),
            (BOUND, {COMMIT: 30}),
        )
    }
    price = (Tier(price=Decimal("8.5")),)
    for sku in (OFFER, "80004567EA01A12", "80004561CA02A12", SCHOOL):
        await book.keep_product(Product(sku=sku, tiers=price))
    await book.keep_product(Product(sku=EUROS, tiers=price, currency="EUR"))
    await book.keep_product(Product(sku=LEAST, tiers=price, extras={"adobe.minimumQuantity": 10}))
    await book.keep_product(Product(sku=SWITCHED, tiers=price))
    await book.keep_product(Product(sku=UNPRICED))
    await book.keep(switch_of(identity(kept[CHANGED])))
    begun = datetime.now(UTC) - timedelta(days=400)
    await book.keep(
        *(
            Order(
                references=(Reference(DIALECT.name, f"D{number}"),),
                customer=identity(kept[FULL]),
                # Ten at one moment: the order among them must be the same on every page.
                created=begun + timedelta(minutes=number // 10),
                status=Status.COMPLETED,
                currency="USD",
                lines=(Line(number=1, sku=OFFER, quantity=1),),
            )
            for number in range(MANY)
        )
    )
    await store.close()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("served")
    asyncio.run(fill(folder / "book.db"))
    with serving(folder, "--database", f"sqlite:///{folder}/book.db") as served:
        yield Client(served.base)


def test_it_is_alive(client: Client) -> None:
    assert "pong" == client.session.get(f"{client.base}/partnerservice/ping", timeout=30).text


@pytest.mark.parametrize("path", ["/ims/token/v2", "/ims/token/v3"])
def test_a_token_is_got_by_form_query_and_basic(client: Client, path: str) -> None:
    grant = {"grant_type": "client_credentials"}
    proof = {"client_id": ID, "client_secret": SECRET}
    url = client.base + path

    for asked in ({"data": grant | proof}, {"params": grant | proof}):
        answer = requests.post(url, timeout=30, **asked)  # type: ignore[arg-type]
        assert ("bearer", 86399) == (answer.json()["token_type"], answer.json()["expires_in"])
    assert 200 == requests.post(url, data=grant, auth=(ID, SECRET), timeout=30).status_code
    assert 401 == requests.post(url, data=grant, auth=(ID, "no"), timeout=30).status_code


def test_a_new_order_is_made_once_read_found_and_returned_in_part(client: Client) -> None:
    lines = ((1, OFFER, 5), (2, "80004567EA01A12", 1), (4, "80004561CA02A12", 11))
    intent = {"X_Correlation_Id": "a-hash_of_the_payload"}
    made = client.ask("POST", orders(), new(*lines), **intent)
    again = client.ask("POST", orders(), new(*lines), **intent)
    order = made.json()
    id = order["orderId"]

    assert (201, 201, made.content) == (made.status_code, again.status_code, again.content)
    assert [order] == client.ask("GET", orders()).json()["items"]
    assert order == client.ask("GET", order["links"]["self"]["uri"]).json()
    assert ("1002", "NEW", "759") == tuple(
        order[name] for name in ("status", "orderType", "externalReferenceId")
    )

    for found in (
        {"order-type": ["NEW", "RENEWAL"]},
        {"status": ["1000", "1002"]},
        {"offer-id": "80004567EA01A12"},
        {"start-date": order["creationDate"], "end-date": "2100-01-01"},
        {"start-date": order["creationDate"][:10]},
        {"limit": 1, "offset": 0},
    ):
        page = client.ask("GET", orders(), params=found).json()
        assert [id] == [one["orderId"] for one in page["items"]], found
    for missed in ({"order-type": "RETURN"}, {"status": "1000"}, {"end-date": "2020-01-01"}):
        assert 0 == client.ask("GET", orders(), params=missed).json()["totalCount"], missed

    returned = client.ask(
        "POST", orders(), {**new(lines[1]), "orderType": "RETURN", "referenceOrderId": id}
    )
    assert (201, id) == (returned.status_code, returned.json()["referenceOrderId"])
    page = client.ask("GET", orders(), params={"reference-order-id": id}).json()
    assert [returned.json()] == page["items"]
    left = client.ask("GET", f"{orders()}/{id}").json()
    assert ["1002", "1008", "1002"] == [line["status"] for line in left["lineItems"]]


@pytest.mark.parametrize(
    ("status", "code", "body"),
    [
        (400, "1117", new(currencyCode="dollars")),
        (400, "1121", new(colour="red")),
        (400, "1122", {"orderType": "NEW"}),
        (400, "2119", new(*((number, OFFER, 1) for number in range(500)))),
        (400, "2120", new((1, OFFER, 0))),
        (400, "2121", new((1, OFFER, 1), (1, OFFER, 1))),
        (400, "2122", new((1, "nothing", 1))),
        (400, "2123", new((1_000_000, OFFER, 1))),
        (400, "2124", new((1, SCHOOL, 1))),
        (400, "2125", new(currencyCode="GBP")),
        (400, "2126", new(externalReferenceId="7" * 36)),
        (400, "2128", new((1, EUROS, 1))),
        (400, "2129", new((1, UNPRICED, 1))),
        (404, "2115", new(orderType="RETURN", referenceOrderId="nothing")),
    ],
)
def test_a_wrong_order_is_refused(client: Client, status: int, code: str, body: Any) -> None:
    answer = client.ask("POST", orders(EMPTY), body)

    assert (status, code) == (answer.status_code, answer.json()["code"])


def returned(client: Client, customer: str, id: str, *lines: tuple[int, str, int]) -> Any:
    """Try to return lines of an order; gives the status and the code of the refusal."""
    body = {**new(*lines), "orderType": "RETURN", "referenceOrderId": id}
    answer = client.ask("POST", orders(customer), body)
    return answer.status_code, answer.json().get("code")


def bought(client: Client, customer: str, *lines: tuple[int, str, int]) -> str:
    return str(client.ask("POST", orders(customer), new(*lines)).json()["orderId"])


def test_a_wrong_return_is_refused(client: Client) -> None:
    id = bought(client, CUSTOMER, (1, OFFER, 5), (2, LEAST, 20))

    assert (400, "2130") == returned(client, CUSTOMER, id, (1, "80004561CA02A12", 5))
    assert (400, "2131") == returned(client, CUSTOMER, id, (7, OFFER, 5))
    assert (400, "2132") == returned(client, CUSTOMER, id, (1, OFFER, 6))
    assert (400, "2134") == returned(client, FULL, "D1", (1, OFFER, 1))
    assert (201, None) == returned(client, CUSTOMER, id, (1, OFFER, 2))
    assert (422, "RETURN_QTY_EXCEEDS_REMAINING") == returned(client, CUSTOMER, id, (1, OFFER, 4))
    assert (201, None) == returned(client, CUSTOMER, id, (1, OFFER, 3))
    assert (400, "2133") == returned(client, CUSTOMER, id, (1, OFFER, 5))


def test_a_return_in_part_that_the_terms_forbid_is_refused(client: Client) -> None:
    least = bought(client, CUSTOMER, (1, LEAST, 12))
    bound = bought(client, BOUND, (1, OFFER, 35))

    assert (422, "RETURN_NOT_SUPPORTED_MOQ_SKU") == returned(client, CUSTOMER, least, (1, LEAST, 5))
    assert (422, "RETURN_VIOLATES_3YC_MCQ") == returned(client, BOUND, bound, (1, OFFER, 30))
    assert (422, "RETURN_NOT_SUPPORTED_SWITCH_ORDER") == returned(
        client, CHANGED, "S1", (1, SWITCHED, 1)
    )


def test_an_order_is_returned_not_cancelled(client: Client) -> None:
    id = bought(client, CUSTOMER)
    answer = client.ask("PATCH", f"{orders()}/{id}", {"status": "1008"})

    assert (400, "2127") == (answer.status_code, answer.json()["code"])


def test_a_request_id_serves_one_intent_alone(client: Client) -> None:
    once = str(uuid.uuid4())
    first = client.ask("POST", orders(), new(), X_Request_Id=once)
    second = client.ask("POST", orders(), new(), X_Request_Id=once)

    assert 201 == first.status_code
    assert (400, "4120") == (second.status_code, second.json()["code"])


@pytest.mark.parametrize(
    ("status", "code", "path", "headers"),
    [
        (404, "1116", orders("nobody"), {}),
        (404, "2115", f"{orders('nobody')}/1", {}),
        (404, "2115", f"{orders()}/nothing", {}),
        (400, "1132", f"{orders()}?status=0", {}),
        (400, "1133", f"{orders(EMPTY)}?offset=1", {}),
        (403, "4115", orders(), {"X_Api_Key": ""}),
        (401, "4116", orders(), {"Authorization": "Bearer nobody"}),
        (403, "4117", orders(), {"Authorization": ""}),
        (400, "4119", orders(), {"X_Correlation_Id": ""}),
    ],
)
def test_a_wrong_read_is_refused(
    client: Client, status: int, code: str, path: str, headers: dict[str, str]
) -> None:
    answer = client.ask("GET", path, **headers)

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert isinstance(answer.json()["message"], str)


def test_a_request_has_an_id_of_its_own_or_is_given_one(client: Client) -> None:
    made = {client.ask("GET", orders()).headers["X-Request-Id"] for _ in range(3)}
    answer = client.ask("GET", orders(), X_Request_Id="mine", Accept="*/*")

    assert 3 == len(made)
    assert ("mine", 200) == (answer.headers["X-Request-Id"], answer.status_code)


def test_a_hundred_at_once_under_one_correlation_id_are_one_order(client: Client) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda _: requests.post(
                    client.base + orders(EMPTY),
                    json=new(),
                    headers=client.headers(X_Correlation_Id="a-hundred"),
                    timeout=60,
                ),
                range(100),
            )
        )

    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.content for answer in answers})
    assert 1 == client.ask("GET", orders(EMPTY)).json()["totalCount"]


def test_ten_thousand_orders_come_once_each_while_others_arrive(client: Client) -> None:
    found = [
        order["orderId"]
        for order in client.walk(
            FULL,
            meanwhile=lambda: client.ask("POST", orders(FULL), new()),
            **{"start-date": "2020-01-01", "end-date": "2100-01-01", "order-type": "NEW"},
        )
    ]

    assert [f"D{number}" for number in reversed(range(MANY))] == found
