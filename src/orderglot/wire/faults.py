"""What vendors' ways to say no have in common: statuses, headers, and the error that they write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orderglot.core.errors import (
    KINDS,
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    Problem,
    TooMany,
    Unauthenticated,
    Unsupported,
    Upstream,
)
from orderglot.wire import json
from orderglot.wire.message import Response

STATUSES: Mapping[type[HubError], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Unsupported: 405,
    Conflict: 409,
    TooMany: 429,
    Upstream: 503,
}
"""The status of each kind of error, where a vendor's page does not say otherwise."""

_KINDS = {status: kind for kind, status in STATUSES.items()}
_SECONDS = re.compile("[0-9]{1,6}")


def kind_of(error: HubError) -> type[HubError]:
    """Give the kind of an error, which it is or descends from."""
    return next(kind for kind in KINDS if isinstance(error, kind))


def kind_of_status(status: int) -> type[HubError]:
    """Tell what a status means; one that is not in the table goes by its first digit."""
    return _KINDS.get(status) or (Invalid if 400 <= status < 500 else Upstream)


def error_headers(error: HubError) -> dict[str, str]:
    """Write the headers that HTTP has for an error: ``Retry-After`` and ``Allow``."""
    match error:
        case TooMany() | Upstream():
            return {"retry-after": str(error.retry_after)}
        case Unsupported():
            return {"allow": ", ".join(error.allow)}
        case _:
            return {}


def read_error(
    kind: type[HubError],
    message: str,
    response: Response,
    *,
    code: str = "",
    problems: tuple[Problem, ...] = (),
) -> HubError:
    """Make the error that a response contains; its headers say what the kind has besides."""
    if kind is Invalid:
        return Invalid(*problems, message=message, code=code)
    if kind is TooMany:
        return TooMany(message, retry_after=_read_seconds(response, 1), code=code)
    if kind is Upstream:
        return Upstream(message, retry_after=_read_seconds(response, 5), code=code)
    if kind is Unsupported:
        return Unsupported(message, allow=_read_methods(response), code=code)
    return kind(message, code=code)


def read_members(response: Response) -> Mapping[str, Any]:
    """Read the members of a JSON object; none where the body is anything else."""
    try:
        members = json.read(response.body)
    except Invalid:
        return {}
    return members if isinstance(members, Mapping) else {}


def _read_seconds(response: Response, silent: int) -> int:
    """Read after how many seconds to try again, ``silent`` where the response does not say."""
    text = response.headers.get("retry-after", "")
    return int(text) if _SECONDS.fullmatch(text) else silent


def _read_methods(response: Response) -> tuple[str, ...]:
    methods = response.headers.get("allow", "").split(",")
    return tuple(method.strip() for method in methods if method.strip())
