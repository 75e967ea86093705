"""How Kodaris says no: the envelope with ``success`` false, its ``code`` that of the response.

The pages show no refusal, so what stands in ``errors`` is ours: one sentence for each thing.
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
    sentence,
)
from orderglot.dialects.kodaris import shapes
from orderglot.dialects.kodaris.envelope import answer, listed
from orderglot.wire import json
from orderglot.wire.dialect import Operation
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import JSON, Given, refused

STATUSES: dict[type[HubError], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Unsupported: 405,
    Conflict: 409,
    TooMany: 429,
    Upstream: 503,
}

MEANINGS = {status: kind for kind, status in STATUSES.items()}

_SECONDS = re.compile("[0-9]{1,6}")


class KodarisFaults:
    """Errors on Kodaris's wire; the code says which kind they are."""

    def write(self, error: HubError, request: Request) -> Response:
        """Spell an error; of what is wrong with a request, each thing on its own."""
        kind = next(kind for kind in KINDS if isinstance(error, kind))
        reasons = tuple(map(sentence, error.problems)) if isinstance(error, Invalid) else ()
        return answer(
            None,
            request,
            status=STATUSES[kind],
            errors=reasons or (error.message,),
            headers=_headers(error),
        )

    def read(self, response: Response) -> HubError | None:
        """Give the error that a response spells, also where it does so inside a 200."""
        envelope = _envelope(response)
        if response.status < 300 and envelope.get("success") is not False:
            return None
        code = _code(response, envelope)
        message = " ".join(_reasons(envelope)) or (
            f"The vendor answered {code}, with no reason that can be read."
        )
        kind = MEANINGS.get(code) or (Invalid if 400 <= code < 500 else Upstream)
        if kind is Invalid:
            return Invalid(message=message)
        if kind is TooMany:
            return TooMany(message, retry_after=_read_seconds(response))
        if kind is Unsupported:
            return Unsupported(message, allow=_read_methods(response))
        return kind(message)

    def gives(self, _operation: Operation[Any, Any]) -> tuple[Given, ...]:
        """Declare the envelope, whatever the operation is."""
        return refused(STATUSES, {JSON: shapes.Refusal})


FAULTS = KodarisFaults()


def _envelope(response: Response) -> Mapping[str, Any]:
    try:
        envelope = json.read(response.body)
    except Invalid:
        return {}
    return envelope if isinstance(envelope, Mapping) else {}


def _code(response: Response, envelope: Mapping[str, Any]) -> int:
    """Give the code that counts: the response's own, or inside a 200 the envelope's."""
    code = envelope.get("code")
    if response.status < 300:
        return code if type(code) is int and code >= 300 else 400
    return response.status


def _reasons(envelope: Mapping[str, Any]) -> list[str]:
    """Give the sentences of ``errors``, or of ``messages`` where those say nothing."""
    for name in ("errors", "messages"):
        found = listed(envelope.get(name))
        reasons = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        texts = [_text(reason) for reason in reasons]
        if any(texts):
            return [text for text in texts if text]
    return []


def _text(reason: Any) -> str:
    if isinstance(reason, Mapping):
        reason = reason.get("message")
    return reason if isinstance(reason, str) else ""


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
