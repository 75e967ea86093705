"""How Kole says no: a list of errors in the media type that was asked for.

The page names statuses alone and no client reads a body, so the body is ours: for each thing that
is wrong an ``error`` with its ``kind``, ``field``, ``rule``, ``line`` and ``message``.
"""

from __future__ import annotations

from typing import Any

from orderglot.core.errors import HubError, Invalid, Problem, Rule, Unauthenticated
from orderglot.dialects.kole import shapes
from orderglot.dialects.kole.media import LINK, ORDER, answer, media_received, read_body
from orderglot.wire.dialect import Faults
from orderglot.wire.faults import STATUSES, error_headers, kind_of, kind_of_status, read_error
from orderglot.wire.form import Form
from orderglot.wire.media import negotiate
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import refusals

RULES = frozenset(Rule)

CHALLENGE = 'Basic realm="Kole Imports API"'


def write_fault(error: HubError, request: Request) -> Response:
    """Write an error; who takes none of the vendor's media types gets XML."""
    kind = kind_of(error)
    media = negotiate(request.headers.get("accept"), (*ORDER, *LINK)) or ORDER[0]
    headers = error_headers(error)
    if kind is Unauthenticated:
        headers["www-authenticate"] = CHALLENGE
    return answer(STATUSES[kind], media, "errors", _write_errors(kind, error), headers)


def read_fault(response: Response) -> HubError | None:
    """Give the error that a response contains; one in a form of its own goes by its status."""
    if response.status < 300:
        return None
    errors = _read_errors(response)
    message = " ".join(error.text("message") for error in errors) or (
        f"The vendor answered {response.status}, with no reason that can be read."
    )
    problems = tuple(_read_problem(error) for error in errors if error.text("rule") in RULES)
    kind = kind_of_status(response.status)
    text = "" if kind is Invalid and problems else message
    return read_error(kind, text, response, problems=problems)


FAULTS = Faults(
    write_fault,
    read_fault,
    lambda _operation: refusals(STATUSES, shapes.ERRORS_MEDIA, shapes.REFUSED_HEADERS),
)


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
