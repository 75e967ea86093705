"""How Adobe says no: a code, its message, and what it concerns.

The codes of six digits are the gateway's in front of the API, which writes them ``error_code``.
The token endpoint speaks OAuth's own words (RFC 6749, 5.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from orderglot.core.caller import OPEN
from orderglot.core.errors import HubError, Invalid, Problem, Unauthenticated
from orderglot.dialects.adobe import shapes
from orderglot.dialects.adobe.codes import (
    BREACHES,
    DEFAULTS,
    FAULTS_BY_CODE,
    RETURNS,
    RULES,
    SALES,
    SEARCH,
    SWITCHING,
    Fault,
)
from orderglot.dialects.adobe.media import answer
from orderglot.wire.dialect import Faults
from orderglot.wire.faults import error_headers, kind_of, kind_of_status, read_error, read_members
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Operation
from orderglot.wire.shape import JSON, ResponseShape, Shape, enum

TOKENS = "/ims/"
OAUTH: dict[type[HubError], tuple[str, int]] = {
    Unauthenticated: ("invalid_client", 401),
    Invalid: ("invalid_request", 400),
}
UNSUPPORTED_GRANT = "unsupported_grant_type"

REASON = "x-reason"
"""Why in a sentence, for people: a message in the body is always the vendor's own."""

LONGEST_REASON = 1_000

BROKEN = {
    code: rule
    for codes in (RETURNS, SWITCHING, SALES, BREACHES)
    for (_, rule), code in codes.items()
} | {code: rule for rule, code in RULES.items()}
"""Which rule was broken, where a code says so."""

TRADE = {code for codes in (SALES, RETURNS, SWITCHING, BREACHES) for code in codes.values()}
"""The codes of what can be wrong with an order that is sent."""

GATEWAY_DIGITS = 6
"""So many digits has a code of the gateway's in front of the API."""

BY_LINE = ("2119", "2120", "2121", "2122", "2123", "2124", "2125", "2128", "2129", "213", "214")
_LINE = re.compile(r"Line Item: ?(\d+)", re.IGNORECASE)
_INDEX = re.compile(r"\[(\d+)\]")


def write_fault(error: HubError, request: Request) -> Response:
    """Write an error."""
    kind = kind_of(error)
    if request.path.startswith(TOKENS) and kind in OAUTH:
        return _write_oauth(error, kind, request)
    code = _code_of(error, kind, request)
    fault = FAULTS_BY_CODE[code]
    return answer(fault.status, _write_body(code, fault, error, request), request, _headers(error))


def read_fault(response: Response) -> HubError | None:
    """Give the error that a response contains; one in a form of its own goes by its status."""
    if response.status < 300:
        return None
    form = Form(read_members(response))
    code = form.text("code") or form.text("error_code") or form.text("error")
    message = form.text("message") or form.text("error_description")
    message = message or f"The vendor answered {response.status}, with no reason."
    if reason := response.headers.get(REASON):
        message = f"{message} ({reason})"
    known = FAULTS_BY_CODE.get(code)
    kind = known.kind if known else kind_of_status(response.status)
    problems = tuple(_read_details(form, code, message))
    return read_error(kind, message, response, code=code, problems=problems)


def declare_faults(operation: Operation[Any, Any]) -> tuple[ResponseShape, ...]:
    """Declare the codes by their statuses; the token endpoint has OAuth's words as well."""
    endpoint = operation.endpoint
    declared = _declared(reads=endpoint.method == "GET" or endpoint.right == OPEN)
    if not endpoint.paths[0].startswith(TOKENS):
        return declared
    refusals = (ResponseShape(status, {JSON: shapes.NotGranted}) for _, status in OAUTH.values())
    return (*refusals, *declared)


@cache
def _declared(*, reads: bool) -> tuple[ResponseShape, ...]:
    """Declare the codes by their statuses; an operation that only reads breaks no business rule."""
    found: dict[tuple[str, int], list[str]] = {}
    for code, fault in FAULTS_BY_CODE.items():
        name = "Gateway" if code.isdecimal() and len(code) == GATEWAY_DIGITS else "Fault"
        if fault.status != 405 and not (reads and code in TRADE):
            found.setdefault((name, fault.status), []).append(code)
    return tuple(
        ResponseShape(status, {JSON: _refusal(name, status, tuple(codes))}, shapes.Refused)
        for (name, status), codes in found.items()
    )


