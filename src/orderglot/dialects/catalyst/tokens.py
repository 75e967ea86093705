"""OAuth's two endpoints: where an app is let in, and where it gets its tokens."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import OPEN, Caller
from orderglot.core.errors import Rule, Unauthenticated, invalid
from orderglot.core.keyring import Credential, Keyring
from orderglot.core.tokens import TokenKind
from orderglot.dialects.catalyst import shapes
from orderglot.dialects.catalyst.media import JSON
from orderglot.dialects.catalyst.settings import site_id, write_id
from orderglot.dialects.catalyst.tables import NAME
from orderglot.wire import json
from orderglot.wire.auth import read_hex
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, argument, form_pairs, once, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import success

REFUSED = "Send the access token of your site in the Authorization header."

UNKNOWN = "The client_secret is not known."
"""The one thing that is said to whoever is not let in, whatever the reason."""

TOKEN_PATH = "/api/oauth/token"  # noqa: S105
AUTHORIZE_PATH = "/api/oauth/authorize"
FORM = "application/x-www-form-urlencoded"
HTML = "text/html; charset=utf-8"

TOKEN_LASTS = timedelta(seconds=14_400)
REFRESH_LASTS = timedelta(days=30)

TOKEN = TokenKind(name="token", size=32, write=bytes.hex, read=read_hex, lasts=TOKEN_LASTS)
REFRESH = TokenKind(name="refresh", size=32, write=bytes.hex, read=read_hex, lasts=REFRESH_LASTS)
CODE = TokenKind(name="code", size=32, write=bytes.hex, read=read_hex, lasts=REFRESH_LASTS)
"""A code comes from nobody; it is kept, once it was spent, as long as what came of it."""

GRANTS = ("authorization_code", "refresh_token")
LONGEST = 2_000

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Let an app in</title>
<p>The app <b>{client}</b> asks to work with your orders. Your site lets it in by the client secret
that you gave it, and by nothing else.</p>
<p><a href="{url}">Continue to {host}</a></p>"""
"""What people see instead of the vendor's login: the one link goes back to the app."""


# GET /api/oauth/authorize


class Authorizing(Struct, frozen=True):
    """Which app asks, where it wants its code, and the code that it is given."""

    client: str
    redirect: str
    state: str = ""
    code: str = ""


HALF = 16


def code_for(client: str, redirect: str, random: bytes = bytes(HALF)) -> str:
    """Give a code for an app: it proves nothing, and fits no other app or address.

    Its second half says for which it is, its first half is another each time.
    """
    digest = hashlib.sha256(f"{client}\n{redirect}".encode()).digest()
    first = bytes(left ^ right for left, right in zip(digest, random[:HALF], strict=False))
    return (first + digest[HALF:]).hex()


def fits(code: str, client: str, redirect: str) -> bool:
    """Tell whether a code is one for an app and its address, in the one way to write it."""
    own = code_for(client, redirect)
    return _CODE.fullmatch(code) is not None and code[2 * HALF :] == own[2 * HALF :]


_CODE = re.compile(f"[0-9a-f]{{{4 * HALF}}}")


def _write_authorizing(asked: Authorizing) -> Request:
    query = (
        ("client_id", asked.client),
        ("redirect_uri", asked.redirect),
        ("state", asked.state),
        ("response_type", "code"),
    )
    return Request(method="GET", path=AUTHORIZE_PATH, query=query_of(query))


def _read_authorizing(request: Request, _caller: Caller) -> Authorizing:
    if argument(request, "response_type") not in (None, "", "code"):
        reason = "Only 'code' is given out here; a token is given for a client secret."
        raise invalid("response_type", Rule.CHOICE, reason)
    redirect = argument(request, "redirect_uri") or ""
    return Authorizing(
        _required("client_id", argument(request, "client_id")),
        _demand_url(_required("redirect_uri", redirect)),
        argument(request, "state") or "",
    )


def _required(name: str, value: str | None) -> str:
    if not value:
        raise invalid(name, Rule.REQUIRED, "This field is required.")
    if len(value) > LONGEST:
        raise invalid(name, Rule.LENGTH, f"This may have {LONGEST} characters.")
    return value


def _demand_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("redirect_uri", Rule.MALFORMED, "This must be an http(s) URL.")
    return url


async def _authorize(context: Context, asked: Authorizing) -> Authorizing:
    """Show the page on which an app is let in."""
    return replace(asked, code=code_for(asked.client, asked.redirect, context.keyring.draw()))


