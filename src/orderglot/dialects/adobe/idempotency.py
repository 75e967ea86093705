"""Idempotency: a repeated request is recognised by its correlation id, for ten days."""

from __future__ import annotations

from hashlib import sha256

from msgspec.structs import replace

from orderglot.dialects.adobe.media import CORRELATION_ID, REQUEST_ID, correlation_id
from orderglot.dialects.adobe.tables import KEPT
from orderglot.wire.idempotency import Idempotency
from orderglot.wire.message import Request

LONGEST_REQUEST_ID = 200


def read_single(request: Request) -> str | None:
    """Read the id that no two requests may have, None where the client leaves it to the server."""
    id = request.headers.get(REQUEST_ID, "").strip()
    if len(id) > LONGEST_REQUEST_ID:
        return sha256(id.encode()).hexdigest()
    return id or None


def put_key(request: Request, key: str) -> Request:
    """Put a client's intent into a request."""
    return replace(request, headers={**request.headers, CORRELATION_ID: key})


IDEMPOTENCY = Idempotency(
    correlation_id,
    KEPT,
    conflict=False,
    refusals=True,
    single=read_single,
    used="4120",
    put=put_key,
)
