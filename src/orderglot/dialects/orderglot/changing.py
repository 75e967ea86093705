"""What a request that changes something says: which, from which version, and what of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.dialects.orderglot.media import (
    ASKS,
    SENDS,
    Preconditions,
    demand_version,
    written,
)
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire import json
from orderglot.wire.message import Request
from orderglot.wire.shape import JSON


class Changing(Struct, frozen=True):
    """Which is changed, from which version, and what is said."""

    id: str = ""
    members: Mapping[str, Any] = {}
    version: Preconditions = Preconditions()


def write_changing(method: str, path: str, ask: Changing, media: str = JSON) -> Request:
    """Write a request that changes what is at a path; what says nothing has no body."""
    sends = {**SENDS, "content-type": media} if ask.members else ASKS
    body = json.write(ask.members) if ask.members else b""
    return Request(method=method, path=path, headers={**sends, **written(ask.version)}, body=body)


async def order_of(book: Book, ask: Changing) -> Order:
    """Give the order that is to be changed; raises Conflict where it is of another version."""
    found = await book.get(Reference(NAME, ask.id))
    demand_version(found, ask.version)
    return found
