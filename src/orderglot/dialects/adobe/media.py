"""What every answer of Adobe's API has: JSON, and the id of the request that it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.message import Request, Response

JSON = "application/json"
REQUEST_ID = "x-request-id"
CORRELATION_ID = "x-correlation-id"
LONGEST_CORRELATION_ID = 200


def answer(
    status: int, value: Any, request: Request, headers: Mapping[str, str] | None = None
) -> Response:
    """Make a response out of what its body holds."""
    return Response(
        status=status,
        headers={"content-type": JSON, **(headers or {}), **request_id(request)},
        body=json.write(value),
    )


def request_id(request: Request) -> dict[str, str]:
    """Echo the id that a request came with, or give the one that the server gave it."""
    sent = request.headers.get(REQUEST_ID, "")
    fits = 0 < len(sent) <= LONGEST_CORRELATION_ID and sent.isascii() and sent.isprintable()
    id = sent if fits else request.id
    return {REQUEST_ID: id} if id else {}


def correlated(request: Request) -> Request:
    """Give a request back that says which intent it belongs to; raises Invalid for any other.

    Real clients send hashes and references of their own: no form is asked for.
    """
    if correlation_id(request) is None:
        reason = f"Send a text of at most {LONGEST_CORRELATION_ID} characters."
        raise invalid("X-Correlation-Id", Rule.REQUIRED, reason, code="4119")
    return request


def correlation_id(request: Request) -> str | None:
    """Read the correlation id of a request, None where it has none that is fit to be one."""
    id = request.headers.get(CORRELATION_ID, "").strip()
    return id if 0 < len(id) <= LONGEST_CORRELATION_ID else None


def read_body(body: bytes, known: Known | None = None) -> Form:
    """Open the form that a JSON body is; raises Invalid where it is not well-formed."""
    return Form(json.read(body), known=known)
