"""Queries of our own API that are asked of growing books: what a person types, and filters on what is looked for."""

from __future__ import annotations

from urllib.parse import urlencode

from bench.request_bytes import HOST
from orderglot.core.order import Order

OWN = "orderglot"
OWN_SECRET = f"og_{'0' * 64}"

TYPED = {
    "q, an id": "{id}",
    "q, a number": "{number}",
    "q, a PO number": "{po}",
    "q, a SKU": "{sku}",
    "q, a customer's number": "{customer}",
}
FILTERS = {
    "filter, PO number": 'po_number = "{po}"',
    "filter, SKU": 'sku = "{sku}"',
    "filter, customer": 'customer.number = "{customer}"',
    "filter, status": "status = processing",
    "filter, day": "created = {day}",
    "filter, status and day": "status = shipped AND created >= {day}",
}
QUERIES = (*TYPED, *FILTERS)
"""Each asked for its first page of 25, sorted as by itself."""


def own_requests(orders: list[Order]) -> dict[str, tuple[bytes, ...]]:
    """Encode the queries, each once for what every one of some orders says."""
    known = [_known(order) for order in orders if order.customer and order.lines]
    typed = {
        name: tuple(_get(q=text.format(**one)) for one in known) for name, text in TYPED.items()
    }
    filtered = {
        name: tuple(_get(filter=text.format(**one)) for one in known)
        for name, text in FILTERS.items()
    }
    return {**typed, **filtered}


def _known(order: Order) -> dict[str, str]:
    assert order.customer
    assert order.created
    return {
        "id": order.references[0].id,
        "number": order.number,
        "po": order.po_number,
        "sku": order.lines[0].sku,
        "customer": order.customer.number,
        "day": f"{order.created:%Y-%m-%d}",
    }


def _get(**asked: str) -> bytes:
    head = (
        f"GET /orderglot/v1/orders?{urlencode({**asked, 'limit': 25})} HTTP/1.1\r\nhost: {HOST}\r\n"
    )
    return f"{head}authorization: Bearer {OWN_SECRET}\r\n\r\n".encode()
