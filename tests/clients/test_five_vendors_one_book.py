"""One seller, one book, five partners' old programs: an order as each of them comes to see it.

A shop orders at a wholesaler's as it did at Kole's. The order is split in two; the shop's buyer looks
at it as at a Kodaris site, its web team asks a Catalyst site, its distributor reads Adobe's history,
and the florist's context looks it up in Komet. All are plain requests to one running process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from tests.cli.program import done, done_json, refused, serving

KOLE, ADOBE, CATALYST, KODARIS, KOMET = "X20001", "1005513777", "778899", "473", "7349"
"""The shop, as the clients of each dialect know it."""

MEDIA = "application/vnd.koleimports.ds.order+xml"
ORDER = """<?xml version="1.0" encoding="utf-8"?>
<order>
    <po_number>{po_number}</po_number>
    <ship_options><carrier>UPS</carrier><service>GROUND</service></ship_options>
    <ship_to_address>
        <company>Corner Shop</company>
        <address_1>24 Main St</address_1>
        <city>Carson</city>
        <state>CA</state>
        <zipcode>90745</zipcode>
        <country>US</country>
    </ship_to_address>
    <items>{items}</items>
</order>"""
ITEM = "<item><sku>{}</sku><quantity>{}</quantity></item>"


@dataclass
class Wholesaler:
    """A seller's book behind a running process, and the keys that were handed out for it."""

    base: str
    book: tuple[str, str]
    keys: dict[str, dict[str, str]]
    session: requests.Session

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """Ask and get an answer that is no refusal."""
        answer = self.session.request(method, self.base + path, timeout=30, **given)
        assert answer.ok, (answer.status_code, answer.text)
        return answer


@pytest.fixture
def wholesaler(tmp_path: Path) -> Iterator[Wholesaler]:
    book = ("--database", f"sqlite:///{tmp_path}/book.db")
    done("seller", "add", "acme", *book)
    done("product", "add", "AA124", "--title", "Mug", "--pack", "24", "--price", "1.20", *book)
    done("product", "add", "AA125", "--title", "Towel", "--pack", "48", "--price", "0.85", *book)
    done(*shop(), *book)
    keys = {
        dialect: done_json("key", "add", "--dialect", dialect, "--live", *whose, *book)
        for dialect, whose in {
            "kole": ("--customer", "C1"),
            "kodaris": ("--customer", "C1"),
            "catalyst": ("--customer", "C1"),
            "adobe": ("--everybody",),
            "komet": ("--everybody",),
        }.items()
    }
    with serving(tmp_path, *book) as served, requests.Session() as session:
        session.trust_env = False
        yield Wholesaler(served.base, book, keys, session)


def shop() -> tuple[str, ...]:
    """Give the command that adds the shop."""
    names = {
        "kole": KOLE,
        "adobe": ADOBE,
        "catalyst": CATALYST,
        "kodaris": KODARIS,
        "komet": KOMET,
    }
    known = [word for name, id in names.items() for word in ("--known-as", f"{name}={id}")]
    address = ("--bill-to", "24 Main St, Carson, CA 90745, US")
    account = ("--payment-method", "card", "--shipping-account", "UPS=000000")
    return ("customer", "add", "C1", "--name", "Corner Shop", *address, *account, *known)


def test_an_order_placed_over_kole_and_split_is_seen_over_all_five(wholesaler: Wholesaler) -> None:
    whole = placed_over_kole(wholesaler, "PO-1", ("AA124", 48), ("AA125", 48))
    halves = [
        placed_over_kole(wholesaler, "PO-1/1", ("AA124", 48)),
        placed_over_kole(wholesaler, "PO-1/2", ("AA125", 48)),
    ]
    for half in halves:
        done("link", str(half), str(whole), "--as", "split", *wholesaler.book)

    seen_over_kole(wholesaler, whole)
    seen_over_kodaris(wholesaler, whole, halves)
    seen_over_catalyst(wholesaler, whole, halves)
    seen_over_adobe(wholesaler, whole, halves)
    seen_over_komet(wholesaler, whole)