@cache
def _refusal(name: str, status: int, codes: tuple[str, ...]) -> Shape:
    own = "error_code" if name == "Gateway" else "code"
    members: list[Any] = [(own, Annotated[str, enum(codes)]), ("message", str)]
    if name == "Fault":
        members.append(("additionalDetails", list[str] | UnsetType, UNSET))
    traded = {FAULTS_BY_CODE[code].status for code in TRADE}
    reads = status in traded and TRADE.isdisjoint(codes)
    return msgspec.defstruct(f"{name}{status}{'OfReads' if reads else ''}", members)


FAULTS = Faults(write_fault, read_fault, declare_faults)


def _code_of(error: HubError, kind: type[HubError], request: Request) -> str:
    """Choose the code of an error: its own where it has one of its kind."""
    if error.code in FAULTS_BY_CODE and FAULTS_BY_CODE[error.code].kind is kind:
        return error.code
    if isinstance(error, Invalid) and error.problems:
        return _code_of_problem(error.problems[0], request)
    return SEARCH if kind is Invalid and request.method == "GET" else DEFAULTS[kind]


def _code_of_problem(problem: Problem, request: Request) -> str:
    if problem.code in FAULTS_BY_CODE and FAULTS_BY_CODE[problem.code].kind is Invalid:
        return problem.code
    if request.method == "GET":
        return SEARCH
    member = problem.field.rpartition(".")[2].partition("[")[0]
    default = RULES.get(problem.rule, DEFAULTS[Invalid])
    return BREACHES.get((member, problem.rule), default)


def _write_body(code: str, fault: Fault, error: HubError, request: Request) -> dict[str, Any]:
    if code.isdecimal() and len(code) == GATEWAY_DIGITS:
        return {"error_code": code, "message": fault.message}
    problems = error.problems if isinstance(error, Invalid) else ()
    mine = [problem for problem in problems if _code_of_problem(problem, request) == code]
    if not fault.message:
        return {"code": code, "message": mine[0].reason if mine else error.message}
    details = list(dict.fromkeys(_write_detail(code, fault, problem) for problem in mine))
    body: dict[str, Any] = {"code": code, "message": fault.message}
    return {**body, "additionalDetails": details} if any(details) else body


def _write_detail(code: str, fault: Fault, problem: Problem) -> str:
    """Describe what a problem concerns: a line by its number, else a member by its name."""
    if problem.line is not None and code.startswith(BY_LINE):
        line = f"Line Item: {problem.line}"
        return f"{line}, Reason: {fault.reason}" if fault.reason else line
    return _counted(problem.field, -1)


def _counted(field: str, by: int) -> str:
    """Count the elements of lists from elsewhere: a form does from 1, Adobe from 0."""
    return _INDEX.sub(lambda found: f"[{max(0, int(found[1]) + by)}]", field)


def _write_oauth(error: HubError, kind: type[HubError], request: Request) -> Response:
    name, status = OAUTH[kind]
    problems = error.problems if isinstance(error, Invalid) else ()
    if any(problem.code == UNSUPPORTED_GRANT for problem in problems):
        name = UNSUPPORTED_GRANT
    body = {"error": name, "error_description": error.message}
    return answer(status, body, request, {"cache-control": "no-store"})


def _headers(error: HubError) -> dict[str, str]:
    reason = {REASON: _in_a_header(error.message)} if error.message else {}
    return {**error_headers(error), **reason}


def _in_a_header(text: str) -> str:
    """Say a text in what a header can hold, cut where it is long."""
    plain = "".join(char if char.isascii() and char.isprintable() else " " for char in text)
    return (plain if len(plain) <= LONGEST_REASON else plain[: LONGEST_REASON - 3] + "...").strip()


def _read_details(form: Form, code: str, message: str) -> Iterator[Problem]:
    """Read what an error concerns, where its code tells which rule was broken."""
    details = form.members.get("additionalDetails")
    if code not in BROKEN or not isinstance(details, list):
        return
    for detail in map(str, details):
        line = _LINE.match(detail)
        field = "lineItems" if line else _counted(detail, +1)
        yield Problem(field, BROKEN[code], message, int(line[1]) if line else None, code)
