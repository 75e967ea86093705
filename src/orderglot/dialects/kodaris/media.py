"""Kodaris's envelope: what stands around whatever it says, be it yes or no."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

import msgspec

from orderglot.core.errors import Rule, invalid
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.message import Request, Response

JSON = "application/json"
"""Exactly this: the vendor's own scripts leave any other body unread."""

ASKS = {"accept": JSON, "content-type": JSON}
"""The headers that the pages give every request."""

_SIGNS = string.digits + string.ascii_uppercase
_PAIRS = tuple(left + right for left in _SIGNS for right in _SIGNS)
_encode = msgspec.json.Encoder().encode
_SECOND = slice(0, len("20251230203018"))


def answer(
    content: Any,
    request: Request,
    *,
    status: int = 200,
    errors: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make a response: the envelope around its content."""
    document = envelope(content, status=status, errors=errors)
    if request.at:
        document["requestId"] = request_id(request)
    headers = {"content-type": JSON, **(headers or {})}
    return Response(status=status, headers=headers, body=json.write(document))


def envelope(content: Any, *, status: int = 200, errors: tuple[str, ...] = ()) -> dict[str, Any]:
    """Put content into the envelope."""
    return {
        "success": status < 300,
        "code": status,
        "messages": [],
        "errors": errors,
        "data": content,
    }


def envelope_of(response: Response, known: Known | None = None) -> Form:
    """Open the envelope of an answer, of whose members some are known; raises Invalid without one."""
    document = json.read(response.body)
    if not isinstance(document, Mapping) or "data" not in document:
        raise invalid("data", Rule.REQUIRED, "The answer has no data.")
    return Form(document, known=known)


def content_of(response: Response) -> Any:
    """Take an answer out of its envelope; raises Invalid where there is none."""
    return envelope_of(response).members["data"]


def body_of(request: Request, *, longest: int | None = None, known: Known | None = None) -> Form:
    """Open the JSON object that a request sends, an empty one where it sends nothing.

    What is kept of it has texts of at most ``longest`` characters, and the members ``known``.
    """
    document = json.read_sent(request.body) if request.body.strip() else {}
    return Form(document, longest=longest, known=known)


def listed(value: Any) -> Any:
    """Give a list, also where it comes as the vendor's scripts print one: an object by index."""
    if isinstance(value, Mapping) and all(name.isdecimal() for name in value):
        return [value[name] for name in sorted(value, key=int)]
    return value


def request_id(request: Request) -> str:
    """Name a request by when it came: ``H91F22-20251230203018``, six signs and the second.

    The signs are the second's part that had passed.
    """
    assert request.at is not None
    begun, last = divmod(request.at.microsecond * 36**6 // 10**6, 36**2)
    first, middle = divmod(begun, 36**2)
    second = _encode(request.at).translate(None, b'"-T:')[_SECOND].decode()
    return f"{_PAIRS[first]}{_PAIRS[middle]}{_PAIRS[last]}-{second}"
