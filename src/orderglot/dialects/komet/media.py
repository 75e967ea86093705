"""What a request says, wherever it says it: in a header, the query, or a JSON or URL-encoded body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.message import (
    Pairs,
    Request,
    Response,
    essence,
    form_pairs,
    once,
    pairs,
    query_of,
)

T = TypeVar("T")

JSON = "application/json"
URL_ENCODED = "application/x-www-form-urlencoded"

ACCOUNT = "X-ACCOUNT"
PROOF = "authenticationToken"

API = "/api/"


def read_arguments(
    request: Request, *, longest: int | None = None, known: Known | None = None
) -> Form:
    """Open all that a request says in query and body; what the body says goes before.

    What is kept of it has texts of at most ``longest`` characters, and the members ``known``.
    """
    return Form(_encoded(request, json.read_sent, once), longest=longest, known=known)


def shown(request: Request, name: str) -> str:
    """Read a part of the proof from the header, query or body, "" where it is nowhere."""
    header = request.headers.get(name.lower(), "").strip()
    if header:
        return header
    try:
        return Form(_encoded(request, json.read, dict)).text(name)
    except Invalid:
        return ""


def channel_of(request: Request) -> str:
    """Read the account that a request is made for; raises Invalid without one."""
    account = shown(request, ACCOUNT)
    if not account:
        raise invalid(ACCOUNT, Rule.REQUIRED, "This field is required.")
    return account


def company_of(account: str) -> str:
    """Give the company of an account: all of it, or what stands before a dot."""
    return account.partition(".")[0]


def get(method: str, members: Mapping[str, Any]) -> Request:
    """Ask a method with URL parameters."""
    given = ((name, str(value)) for name, value in members.items() if value not in (None, ""))
    return Request(method="GET", path=API + method, query=query_of(given))


def post(method: str, members: Mapping[str, Any]) -> Request:
    """Ask a method with a JSON body."""
    given = {name: value for name, value in members.items() if value not in (None, "")}
    headers = {"content-type": JSON}
    return Request(method="POST", path=API + method, headers=headers, body=json.write(given))


def answer(message: str, members: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    """Make an answer, the message before all else: old clients take the first member for it."""
    return Response(
        status=200,
        headers={"content-type": JSON, **headers},
        body=json.write({"message": message, **members}),
    )


def yes(message: str, **members: Any) -> Response:
    """Answer that all went well."""
    return answer(message, members, {})


def no(message: str, headers: Mapping[str, str]) -> Response:
    """Answer that it did not."""
    return answer(message, {"status": 0}, headers)


def opened(response: Response) -> Form:
    """Open what an answer says; raises Invalid where it is no JSON."""
    return Form(json.read(response.body))


def read_list(
    response: Response,
    name: str,
    read: Callable[[Form], T],
    *,
    required: bool = False,
    known: Known | None = None,
) -> tuple[T, ...]:
    """Read all elements of a list that an answer has."""
    return Form(json.read(response.body), known=known).checked(
        lambda form: tuple(map(read, form.each(name, required=required)))
    )


def _encoded(
    request: Request,
    decode: Callable[[bytes], Any],
    gather: Callable[[Pairs], Mapping[str, Any]],
) -> Mapping[str, Any]:
    body, asked = request.body.strip(), gather(pairs(request.query))
    if not body:
        return asked
    if essence(request.headers.get("content-type", "")) == URL_ENCODED and body[:1] != b"{":
        return {**asked, **gather(form_pairs(request))}
    members = decode(body)
    if not isinstance(members, Mapping):
        raise invalid("body", Rule.MALFORMED, "The body must be a JSON object.")
    return {**asked, **members}
