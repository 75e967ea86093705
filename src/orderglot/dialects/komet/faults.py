"""How Komet says no: HTTP 200, a message, and ``status`` 0.

The vendor documents the shape and, of the messages, only that nothing is "not found". So each kind
of error has an opening of ours, by which the client knows it again; what any other message means is
guessed from its words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orderglot.core import errors
from orderglot.core.errors import HubError
from orderglot.dialects.komet import shapes
from orderglot.dialects.komet.media import no
from orderglot.wire.dialect import Faults
from orderglot.wire.faults import error_headers, kind_of, kind_of_status, read_error, read_members
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import RetryAfter, success

OPENINGS: dict[type[HubError], str] = {
    errors.Invalid: "Invalid parameters: ",
    errors.NotFound: "Not found: ",
    errors.Conflict: "Conflict: ",
    errors.Unauthenticated: "Authentication failed: ",
    errors.Forbidden: "Access denied: ",
    errors.TooMany: "Too many requests: ",
    errors.Unsupported: "Method not supported: ",
    errors.Upstream: "System error: ",
}

NONE_FOUND = " not found."
"""How the vendor ends it when there is nothing to give, and so what needs no opening."""

GUESSES: tuple[tuple[type[HubError], re.Pattern[str]], ...] = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (errors.TooMany, r"too many|\blimit|exceeded"),
        (errors.Unauthenticated, r"\btoken|authenticat|password|log ?in\b|api ?key"),
        (errors.Forbidden, r"permission|denied|not allowed|authori[sz]ed"),
        (errors.NotFound, r"not found|does(n't| not) exist"),
        (errors.Conflict, r"already|duplicate"),
        (errors.Unsupported, r"not supported|unknown method"),
        (errors.Upstream, r"(system|internal|unexpected|server) error|try again"),
    )
)

_NO = (0, "0", False)


def write_fault(error: HubError, _request: Request) -> Response:
    """Write an error."""
    kind = kind_of(error)
    opening = OPENINGS[kind]
    if kind is errors.NotFound and error.message.endswith(NONE_FOUND):
        opening = ""
    return no(opening + error.message, error_headers(error))


def read_fault(response: Response) -> HubError | None:
    """Give the error that a response contains; a gateway before the vendor knows statuses alone."""
    members = read_members(response)
    if response.status < 300 and not _refuses(members):
        return None
    kind = kind_of_status(response.status)
    message = str(members.get("message") or f"The vendor answered {response.status}.")
    if response.status < 300 or members.get("message"):
        kind, message = _understood(message)
    return read_error(kind, message, response)


FAULTS = Faults(
    write_fault,
    read_fault,
    lambda _operation: success(200, shapes.No, headers=RetryAfter),
)


def _refuses(members: Mapping[str, Any]) -> bool:
    """Tell a no from a yes; without a status, by whether there is nothing but a message."""
    if "status" in members:
        return members["status"] in _NO
    return set(members) == {"message"} and str(members["message"]).upper() != "OK"


def _understood(message: str) -> tuple[type[HubError], str]:
    """Tell which kind of error a message is, and what it says besides."""
    for kind, opening in OPENINGS.items():
        if message.startswith(opening):
            return kind, message.removeprefix(opening)
    return next((kind for kind, words in GUESSES if words.search(message)), errors.Invalid), message
