"""The story of one order over real sockets, as each partner's own client sees it step by step.

A shop orders as at Kole. The seller holds the order, corrects it, splits it, sends two parcels and
takes one of them back. Kodaris has a word for each status, and lists what is linked. Catalyst shows a
site's own labels, without links. Kole has fewer words. Adobe sees orders that are open, complete or
cancelled, what is left of their lines to be returned, and returns by the order that they are of; of holds,
parcels and splits it knows nothing. Komet knows of no status behind the check-out. Our own API shows all of
it: how much of each line was ordered, cancelled, shipped and came back, and what is linked.

The seller takes his steps by the command line, over our own API, or in a Python program beside the process
that serves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import pytest

from orderglot import open_book_sync
from tests.cli.program import done_json
from tests.clients.test_five_vendors_one_book import (
    ADOBE,
    Wholesaler,
    adobe_headers,
    got_over_kole,
    kodaris_headers,
    komet_details,
    placed_over_kole,
    wholesaler,
)
from tests.life.ways import ORDERS, PYTHON, Members, arguments_of, words_of

__all__ = ["wholesaler"]

Seen = tuple[Any, ...]
CHECKED_OUT = 2


def kole(shop: Wholesaler, id: int) -> Seen:
    """Give status, PO number, how much of each line, and what is due."""
    order = ElementTree.fromstring(got_over_kole(shop, id).content)
    counts = [int(one.findtext("quantity", "")) for one in order.iter("item")]
    due = order.findtext("invoice/due/total", "")
    return order.findtext("status"), order.findtext("po_number"), counts, float(due or 0)


def kodaris(shop: Wholesaler, id: int) -> Seen:
    """Give status, PO number, total, and the orders that are linked."""
    headers = kodaris_headers(shop, shop.keys["kodaris"])
    filters = [{"name": "orderID", "operation": "IS", "value": id}]
    asked = {"filterFields": filters}
    page = shop.ask("POST", "/api/account/order/list", headers=headers, json=asked).json()
    (order,) = page["data"]["content"]
    linked = shop.ask("GET", f"/api/account/order/{id}/linkedOrders", headers=headers).json()
    ids = [other["orderID"] for other in linked["data"]]
    return order["status"], order["purchaseOrder"], order["total"], ids


def catalyst(shop: Wholesaler, id: int) -> Seen:
    """Give the site's label of the status, total, and how much of each line."""
    token = {"Authorization": shop.keys["catalyst"]["access_token"]}
    path = f"/webresources/api/v3/sites/current/orders/{id}"
    asked = {"fields": "status(label),totalPrice"}
    order = shop.ask("GET", path, headers=token, params=asked).json()
    items = shop.ask("GET", f"{path}/products", headers=token).json()["items"]
    return order["status"]["label"], order["totalPrice"], [one["units"] for one in items]


def adobe(shop: Wholesaler, id: int) -> Seen:
    """Give what kind of order it is, of which, its status, and each line's quantity, status and rest."""
    path = f"/v3/customers/{ADOBE}/orders/{id}"
    order = shop.ask("GET", path, headers=adobe_headers(shop)).json()
    lines = [
        (one["quantity"], one["status"], one.get("remainingQuantity")) for one in order["lineItems"]
    ]
    return order["orderType"], order["referenceOrderId"], order["status"], lines


def komet(shop: Wholesaler, id: int) -> Seen:
    """Give total and how much of each line, of a web order that is checked out."""
    (order,) = komet_details(shop, id, statusId=CHECKED_OUT)["webOrders"]
    return order["total"], [one["quantity"] for one in order["items"]]


def ours(shop: Wholesaler, id: int) -> Seen:
    """Give status, what became of each line, what is due, and the orders that are linked."""
    order = asked(shop, "GET", f"/{id}").json()
    linked = asked(shop, "GET", f"/{id}/linked").json()["items"]
    due = order.get("invoice", {}).get("due", {}).get("total")
    lines = [_became(one) for one in order["lines"]]
    return order["status"], order["po_number"], lines, due, [one["id"] for one in linked]


