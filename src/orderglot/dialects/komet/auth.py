"""Komet's proof of who is calling: the company's account and a token, wherever they stand."""

from __future__ import annotations

import string
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Forbidden, Unauthenticated
from orderglot.core.ports import Credential, Keyring
from orderglot.dialects.komet import shapes
from orderglot.dialects.komet.arguments import (
    ACCOUNT,
    PROOF,
    company_of,
    opened,
    read_arguments,
    shown,
    yes,
)
from orderglot.dialects.komet.tables import NAME
from orderglot.wire.auth import same
from orderglot.wire.dialect import (
    OPEN,
    Context,
    Endpoint,
    Operation,
    RequestFormat,
    ResponseFormat,
    Session,
)
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.shape import Security, SecurityScheme, success

KEY = "key"
LOGGED_IN = "login"

LOGIN_LASTS = timedelta(days=1)
LETTERS = 26

REFUSED = (
    f"Send your company's account as {ACCOUNT} and a token of its own that is good as {PROOF}."
)
"""The one thing that is said to whoever is not let in, whatever the reason."""

_SIGNS = string.digits + string.ascii_lowercase


class KometAuth:
    """The account that a token was handed out for, and the token."""

    fields = ("account", "authentication_token")

    def make_secret(self, random: bytes) -> str:
        """Spell a token: 26 small letters and digits."""
        number = int.from_bytes(random)
        return "".join(_SIGNS[number // 36**place % 36] for place in range(LETTERS))

    def make_key_id(self, random: bytes) -> str:
        """Spell an account: a number of six digits."""
        return str(100_000 + int.from_bytes(random) % 900_000)

    def login(self, session: Session, refusals: int) -> None:
        """Say that there is nothing to log in to: a token is good as it is."""

    def authenticate(self, request: Request, session: Session) -> Request:
        """Put the account and the token into a request."""
        account, token = (session.credentials[field] for field in self.fields)
        proof = {ACCOUNT.lower(): account, PROOF.lower(): token}
        return replace(request, headers={**request.headers, **proof})

    async def identify(self, request: Request, keyring: Keyring) -> Caller:
        """Tell who is calling; an account that is named must be the token's own."""
        account = shown(request, ACCOUNT)
        try:
            credential = await _admitted(keyring, shown(request, PROOF))
        except Unauthenticated:
            raise Unauthenticated(REFUSED) from None
        if account and not _goes_by(credential, account):
            raise Unauthenticated(REFUSED)
        return credential.caller

    def security(self, _operation: Operation[Any, Any]) -> Security:
        """Declare the account and the token, both as headers or both in the query."""
        return tuple(
            (SecurityScheme(place, ACCOUNT), SecurityScheme(place, PROOF))
            for place in ("header", "query")
        )


AUTH = KometAuth()


def demand_user(caller: Caller) -> None:
    """Raise Forbidden where a customer's token shows itself to a method for the seller's own."""
    if caller.customer is not None:
        raise Forbidden("A customer's token cannot do this; use a user's token.")


def _goes_by(credential: Credential, account: str) -> bool:
    """Tell whether a token belongs to an account, be that the company or a name within it."""
    return same(account, credential.id) | same(account, company_of(credential.id))


async def _admitted(keyring: Keyring, token: str) -> Credential:
    try:
        return await keyring.admit(NAME, KEY, token)
    except Unauthenticated:
        return await keyring.admit(NAME, LOGGED_IN, token)


# login


def _write_login(ask: tuple[str, str]) -> Request:
    user, password = ask
    query = query_of((("username", user), ("password", password)))
    return Request(method="POST", path=LOGIN.endpoint.paths[0], query=query, repeatable=True)


def _read_login(request: Request, _caller: Caller) -> tuple[str, str]:
    form = read_arguments(request)
    return form.text("username"), form.text("password")


async def _log_in(context: Context, ask: tuple[str, str]) -> str:
    """Give a token that is good for a day to who knows an account and its token."""
    user, password = ask
    try:
        credential = await context.keyring.admit(NAME, KEY, password)
    except Unauthenticated:
        raise Unauthenticated(REFUSED) from None
    if not _goes_by(credential, user):
        raise Unauthenticated(REFUSED)
    return await context.keyring.issue(
        NAME,
        LOGGED_IN,
        credential.caller,
        AUTH.make_secret,
        LOGIN_LASTS,
        credential.id,
        credential.expires,
    )


def _write_token(token: str, request: Request) -> Response:
    return yes("OK", status=1, apiKey=token)


def _read_token(response: Response, _ask: tuple[str, str]) -> str:
    form = opened(response)
    token = form.text("apiKey", required=True)
    form.check()
    return token


LOGIN: Operation[tuple[str, str], str] = Operation(
    name="login",
    endpoint=Endpoint("POST", ("/api/login",), OPEN),
    request=RequestFormat(
        _write_login, _read_login, query=shapes.Login, body=shapes.said(shapes.Login)
    ),
    perform=_log_in,
    response=ResponseFormat(_write_token, _read_token, success(200, shapes.Token)),
)
