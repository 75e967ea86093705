"""What requests and responses have: JSON, lists as the vendor wraps them, and answers without a body."""

from __future__ import annotations

from typing import Any

from orderglot.core.order import Order
from orderglot.dialects.catalyst.links import path
from orderglot.wire import json
from orderglot.wire.message import Request, Response

JSON = "application/json; charset=utf-8"


def ask_for(template: str, query: str = "", **params: str) -> Request:
    """Make the request that reads what is at a path."""
    headers = {"accept": "application/json"}
    return Request(method="GET", path=path(template, **params), query=query, headers=headers)


def emptied(status: int, request: Request, *, own: str = "") -> Response:
    """Answer without a body; ``location`` is that of the list, as the vendor has it.

    ``own`` is the id of what was made: the vendor does not tell it, so it goes into a header that
    none of its clients reads.
    """
    orders, *_ = request.path.partition("/orders")
    headers = {"location": f"{orders}/orders", "content-type": JSON}
    if own:
        headers["content-location"] = f"{orders}/orders/{own}"
    return Response(status=status, headers=headers)


def write_done(_order: Order | None, request: Request) -> Response:
    """Answer that it was done, and with nothing else."""
    return emptied(204, request)


def read_nothing(_response: Response, _ask: object) -> None:
    """Give what an answer without a body says of an order."""


def envelope(items: list[Any], total: int, skip: int, limit: int) -> Response:
    """Answer with a list as the vendor wraps it."""
    body = {"items": items, "totalItemsCount": total, "skip": skip, "limit": limit}
    return Response(status=200, headers={"content-type": JSON}, body=json.write(body))