def _became(line: Mapping[str, Any]) -> tuple[int | None, ...]:
    """Give how much of a line was ordered, cancelled, shipped, and came back, as far as that is counted."""
    counted = line.get("details", {})
    return line["quantity"], *(counted.get(one) for one in ("cancelled", "shipped", "returned"))


def asked(shop: Wholesaler, method: str, path: str, **given: Any) -> Any:
    """Ask as a client of our own API does."""
    key = {"Authorization": f"Bearer {shop.keys['orderglot']['api_key']}"}
    return shop.ask(method, f"{ORDERS}{path}", headers=key, **given)


CLIENTS = (kole, kodaris, catalyst, adobe, komet, ours)


def seen(shop: Wholesaler, id: int) -> list[Seen]:
    """Give an order as each client sees it: Kole's, Kodaris's, Catalyst's, Adobe's, Komet's, and our own."""
    return [client(shop, id) for client in CLIENTS]


def open_lines(*quantities: int) -> list[Seen]:
    """Give lines as Adobe's clients see them as long as the order is open."""
    return [(quantity, "1002", None) for quantity in quantities]


Step = Callable[..., Any]
"""Takes a step with an order, told its members, and gives the ids of the orders that it made."""


def by_command(shop: Wholesaler) -> Iterator[Step]:
    def step(name: str, id: int, **members: Any) -> list[int]:
        answer = done_json(*words_of(name, id, members), *shop.book)
        return [one["id"] for one in answer.get("made", ())]

    yield step


def over_http(shop: Wholesaler) -> Iterator[Step]:
    def step(name: str, id: int, **members: Any) -> list[int]:
        answer = asked(shop, "POST", f"/{id}/{name}", json=members).json()
        return [one["id"] for one in answer.get("made", ())]

    yield step


def in_python(shop: Wholesaler) -> Iterator[Step]:
    with open_book_sync(shop.book[1]) as book:

        def step(name: str, id: int, **members: Any) -> list[int]:
            method = getattr(book.orders, PYTHON.get(name, name))
            done = method(id, **arguments_of(name, members))
            return [one.id for one in getattr(done, "made", ())]

        yield step


WAYS = {"command": by_command, "http": over_http, "python": in_python}


@pytest.fixture(params=WAYS)
def step(request: pytest.FixtureRequest, wholesaler: Wholesaler) -> Iterator[Step]:
    """Give how the seller takes a step, in each of the ways that there are."""
    added = ("key", "add", "--dialect", "orderglot", "--everybody", "--live", *wholesaler.book)
    wholesaler.keys["orderglot"] = done_json(*added)
    yield from WAYS[request.param](wholesaler)


def untouched(*quantities: int) -> list[Seen]:
    """Give lines as our own clients see them as long as nothing became of them."""
    return [(quantity, None, None, None) for quantity in quantities]


def line(number: int, quantity: int) -> Members:
    return {"number": number, "quantity": quantity}