def _write_authorized(asked: Authorizing, _request: Request) -> Response:
    answers = {"code": asked.code, "state": asked.state}
    joint = "&" if urlsplit(asked.redirect).query else "?"
    url = f"{asked.redirect}{joint}{urlencode({k: v for k, v in answers.items() if v})}"
    page = PAGE.format(
        client=escape(asked.client), url=escape(url), host=escape(urlsplit(url).netloc)
    )
    return Response(status=200, headers={"content-type": HTML}, body=page.encode())


def _read_authorized(_response: Response, asked: Authorizing) -> Authorizing:
    return asked


AUTHORIZE: Operation[Authorizing, Authorizing] = Operation(
    name="authorize",
    endpoint=Endpoint("GET", (AUTHORIZE_PATH,), OPEN),
    request=RequestFormat(_write_authorizing, _read_authorizing, query=shapes.Authorizing),
    perform=_authorize,
    response=ResponseFormat(_write_authorized, _read_authorized, success(200, str, "text/html")),
)


# POST /api/oauth/token


class Granting(Struct, frozen=True):
    """What a token is asked for with; the secret is an access token that the seller handed out."""

    grant: str
    client: str = ""
    secret: str = ""
    code: str = ""
    redirect: str = ""
    refresh: str = ""


class Granted(Struct, frozen=True):
    """Two new tokens, and the site that they open."""

    access: str
    refresh: str = ""
    site: str = ""


def _write_granting(asked: Granting) -> Request:
    form = {
        "grant_type": asked.grant,
        "client_id": asked.client,
        "client_secret": asked.secret,
        "redirect_uri": asked.redirect,
        "code": asked.code,
        "refresh_token": asked.refresh,
    }
    return Request(
        method="POST",
        path=TOKEN_PATH,
        headers={"content-type": FORM, "accept": "application/json"},
        body=urlencode({name: value for name, value in form.items() if value}).encode(),
    )


def _read_granting(request: Request, _caller: Caller) -> Granting:
    form = Form(once(form_pairs(request)))
    asked = Granting(
        form.choice("grant_type", GRANTS, required=True),
        form.text("client_id", longest=LONGEST),
        form.text("client_secret", required=True),
        form.text("code", required=form.text("grant_type") == GRANTS[0]),
        form.text("redirect_uri", longest=LONGEST),
        form.text("refresh_token", required=form.text("grant_type") == GRANTS[1]),
    )
    form.check()
    return asked


async def _grant(context: Context, asked: Granting) -> Granted:
    """Give out tokens that see what the key sees and end when it ends."""
    try:
        key = await context.keyring.admit(NAME, asked.secret)
    except Unauthenticated:
        raise Unauthenticated(UNKNOWN) from None
    give = _exchange if asked.grant == GRANTS[0] else _refresh
    access, refresh = await give(context.keyring, key, asked)
    return Granted(access, refresh, site_id(await context.book_of(key.caller).seller()))


async def _exchange(keyring: Keyring, key: Credential, asked: Granting) -> tuple[str, ...]:
    """Give tokens for a code, which is good once."""
    if not fits(asked.code, asked.client, asked.redirect):
        raise invalid("code", Rule.MISMATCH, "This code is not of this app and address.")
    try:
        return await keyring.redeem(key, CODE, asked.code, TOKEN, REFRESH)
    except Unauthenticated:
        raise Unauthenticated("This code was used before; let the app in anew.") from None


async def _refresh(keyring: Keyring, key: Credential, asked: Granting) -> tuple[str, ...]:
    """Give tokens for a refresh token, which is good once."""
    try:
        return await keyring.renew(key, REFRESH, asked.refresh, TOKEN, REFRESH)
    except Unauthenticated:
        raise Unauthenticated("This refresh token is not good; let the app in anew.") from None


def _write_granted(granted: Granted, request: Request) -> Response:
    body: dict[str, Any] = {
        "access_token": granted.access,
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LASTS.total_seconds()),
        "refresh_token": granted.refresh,
        "additional_info": {
            "sites": [{"site_id": write_id(granted.site), "secure_url": request.base}]
        },
    }
    headers = {"content-type": JSON, "cache-control": "no-store"}
    return Response(status=200, headers=headers, body=json.write(body))


def _read_granted(response: Response, _asked: Granting) -> Granted:
    form = Form(json.read(response.body))
    sites = form.inside("additional_info").each("sites")
    granted = Granted(
        form.text("access_token", required=True),
        form.text("refresh_token"),
        sites[0].text("site_id") if sites else "",
    )
    form.check()
    return granted


GRANT: Operation[Granting, Granted] = Operation(
    name="token",
    endpoint=Endpoint("POST", (TOKEN_PATH,), OPEN),
    request=RequestFormat(_write_granting, _read_granting, body={FORM: shapes.Granting}),
    perform=_grant,
    response=ResponseFormat(_write_granted, _read_granted, success(200, shapes.Granted)),
    tries=lambda asked: asked.secret,
)
