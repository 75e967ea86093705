"""How our own API says no: problems (RFC 9457) that name each field and the reason."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from msgspec.structs import replace

from orderglot.core.errors import Conflict, Gone, HubError, Invalid, Problem, Rule, sentence
from orderglot.dialects.orderglot import shapes
from orderglot.dialects.orderglot.media import problem
from orderglot.dialects.orderglot.tables import OVERTAKEN
from orderglot.wire.dialect import Faults
from orderglot.wire.faults import (
    STATUSES,
    error_headers,
    kind_of,
    kind_of_status,
    read_error,
    read_members,
)
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, words_of
from orderglot.wire.operation import Operation
from orderglot.wire.shape import ResponseShape, refusals

GONE = 410
"""The status of what was there and has been cleared away."""

PRECONDITION_FAILED = 412
"""The status of a change of another version than the one that is here."""


def write_fault(error: HubError, _request: Request) -> Response:
    """Write an error; of what is wrong with a request, each thing on its own."""
    overtaken = isinstance(error, Conflict) and error.code == OVERTAKEN
    status = PRECONDITION_FAILED if overtaken else STATUSES[kind_of(error)]
    if isinstance(error, Gone):
        status = GONE
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
    }
    if error.code:
        content["code"] = error.code
    if isinstance(error, Gone) and error.onward:
        content["next"] = error.onward
    if isinstance(error, Invalid) and error.problems:
        content["errors"] = list(map(_write_problem, error.problems))
    return problem(content, status=status, headers=error_headers(error))


def _write_problem(one: Problem) -> dict[str, Any]:
    line = {} if one.line is None else {"line": one.line}
    return {"field": one.field, "rule": one.rule, "reason": one.reason, **line}


def read_fault(response: Response) -> HubError | None:
    """Give the error that an answer contains, None where it is none."""
    if response.status < 400:
        return None
    overtaken = response.status == PRECONDITION_FAILED
    if response.status == GONE:
        gone = Form(read_members(response))
        return Gone(gone.text("detail"), onward=gone.text("next"))
    kind = Conflict if overtaken else kind_of_status(response.status)
    members = read_members(response)
    form = Form({"errors": members.get("errors")})
    problems = tuple(map(_read_problem, form.each("errors")))
    message = Form(members).text("detail") or words_of(response)
    message = message or f"The order book answered {response.status}, without a reason."
    if problems:
        message = "; ".join(map(sentence, problems))
    code = Form(members).text("code")
    return read_error(kind, message, response, code=code, problems=problems)


def _read_problem(form: Form) -> Problem:
    known = form.text("rule") in list(Rule)
    found = Problem(
        field=form.text("field"),
        rule=Rule(form.text("rule")) if known else Rule.MALFORMED,
        reason=form.text("reason"),
    )
    return replace(found, line=form.whole("line"))


def _responses(operation: Operation[Any, Any]) -> tuple[ResponseShape, ...]:
    body = {shapes.PROBLEM: shapes.Problem}
    shared = refusals(STATUSES, body)
    matched = operation.request.headers is shapes.Preconditions
    gone = operation.request.headers is shapes.Resuming
    further = (PRECONDITION_FAILED,) * matched + (GONE,) * gone
    return (*shared, *(ResponseShape(status, body) for status in further))


FAULTS = Faults(write_fault, read_fault, _responses)
