"""How Kole says no: a list of errors in the media type that was asked for.

The page names statuses alone and no client reads a body, so the body is ours: for each thing that
is wrong an ``error`` with its ``kind``, ``field``, ``rule``, ``line`` and ``message``.
"""

from __future__ import annotations

import re
from typing import Any

from orderglot.core.errors import (
    KINDS,
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    Problem,
    Rule,
    TooMany,
    Unauthenticated,
    Unsupported,
    Upstream,
)
from orderglot.dialects.kole import shapes
from orderglot.dialects.kole.media import (
    LINK,
    ORDER,
    answer,
    media_received,
    read_body,
)
from orderglot.wire.dialect import Operation
from orderglot.wire.form import Form
from orderglot.wire.media import negotiate
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import Given, refused

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

RULES = frozenset(Rule)

CHALLENGE = 'Basic realm="Kole Imports API"'


class KoleFaults:
    """Errors on Kole's wire; the status says which kind they are."""

    def write(self, error: HubError, request: Request) -> Response:
        """Spell an error; who takes none of the vendor's media types gets XML."""
        kind = next(kind for kind in KINDS if isinstance(error, kind))
        media = negotiate(request.headers.get("accept"), (*ORDER, *LINK)) or ORDER[0]
        errors = _write_errors(kind, error)
        return answer(STATUSES[kind], media, "errors", errors, _headers(error))

    def read(self, response: Response) -> HubError | None:
        """Give the error that a response spells; one in a form of its own goes by its status."""
        if response.status < 300:
            return None
        errors = _read_errors(response)
        message = " ".join(error.text("message") for error in errors) or (
            f"The vendor answered {response.status}, with no reason that can be read."
        )
        kind = MEANINGS.get(response.status) or _foreign(response.status)
        if kind is Invalid:
            problems = tuple(
                _read_problem(error) for error in errors if error.text("rule") in RULES
            )
            return Invalid(*problems, message="" if problems else message)
        if kind is TooMany:
            return TooMany(message, retry_after=_read_seconds(response))
        if kind is Unsupported:
            return Unsupported(message, allow=_read_methods(response))
        return kind(message)

    def gives(self, _operation: Operation[Any, Any]) -> tuple[Given, ...]:
        """Declare the list of errors, whatever the operation is."""
        return refused(STATUSES, shapes.ERRORS_MEDIA, shapes.REFUSED_HEADS)


FAULTS = KoleFaults()


def _write_errors(kind: type[HubError], error: HubError) -> list[dict[str, Any]]:
    if isinstance(error, Invalid) and error.problems:
        return [_write_problem(problem) for problem in error.problems]
    return [_write_error(kind, message=error.message)]


def _write_problem(problem: Problem) -> dict[str, Any]:
    return _write_error(
        Invalid,
        field=problem.field or None,
        rule=str(problem.rule),
        line=problem.line,
        message=problem.reason,
    )


def _write_error(
    kind: type[HubError],
    *,
    field: str | None = None,
    rule: str | None = None,
    line: int | None = None,
    message: str,
) -> dict[str, Any]:
    return {
        "kind": kind.__name__,
        "field": field,
        "rule": rule,
        "line": line,
        "message": message,
    }


def _read_problem(error: Form) -> Problem:
    return Problem(
        field=error.text("field"),
        rule=Rule(error.text("rule")),
        reason=error.text("message"),
        line=error.whole("line"),
    )


def _read_errors(response: Response) -> tuple[Form, ...]:
    try:
        content = read_body(media_received(response), response.body, "errors")
    except Invalid:
        return ()
    return Form({"errors": content}).each("errors", "error")


def _headers(error: HubError) -> dict[str, str]:
    match error:
        case Unauthenticated():
            return {"www-authenticate": CHALLENGE}
        case TooMany(retry_after=seconds):
            return {"retry-after": str(seconds)}
        case Unsupported(allow=methods):
            return {"allow": ", ".join(methods)}
        case _:
            return {}


def _read_seconds(response: Response) -> int:
    said = response.headers.get("retry-after", "")
    return int(said) if _SECONDS.fullmatch(said) else 1


def _read_methods(response: Response) -> tuple[str, ...]:
    listed = response.headers.get("allow", "").split(",")
    return tuple(method.strip() for method in listed if method.strip())


def _foreign(status: int) -> type[HubError]:
    """Tell what a status means that the vendor's page does not list."""
    return Invalid if 400 <= status < 500 else Upstream