def test_an_order_from_kole_is_held_corrected_split_sent_in_two_parcels_and_one_comes_back(
    wholesaler: Wholesaler, step: Step
) -> None:
    shop = wholesaler
    id = placed_over_kole(shop, "PO-1", ("AA124", 48), ("AA125", 48))
    assert [
        ("PROCESSING", "PO-1", [48, 48], 98.4),
        ("Processing", "PO-1", 98.4, []),
        ("Processing", 98.4, [48, 48]),
        ("NEW", "", "1002", open_lines(48, 48)),
        (98.4, [48, 48]),
        ("processing", "PO-1", untouched(48, 48), 98.4, []),
    ] == seen(shop, id)

    step("hold", id, reason="no credit")
    assert [
        ("HOLD", "PO-1", [48, 48], 98.4),
        ("On Hold", "PO-1", 98.4, []),
        ("On hold", 98.4, [48, 48]),
        ("NEW", "", "1002", open_lines(48, 48)),
        (98.4, [48, 48]),
        ("on hold", "PO-1", untouched(48, 48), 98.4, []),
    ] == seen(shop, id)

    step("correct", id, po_number="PO-2", line=[line(2, 96)])
    assert [
        ("HOLD", "PO-2", [48, 96], 139.2),
        ("On Hold", "PO-2", 139.2, []),
        ("On hold", 139.2, [48, 96]),
        ("NEW", "", "1002", open_lines(48, 96)),
        (139.2, [48, 96]),
        ("on hold", "PO-2", untouched(48, 96), 139.2, []),
    ] == seen(shop, id)

    (half,) = step("split", id, line=[line(2, 48)], reason="sold out")
    assert [
        ("HOLD", "PO-2", [48, 48], 98.4),
        ("On Hold", "PO-2", 98.4, [half]),
        ("On hold", 98.4, [48, 48]),
        ("NEW", "", "1002", open_lines(48, 48)),
        (98.4, [48, 48]),
        ("on hold", "PO-2", untouched(48, 48), 98.4, [half]),
    ] == seen(shop, id)
    halved = [
        ("HOLD", "PO-2", [48], 40.8),
        ("On Hold", "PO-2", 40.8, [id]),
        ("On hold", 40.8, [48]),
        ("NEW", "", "1002", open_lines(48)),
        (40.8, [48]),
        ("on hold", "PO-2", untouched(48), 40.8, [id]),
    ]
    assert halved == seen(shop, half)

    step("release", id)
    step("ship", id, line=[line(1, 24)], carrier="UPS", tracking="1Z1")
    assert [
        ("PACKAGING", "PO-2", [48, 48], 98.4),
        ("Partly Shipped", "PO-2", 98.4, [half]),
        ("Packing", 98.4, [48, 48]),
        ("NEW", "", "1002", open_lines(48, 48)),
        (98.4, [48, 48]),
        ("partly shipped", "PO-2", [(48, None, 24, None), *untouched(48)], 98.4, [half]),
    ] == seen(shop, id)

    step("ship", id, carrier="UPS", tracking="1Z2")
    assert [
        ("SHIPPED", "PO-2", [48, 48], 98.4),
        ("Shipped", "PO-2", 98.4, [half]),
        ("Shipped", 98.4, [48, 48]),
        ("NEW", "", "1000", [(48, "1000", None), (48, "1000", None)]),
        (98.4, [48, 48]),
        ("shipped", "PO-2", [(48, None, 48, None)] * 2, 98.4, [half]),
    ] == seen(shop, id)

    second_parcel = [line(1, 24), line(2, 48)]
    (back,) = step("return", id, line=second_parcel, reason="broken")
    assert [
        ("SHIPPED", "PO-2", [48, 48], 98.4),
        ("Shipped", "PO-2", 98.4, [half, back]),
        ("Shipped", 98.4, [48, 48]),
        ("NEW", "", "1000", [(48, "1000", 24), (48, "1008", 0)]),
        (98.4, [48, 48]),
        ("shipped", "PO-2", [(48, None, 48, 24), (48, None, 48, 48)], 98.4, [half, back]),
    ] == seen(shop, id)
    assert [
        ("PROCESSING", "PO-2", [-24, -48], 0),
        ("Received", "PO-2", -69.6, [id]),
        ("New", -69.6, [-24, -48]),
        ("RETURN", str(id), "1002", open_lines(24, 48)),
        (-69.6, [-24, -48]),
        ("received", "PO-2", untouched(-24, -48), None, [id]),
    ] == seen(shop, back)
    assert halved == seen(shop, half), "the other half still waits"

    (rest,) = step("return", id)
    assert [
        ("VOID", "PO-2", [48, 48], 98.4),
        ("Returned", "PO-2", 98.4, [half, back, rest]),
        ("Cancelled", 98.4, [48, 48]),
        ("NEW", "", "1008", [(48, "1008", 0), (48, "1008", 0)]),
        (98.4, [48, 48]),
        ("returned", "PO-2", [(48, None, 48, 48)] * 2, 98.4, [half, back, rest]),
    ] == seen(shop, id)
