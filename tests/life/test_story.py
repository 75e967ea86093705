"""The story of one order over real sockets, as each partner's own client sees it step by step.

A shop orders as at Kole. The seller holds the order, corrects it, splits it, sends two parcels and
takes one of them back. Kodaris has a word for each status, and lists what is linked. Catalyst shows a
site's own labels, without links. Kole has fewer words. Adobe sees orders that are open, complete or
cancelled, what is left of their lines to be returned, and returns by the order that they are of; of holds,
parcels and splits it knows nothing. Komet knows of no status behind the check-out.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

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


CLIENTS = (kole, kodaris, catalyst, adobe, komet)


def seen(shop: Wholesaler, id: int) -> list[Seen]:
    """Give an order as the client of each dialect sees it: Kole's, Kodaris's, Catalyst's, Adobe's, Komet's."""
    return [client(shop, id) for client in CLIENTS]


def open_lines(*quantities: int) -> list[Seen]:
    """Give lines as Adobe's clients see them as long as the order is open."""
    return [(quantity, "1002", None) for quantity in quantities]


def step(shop: Wholesaler, name: str, id: int, *words: str) -> Any:
    """Take a step as the seller does."""
    return done_json("orders", name, str(id), *words, *shop.book)


def test_an_order_from_kole_is_held_corrected_split_sent_in_two_parcels_and_one_comes_back(
    wholesaler: Wholesaler,
) -> None:
    shop = wholesaler
    id = placed_over_kole(shop, "PO-1", ("AA124", 48), ("AA125", 48))
    assert [
        ("PROCESSING", "PO-1", [48, 48], 98.4),
        ("Processing", "PO-1", 98.4, []),
        ("Processing", 98.4, [48, 48]),
        ("NEW", "", "1002", open_lines(48, 48)),
        (98.4, [48, 48]),
    ] == seen(shop, id)

    step(shop, "hold", id, "--reason", "no credit")
    assert [
        ("HOLD", "PO-1", [48, 48], 98.4),
        ("On Hold", "PO-1", 98.4, []),
        ("On hold", 98.4, [48, 48]),
        ("NEW", "", "1002", open_lines(48, 48)),
        (98.4, [48, 48]),
    ] == seen(shop, id)

    step(shop, "correct", id, "--po-number", "PO-2", "--line", "2=96")
    assert [
        ("HOLD", "PO-2", [48, 96], 139.2),
        ("On Hold", "PO-2", 139.2, []),
        ("On hold", 139.2, [48, 96]),
        ("NEW", "", "1002", open_lines(48, 96)),
        (139.2, [48, 96]),
    ] == seen(shop, id)

    (part,) = step(shop, "split", id, "--line", "2=48", "--reason", "sold out")["made"]
    half = part["id"]
    assert [
        ("HOLD", "PO-2", [48, 48], 98.4),
        ("On Hold", "PO-2", 98.4, [half]),
        ("On hold", 98.4, [48, 48]),
        ("NEW", "", "1002", open_lines(48, 48)),
        (98.4, [48, 48]),
    ] == seen(shop, id)
    halved = [
        ("HOLD", "PO-2", [48], 40.8),
        ("On Hold", "PO-2", 40.8, [id]),
        ("On hold", 40.8, [48]),
        ("NEW", "", "1002", open_lines(48)),
        (40.8, [48]),
    ]
    assert halved == seen(shop, half)

    step(shop, "release", id)
    step(shop, "ship", id, "--line", "1=24", "--carrier", "UPS", "--tracking", "1Z1")
    assert [
        ("PACKAGING", "PO-2", [48, 48], 98.4),
        ("Partly Shipped", "PO-2", 98.4, [half]),
        ("Packing", 98.4, [48, 48]),
        ("NEW", "", "1002", open_lines(48, 48)),
        (98.4, [48, 48]),
    ] == seen(shop, id)

    step(shop, "ship", id, "--carrier", "UPS", "--tracking", "1Z2")
    assert [
        ("SHIPPED", "PO-2", [48, 48], 98.4),
        ("Shipped", "PO-2", 98.4, [half]),
        ("Shipped", 98.4, [48, 48]),
        ("NEW", "", "1000", [(48, "1000", None), (48, "1000", None)]),
        (98.4, [48, 48]),
    ] == seen(shop, id)

    second_parcel = ("--line", "1=24", "--line", "2=48")
    (made,) = step(shop, "return", id, *second_parcel, "--reason", "broken")["made"]
    back = made["id"]
    assert [
        ("SHIPPED", "PO-2", [48, 48], 98.4),
        ("Shipped", "PO-2", 98.4, [half, back]),
        ("Shipped", 98.4, [48, 48]),
        ("NEW", "", "1000", [(48, "1000", 24), (48, "1008", 0)]),
        (98.4, [48, 48]),
    ] == seen(shop, id)
    assert [
        ("PROCESSING", "PO-2", [-24, -48], 0),
        ("Received", "PO-2", -69.6, [id]),
        ("New", -69.6, [-24, -48]),
        ("RETURN", str(id), "1002", open_lines(24, 48)),
        (-69.6, [-24, -48]),
    ] == seen(shop, back)
    assert halved == seen(shop, half), "the other half still waits"

    (rest,) = step(shop, "return", id)["made"]
    assert [
        ("VOID", "PO-2", [48, 48], 98.4),
        ("Returned", "PO-2", 98.4, [half, back, rest["id"]]),
        ("Cancelled", 98.4, [48, 48]),
        ("NEW", "", "1008", [(48, "1008", 0), (48, "1008", 0)]),
        (98.4, [48, 48]),
    ] == seen(shop, id)