def test_an_order_from_a_vendor_has_the_vendors_id_there_and_the_hubs_elsewhere(
    wholesaler: Wholesaler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybodys = {
        dialect: done_json(
            "key", "add", "--dialect", dialect, "--everybody", "--live", *wholesaler.book
        )
        for dialect in ("kodaris", "kole")
    }
    (tmp_path / "vendor").mkdir()
    with serving(tmp_path / "vendor", "--demo") as vendor:
        monkeypatch.setenv("ORDERGLOT_KODARIS_API_KEY", done_json("demo")["kodaris"]["api_key"])
        done("seller", "continue", "acme", "kodaris@mill", *wholesaler.book)
        words = ("pull", "kodaris", "--url", vendor.base, "--at", "mill", "--seller", "acme")
        done(*words, *wholesaler.book)

    found = {
        own: done_json("show", f"kodaris:{own}", *wholesaler.book)["id"]
        for own in (3022, 3025, 3026)
    }
    for half in (3025, 3026):
        done("link", str(found[half]), str(found[3022]), "--as", "split", *wholesaler.book)

    linked = linked_over_kodaris(wholesaler, everybodys["kodaris"], 3022)
    assert [3025, 3026] == [order for order, *_ in linked]
    key = everybodys["kole"]
    answer = wholesaler.ask("GET", f"/orders/{found[3022]}", auth=(key["id"], key["api_key"]))
    order = ElementTree.fromstring(answer.content)
    assert str(found[3022]) == order.findtext("order_id") != "3022"
    assert "12345" == order.findtext("po_number")


def test_an_order_deleted_over_catalyst_is_gone_over_all_five_and_in_every_command(
    wholesaler: Wholesaler,
) -> None:
    whole = placed_over_kole(wholesaler, "PO-1", ("AA124", 48))
    half = placed_over_kole(wholesaler, "PO-1/1", ("AA124", 24))
    done("link", str(half), str(whole), "--as", "split", *wholesaler.book)
    token = {"Authorization": wholesaler.keys["catalyst"]["access_token"]}
    wholesaler.ask("DELETE", f"/webresources/api/v3/sites/current/orders/{whole}", headers=token)

    assert [str(half)] == listed_over_kole(wholesaler)
    assert 404 == got_over_kole(wholesaler, whole).status_code
    assert [] == linked_over_kodaris(wholesaler, wholesaler.keys["kodaris"], half)
    assert "Web Orders not found." == komet_details(wholesaler, whole, statusId=2)["message"]
    assert [(str(half), "1002")] == adobe_history(wholesaler)
    (entry,) = done_json("book", *wholesaler.book)
    assert (1, 1, {"USD": 28.8}) == (entry["orders"], entry["lines"], entry["sums"])
    assert 1 == done_json("customer", "show", "C1", *wholesaler.book)["orders"]
    for command in (
        ("show", str(whole)),
        ("link", str(half), str(whole), "--as", "reference"),
        ("place", str(whole), "--with", "kole", "--url", wholesaler.base),
    ):
        assert f"There is no order '{whole}' here" in refused(*command, *wholesaler.book)
    shown = done_json("show", str(whole), "--deleted", *wholesaler.book)
    assert (whole, True) == (shown["id"], bool(shown["deleted"]))


def test_a_web_order_withdrawn_over_komet_is_shown_in_the_words_that_each_vendor_has(
    wholesaler: Wholesaler,
) -> None:
    begun = komet_asked(wholesaler, "web-order.create", customerId=KOMET)["webOrderId"]
    given = komet_asked(wholesaler, "web-order.delete", customerId=KOMET, webOrderId=begun)

    assert "The Web Order was successfully canceled." == given["message"]
    for status in (1, 2):
        found = komet_details(wholesaler, begun, statusId=status)
        assert "Web Orders not found." == found["message"]
    order = ElementTree.fromstring(got_over_kole(wholesaler, begun).content)
    assert "VOID" == order.findtext("status")
    assert [(str(begun), "1008")] == adobe_history(wholesaler)
    assert "cancelled" == done_json("show", str(begun), *wholesaler.book)["status"]


def got_over_kole(wholesaler: Wholesaler, order: int) -> requests.Response:
    key = wholesaler.keys["kole"]
    url = f"{wholesaler.base}/orders/{order}"
    return wholesaler.session.get(url, auth=(key["id"], key["api_key"]), timeout=30)


def listed_over_kole(wholesaler: Wholesaler) -> list[str]:
    key = wholesaler.keys["kole"]
    answer = wholesaler.ask("GET", "/orders", auth=(key["id"], key["api_key"]))
    listed = ElementTree.fromstring(answer.content)
    return [order.findtext("order_id", "") for order in listed.iter("order")]


def placed_over_kole(wholesaler: Wholesaler, po_number: str, *items: tuple[str, int]) -> int:
    """Create an order and give the id in the link to it."""
    key = wholesaler.keys["kole"]
    answer = wholesaler.ask(
        "POST",
        "/orders",
        auth=(key["id"], key["api_key"]),
        headers={"Accept": MEDIA, "Content-Type": MEDIA},
        data=ORDER.format(po_number=po_number, items="".join(ITEM.format(*item) for item in items)),
    )
    assert 201 == answer.status_code
    link = ElementTree.fromstring(answer.content).findtext("link/url", "")
    assert answer.headers["Location"] == link
    return int(link.rpartition("/")[2])


def seen_over_kole(wholesaler: Wholesaler, whole: int) -> None:
    key = wholesaler.keys["kole"]
    answer = wholesaler.ask("GET", f"/orders/{whole}", auth=(key["id"], key["api_key"]))
    order = ElementTree.fromstring(answer.content)
    assert [str(whole), KOLE, "PO-1", "PROCESSING"] == [
        order.findtext(name) for name in ("order_id", "customer_id", "po_number", "status")
    ]
    assert ["57.6", "40.8"] == [item.findtext("line_total") for item in order.iter("item")]
    assert "98.4" == order.findtext("invoice/due/subtotal")


def kodaris_headers(wholesaler: Wholesaler, key: dict[str, str]) -> dict[str, str]:
    """Log in, fetch a token, and give the headers of a session."""
    login = wholesaler.ask(
        "POST", "/api/user/customer/apiKeyLogin", json={"apiKey": key["api_key"]}
    )
    session = {"userSessionApiKey": login.json()["data"]["userSessionApiKey"]}
    token = wholesaler.ask("GET", "/api/user/customer/authToken", headers=session).json()["data"]
    return {**session, "X-CSRF-TOKEN": token}


def linked_over_kodaris(wholesaler: Wholesaler, key: dict[str, str], order: int) -> list[Any]:
    """List the orders that are linked to one."""
    path = f"/api/account/order/{order}/linkedOrders"
    answer = wholesaler.ask("GET", path, headers=kodaris_headers(wholesaler, key))
    names = ("orderID", "companyID", "purchaseOrder", "status", "subtotal")
    return [tuple(one[name] for name in names) for one in answer.json()["data"]]


def seen_over_kodaris(wholesaler: Wholesaler, whole: int, halves: list[int]) -> None:
    key = wholesaler.keys["kodaris"]
    first, second = (
        (halves[0], int(KODARIS), "PO-1/1", "Processing", 57.6),
        (halves[1], int(KODARIS), "PO-1/2", "Processing", 40.8),
    )
    assert [first, second] == linked_over_kodaris(wholesaler, key, whole)
    other = (whole, int(KODARIS), "PO-1", "Processing", 98.4)
    assert [other] == linked_over_kodaris(wholesaler, key, halves[0])


def seen_over_catalyst(wholesaler: Wholesaler, whole: int, halves: list[int]) -> None:
    token = wholesaler.keys["catalyst"]["access_token"]

    def found(where: str) -> list[tuple[object, ...]]:
        page = wholesaler.ask(
            "GET",
            f"/webresources/api/v3/sites/current/customers/{CATALYST}/orders",
            headers={"Authorization": token},
            params={
                "where": where,
                "fields": "id,entityId,status(label),totalPrice",
                "order": "id",
            },
        ).json()
        assert page["totalItemsCount"] == len(page["items"])
        names = ("id", "entityId", "status", "totalPrice")
        return [tuple(one[name] for name in names) for one in page["items"]]

    def order(id: int, total: float) -> tuple[object, ...]:
        return id, int(CATALYST), {"label": "Processing"}, total

    assert [order(whole, 98.4)] == found("{'totalPrice':{'$gt':'90'}}")
    assert [order(halves[0], 57.6), order(halves[1], 40.8)] == found(
        "{'totalPrice':{'$lt':'90'},'status.label':'Processing'}"
    )
    assert [] == found("{'status.label':'Shipped'}")


def adobe_headers(wholesaler: Wholesaler) -> dict[str, str]:
    """Fetch a token, and give the headers of a request."""
    key = wholesaler.keys["adobe"]
    grant = {"grant_type": "client_credentials", **key}
    token = wholesaler.ask("POST", "/ims/token/v3", data=grant).json()["access_token"]
    return {
        "X-Api-Key": key["client_id"],
        "Authorization": f"Bearer {token}",
        "X-Correlation-Id": "story",
    }


def adobe_listed(wholesaler: Wholesaler, **params: str) -> list[dict[str, Any]]:
    """List the shop's orders."""
    path = f"/v3/customers/{ADOBE}/orders"
    items: list[dict[str, Any]] = wholesaler.ask(
        "GET", path, headers=adobe_headers(wholesaler), params=params
    ).json()["items"]
    return items


def adobe_history(wholesaler: Wholesaler) -> list[tuple[str, str]]:
    return [(one["orderId"], one["status"]) for one in adobe_listed(wholesaler)]


def seen_over_adobe(wholesaler: Wholesaler, whole: int, halves: list[int]) -> None:
    today = datetime.now(UTC)

    def listed(start: datetime, end: datetime) -> list[tuple[object, ...]]:
        days = {"start-date": f"{start:%Y-%m-%d}", "end-date": f"{end:%Y-%m-%d}"}
        names = ("orderId", "customerId", "externalReferenceId", "status")
        return [tuple(one[name] for name in names) for one in adobe_listed(wholesaler, **days)]

    newest_first = [
        (str(halves[1]), ADOBE, "PO-1/2", "1002"),
        (str(halves[0]), ADOBE, "PO-1/1", "1002"),
        (str(whole), ADOBE, "PO-1", "1002"),
    ]
    assert newest_first == listed(today - timedelta(days=1), today + timedelta(days=1))
    assert [] == listed(today - timedelta(days=9), today - timedelta(days=1))


def komet_proof(wholesaler: Wholesaler) -> dict[str, str]:
    key = wholesaler.keys["komet"]
    return {"X-ACCOUNT": key["account"], "authenticationToken": key["authentication_token"]}


def komet_asked(wholesaler: Wholesaler, method: str, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = wholesaler.ask(
        "POST", f"/api/{method}", headers=komet_proof(wholesaler), json=given
    ).json()
    return answer


def komet_details(wholesaler: Wholesaler, order: int, **given: int) -> dict[str, Any]:
    answer: dict[str, Any] = wholesaler.ask(
        "GET",
        "/api/web-order-details.list",
        headers=komet_proof(wholesaler),
        params={"customerId": KOMET, "webOrderId": order, **given},
    ).json()
    return answer


def seen_over_komet(wholesaler: Wholesaler, whole: int) -> None:
    (order,) = komet_details(wholesaler, whole, statusId=2)["webOrders"]
    assert (whole, int(KOMET), 2, 98.4) == tuple(
        order[name] for name in ("id", "customerId", "statusId", "subTotal")
    )
    assert ["Mug", "Towel"] == [item["productDescription"] for item in order["items"]]
    # Without a word on the status the method speaks of pending web orders alone.
    assert {"message": "Web Orders not found.", "status": 0} == komet_details(wholesaler, whole)
