"""Adobe's links: where a resource is found, as a path from the root of whatever host answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from orderglot.dialects.adobe.media import JSON
from orderglot.wire.form import Form
from orderglot.wire.message import Request, fill, query_of, segment

CUSTOMERS = "/v3/customers/"
ORDERS = CUSTOMERS + "{customer_id}/orders"
ORDER = ORDERS + "/{order_id}"

WHOSE = "{customer_id}"
"""What stands for the client's own customer in the path of a request that is not proven yet."""


def write_order_path(customer: str, order: str) -> str:
    """Write the path of one order."""
    return f"{CUSTOMERS}{segment(customer)}/orders/{segment(order)}"


def write_orders_path(customer: str, query: Iterable[tuple[str, str]]) -> str:
    """Write the path of a window of a customer's orders."""
    return f"{fill(ORDERS, customer_id=customer)}?{query_of(query)}"


def write_link(uri: str) -> dict[str, Any]:
    """Write a link that is followed by GET."""
    return {"uri": uri, "method": "GET", "headers": []}


def read_link(form: Form, name: str) -> str:
    """Read a link into its path and query, "" where there is none."""
    return form.inside("links").inside(name).parsed("uri", path_of) or ""


def path_of(uri: str) -> str:
    """Give path and query of a link, so that following it never leads to another host.

    Raises ValueError where it leads to anything but customers.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        raise ValueError("is not a URL") from None
    if not parts.path.startswith(CUSTOMERS):
        raise ValueError("leads to nothing of a customer")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def asking(method: str, path: str, query: str = "", *, body: bytes = b"") -> Request:
    """Make a request; an empty name of a customer in its path is the client's own."""
    return Request(
        method=method,
        path=path.replace("/customers//", f"/customers/{WHOSE}/"),
        query=query,
        headers={"accept": JSON, "content-type": JSON},
        body=body,
        repeatable=True,
    )
