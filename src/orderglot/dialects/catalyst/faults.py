"""How Catalyst says no: ``errorCode``, ``description``, ``uri`` and ``extraInfo``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

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
from orderglot.dialects.catalyst import shapes
from orderglot.wire import json
from orderglot.wire.dialect import Operation
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import JSON as PLAIN
from orderglot.wire.shape import Given, refused
from orderglot.wire.table import Both

PAGE = "https://docs.worldsecuresystems.com/developers/"
JSON = "application/json; charset=utf-8"

STATUSES: Both[int, Any] = Both(
    {
        400: Invalid,
        401: Unauthenticated,
        403: Forbidden,
        404: NotFound,
        405: Unsupported,
        409: Conflict,
        429: TooMany,
        503: Upstream,
    }
)

CODES: Mapping[type[HubError], int] = {
    Invalid: 200000,
    Unauthenticated: 101000,
    Forbidden: 101001,
    NotFound: 10400,
    Unsupported: 10405,
    Conflict: 10409,
    TooMany: 10429,
    Upstream: 10503,
}
"""The vendor's numbers where its pages give one, else numbers of that form."""

DESCRIPTIONS: Mapping[type[HubError], str] = {Invalid: "The request is not valid."}


class CatalystFaults(NamedTuple):
    """Errors on Catalyst's wire; the status says which kind they are."""

    write: Callable[[HubError, Request], Response]
    read: Callable[[Response], HubError | None]
    gives: Callable[[Operation[Any, Any]], tuple[Given, ...]]


def write_error(error: HubError, request: Request) -> Response:
    """Spell an error; what is wrong, and where, is all in ``extraInfo``."""
    kind = next(kind for kind in KINDS if isinstance(error, kind))
    body = {
        "errorCode": _code(kind, error),
        "description": DESCRIPTIONS.get(kind, error.message),
        "uri": PAGE,
        "extraInfo": _more(error),
    }
    headers = {"content-type": JSON, **_headers(error)}
    return Response(status=STATUSES.write(kind), headers=headers, body=json.write(body))


def read_error(response: Response) -> HubError | None:
    """Give the error that a response spells; one in a form of its own goes by its status."""
    if response.status < 300:
        return None
    form = _read_form(response)
    message = form.text("extraInfo") or form.text("description")
    message = message or f"The vendor answered {response.status} and gave no reason."
    kind: type[HubError] = STATUSES.read(response.status) or _kind_of(response.status)
    if kind is Invalid:
        return Invalid(message=message, code=form.text("errorCode"))
    if kind is TooMany:
        return TooMany(message, retry_after=_read_seconds(response))
    if kind is Unsupported:
        return Unsupported(message, allow=_read_methods(response))
    return kind(message)


def declare_errors(operation: Operation[Any, Any]) -> tuple[Given, ...]:
    """Declare the one form of an error, whatever the operation is."""
    return refused(STATUSES.canon, {PLAIN: shapes.Refusal})


FAULTS = CatalystFaults(write_error, read_error, declare_errors)


def _code(kind: type[HubError], error: HubError) -> int:
    codes = [problem.code for problem in error.problems] if isinstance(error, Invalid) else []
    given = next((code for code in (error.code, *codes) if code.isdigit()), "")
    return int(given) if given else CODES[kind]


def _more(error: HubError) -> str:
    if isinstance(error, Invalid) and error.problems:
        return " ".join(map(sentence, error.problems))
    return error.message if isinstance(error, Invalid) else ""


def _read_form(response: Response) -> Form:
    try:
        body: Any = json.read(response.body)
    except Invalid:
        return Form({})
    return Form(body)


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
    return int(said) if said.isascii() and said.isdigit() else 1


def _read_methods(response: Response) -> tuple[str, ...]:
    listed = response.headers.get("allow", "").split(",")
    return tuple(method.strip() for method in listed if method.strip())


def _kind_of(status: int) -> type[HubError]:
    """Tell what a status means that no page lists."""
    return Invalid if 400 <= status < 500 else Upstream
