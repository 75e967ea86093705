"""How Kodaris says no: the envelope with ``success`` false, its ``code`` that of the response.

The pages show no refusal, so what stands in ``errors`` is ours: one sentence for each thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderglot.core.errors import HubError, Invalid, sentence
from orderglot.dialects.kodaris import shapes
from orderglot.dialects.kodaris.media import answer, listed
from orderglot.wire.dialect import Faults
from orderglot.wire.faults import (
    STATUSES,
    error_headers,
    kind_of,
    kind_of_status,
    read_error,
    read_members,
)
from orderglot.wire.message import Request, Response, words_of
from orderglot.wire.shape import JSON, refusals


def write_fault(error: HubError, request: Request) -> Response:
    """Write an error; of what is wrong with a request, each thing on its own."""
    reasons = tuple(map(sentence, error.problems)) if isinstance(error, Invalid) else ()
    return answer(
        None,
        request,
        status=STATUSES[kind_of(error)],
        errors=reasons or (error.message,),
        headers=error_headers(error),
    )


def read_fault(response: Response) -> HubError | None:
    """Give the error that a response contains, also where it does so inside a 200."""
    envelope = read_members(response)
    if response.status < 300 and envelope.get("success") is not False:
        return None
    code = _code(response, envelope)
    message = " ".join(_reasons(envelope)) or words_of(response)
    message = message or f"The vendor answered {code}, with no reason that can be read."
    return read_error(kind_of_status(code), message, response)


FAULTS = Faults(
    write_fault, read_fault, lambda _operation: refusals(STATUSES, {JSON: shapes.Refusal})
)


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
