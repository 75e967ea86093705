"""How Catalyst says no: ``errorCode``, ``description``, ``uri`` and ``extraInfo``."""

from __future__ import annotations

from collections.abc import Mapping

from orderglot.core import errors
from orderglot.core.errors import HubError, Invalid, sentence
from orderglot.dialects.catalyst import shapes
from orderglot.dialects.catalyst.media import JSON
from orderglot.wire import json
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
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import JSON as PLAIN
from orderglot.wire.shape import refusals

PAGE = "https://docs.worldsecuresystems.com/developers/"

CODES: Mapping[type[HubError], int] = {
    errors.Invalid: 200000,
    errors.Unauthenticated: 101000,
    errors.Forbidden: 101001,
    errors.NotFound: 10400,
    errors.Unsupported: 10405,
    errors.Conflict: 10409,
    errors.TooMany: 10429,
    errors.Upstream: 10503,
}
"""The vendor's numbers where its pages give one, else numbers of that form."""

DESCRIPTIONS: Mapping[type[HubError], str] = {Invalid: "The request is not valid."}


def write_fault(error: HubError, _request: Request) -> Response:
    """Write an error; what is wrong, and where, is all in ``extraInfo``."""
    kind = kind_of(error)
    body = {
        "errorCode": _code(kind, error),
        "description": DESCRIPTIONS.get(kind, error.message),
        "uri": PAGE,
        "extraInfo": _more(error),
    }
    headers = {"content-type": JSON, **error_headers(error)}
    return Response(status=STATUSES[kind], headers=headers, body=json.write(body))


def read_fault(response: Response) -> HubError | None:
    """Give the error that a response contains; one in a form of its own goes by its status."""
    if response.status < 300:
        return None
    form = Form(read_members(response))
    message = form.text("extraInfo") or form.text("description")
    message = message or f"The vendor answered {response.status} and gave no reason."
    code = form.text("errorCode")
    return read_error(kind_of_status(response.status), message, response, code=code)


FAULTS = Faults(
    write_fault, read_fault, lambda _operation: refusals(STATUSES, {PLAIN: shapes.Refusal})
)


def _code(kind: type[HubError], error: HubError) -> int:
    codes = [problem.code for problem in error.problems] if isinstance(error, Invalid) else []
    given = next((code for code in (error.code, *codes) if code.isdigit()), "")
    return int(given) if given else CODES[kind]


def _more(error: HubError) -> str:
    if isinstance(error, Invalid) and error.problems:
        return " ".join(map(sentence, error.problems))
    return error.message if isinstance(error, Invalid) else ""
