"""The token endpoint, in the forms that real clients use, and the sign of life."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from orderglot.core.caller import OPEN, Caller
from orderglot.core.errors import Rule, Unauthenticated, invalid
from orderglot.core.tokens import TokenKind
from orderglot.dialects.adobe import shapes
from orderglot.dialects.adobe.faults import UNSUPPORTED_GRANT
from orderglot.dialects.adobe.media import answer, read_body, request_id
from orderglot.dialects.adobe.tables import NAME
from orderglot.wire.auth import read_basic, read_hex, same
from orderglot.wire.flow import Flow, call
from orderglot.wire.message import Request, Response, essence, form_pairs, once, pairs, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import success

LASTS = timedelta(seconds=86_399)
TOKEN = TokenKind(name="token", size=32, write=bytes.hex, read=read_hex, lasts=LASTS)
FORM = "application/x-www-form-urlencoded"
GRANT = "client_credentials"
SCOPE = "openid,AdobeID,read_organizations"
REFUSED = "Check the client id and secret."
"""The message of every refused login, whatever the reason."""


class Grant(Struct, frozen=True):
    """What a client asks for a token with."""

    client_id: str
    client_secret: str
    grant_type: str = GRANT


class Granted(Struct, frozen=True):
    """A token, and how long it is good for."""

    token: str
    lasts: timedelta = LASTS


def _write_grant(grant: Grant) -> Request:
    fields = {
        "grant_type": grant.grant_type,
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "scope": SCOPE,
    }
    return Request(
        method="POST",
        path=GET_TOKEN.endpoint.paths[0],
        headers={"content-type": FORM, "accept": "application/json"},
        body=query_of(fields.items()).encode(),
        repeatable=True,
    )


def _read_grant(request: Request, _caller: Caller) -> Grant:
    """Read a grant out of the query, the body and the Basic credentials, the last one first."""
    fields = once(pairs(request.query))
    if essence(request.headers.get("content-type", FORM)) in ("", FORM):
        fields |= once(form_pairs(request))
    if "authorization" in request.headers:
        fields["client_id"], fields["client_secret"] = read_basic(request)
    return Grant(
        fields.get("client_id", ""), fields.get("client_secret", ""), fields.get("grant_type", "")
    )


async def _get_token(context: Context, grant: Grant) -> Granted:
    """Give a token for a client's id and secret."""
    if grant.grant_type != GRANT:
        reason = f"Ask with grant_type={GRANT}."
        raise invalid("grant_type", Rule.CHOICE, reason, code=UNSUPPORTED_GRANT)
    try:
        credential = await context.keyring.admit(NAME, grant.client_secret)
    except Unauthenticated:
        raise Unauthenticated(REFUSED) from None
    if not same(grant.client_id, credential.id):
        raise Unauthenticated(REFUSED)
    (token,) = await context.keyring.issue(credential, TOKEN)
    return Granted(token)


def _write_granted(granted: Granted, request: Request) -> Response:
    seconds = int(granted.lasts.total_seconds())
    body = {"access_token": granted.token, "token_type": "bearer", "expires_in": seconds}
    return answer(200, body, request, {"cache-control": "no-store"})


def _read_granted(response: Response, _grant: Grant) -> Granted:
    form = read_body(response.body)
    token = form.text("access_token", required=True)
    seconds = form.whole("expires_in", required=True, least=0, most=10**9)
    form.check()
    return Granted(token, timedelta(seconds=seconds or 0))


GET_TOKEN: Operation[Grant, Granted] = Operation(
    name="token",
    endpoint=Endpoint("POST", ("/ims/token/v3", "/ims/token/v2"), OPEN),
    request=RequestFormat(_write_grant, _read_grant, query=shapes.Grant, body={FORM: shapes.Grant}),
    perform=_get_token,
    response=ResponseFormat(
        _write_granted, _read_granted, success(200, shapes.Granted, headers=shapes.Answered)
    ),
    tries=lambda grant: grant.client_id,
)


def fetch(grant: Grant) -> Flow[Granted]:
    """Get a token."""
    return (yield from call(GET_TOKEN, grant))


# The sign of life


async def _ping(_desk: Context, _ask: None) -> str:
    """Give a sign of life."""
    return "pong"


def _write_pong(text: str, request: Request) -> Response:
    headers = {"content-type": "text/plain", **request_id(request)}
    return Response(status=200, headers=headers, body=text.encode())


def _read_pong(response: Response, _ask: None) -> str:
    return response.body.decode("utf-8", errors="replace")


PING: Operation[None, str] = Operation(
    name="ping",
    endpoint=Endpoint("GET", ("/partnerservice/ping",), OPEN),
    request=RequestFormat(
        lambda _ask: Request(method="GET", path=PING.endpoint.paths[0]),
        lambda _request, _caller: None,
    ),
    perform=_ping,
    response=ResponseFormat(
        _write_pong, _read_pong, success(200, str, "text/plain", headers=shapes.Answered)
    ),
)
