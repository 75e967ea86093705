"""How Komet says no: HTTP 200, a message, and ``status`` 0.

The vendor documents the shape and, of the messages, only that nothing is "not found". So each kind
of error has an opening of ours, by which the client knows it again; what any other message means is
guessed from its words.
"""

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
    TooMany,
    Unauthenticated,
    Unsupported,
    Upstream,
)
from orderglot.dialects.komet import shapes
from orderglot.dialects.komet.arguments import no
from orderglot.wire import json
from orderglot.wire.dialect import Operation
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import Given, Wait, given

OPENINGS: dict[type[HubError], str] = {
    Invalid: "Invalid parameters: ",
    NotFound: "Not found: ",
    Conflict: "Conflict: ",
    Unauthenticated: "Authentication failed: ",
    Forbidden: "Access denied: ",
    TooMany: "Too many requests: ",
    Unsupported: "Method not supported: ",
    Upstream: "System error: ",
}

NONE_FOUND = " not found."
"""How the vendor ends it when there is nothing to give, and so what needs no opening."""

GUESSES: tuple[tuple[type[HubError], re.Pattern[str]], ...] = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (TooMany, r"too many|\blimit|exceeded"),
        (Unauthenticated, r"\btoken|authenticat|password|log ?in\b|api ?key"),
        (Forbidden, r"permission|denied|not allowed|authori[sz]ed"),
        (NotFound, r"not found|does(n't| not) exist"),
        (Conflict, r"already|duplicate"),
        (Unsupported, r"not supported|unknown method"),
        (Upstream, r"(system|internal|unexpected|server) error|try again"),
    )
)

BY_STATUS: dict[int, type[HubError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: Unsupported,
    409: Conflict,
    429: TooMany,
}
"""What a gateway before the vendor means, which knows nothing of messages."""

_SECONDS = re.compile("[0-9]{1,6}")
_NO = (0, "0", False)


class KometFaults:
    """Errors on Komet's wire; the message says which kind they are."""

    def write(self, error: HubError, _request: Request) -> Response:
        """Spell an error."""
        kind = next(kind for kind in KINDS if isinstance(error, kind))
        opening = OPENINGS[kind]
        if kind is NotFound and error.message.endswith(NONE_FOUND):
            opening = ""
        return no(opening + error.message, _headers(error))

    def read(self, response: Response) -> HubError | None:
        """Give the error that a response spells, None where it says yes."""
        said = _members(response)
        if response.status < 300 and not _refuses(said):
            return None
        message = str(said.get("message") or f"The vendor answered {response.status}.")
        if response.status < 300 or said.get("message"):
            kind, message = _understood(message)
        else:
            kind = BY_STATUS.get(response.status) or _kind_of(response.status)
        if kind is Invalid:
            return Invalid(message=message)
        if kind is TooMany:
            return TooMany(message, retry_after=_read_seconds(response))
        if kind is Unsupported:
            return Unsupported(message, allow=_read_methods(response))
        return kind(message)

    def gives(self, _operation: Operation[Any, Any]) -> tuple[Given, ...]:
        """Declare the one form in which everything is refused."""
        return given(200, shapes.No, heads=Wait)


FAULTS = KometFaults()


def _members(response: Response) -> Mapping[str, Any]:
    try:
        members = json.read(response.body)
    except Invalid:
        return {}
    return members if isinstance(members, Mapping) else {}


def _refuses(said: Mapping[str, Any]) -> bool:
    """Tell a no from a yes; without a status, by whether there is nothing but a message."""
    if "status" in said:
        return said["status"] in _NO
    return set(said) == {"message"} and str(said["message"]).upper() != "OK"


def _understood(message: str) -> tuple[type[HubError], str]:
    """Tell which kind of error a message is, and what it says besides."""
    for kind, opening in OPENINGS.items():
        if message.startswith(opening):
            return kind, message.removeprefix(opening)
    return next((kind for kind, words in GUESSES if words.search(message)), Invalid), message


def _kind_of(status: int) -> type[HubError]:
    return Invalid if 400 <= status < 500 else Upstream


def _headers(error: HubError) -> dict[str, str]:
    match error:
        case TooMany():
            return {"retry-after": str(error.retry_after)}
        case Unsupported():
            return {"allow": ", ".join(error.allow)}
        case _:
            return {}


def _read_seconds(response: Response) -> int:
    said = response.headers.get("retry-after", "")
    return int(said) if _SECONDS.fullmatch(said) else 1


def _read_methods(response: Response) -> tuple[str, ...]:
    methods = response.headers.get("allow", "").split(",")
    return tuple(method.strip() for method in methods if method.strip())
