"""Komet's login: a token for a day, for an account and its token."""

from __future__ import annotations

import re
import string
from datetime import timedelta

from orderglot.core.caller import OPEN, Caller
from orderglot.core.errors import Unauthenticated
from orderglot.core.keyring import Credential
from orderglot.core.tokens import TokenKind
from orderglot.dialects.komet import shapes
from orderglot.dialects.komet.media import ACCOUNT, PROOF, company_of, opened, read_arguments, yes
from orderglot.dialects.komet.tables import NAME
from orderglot.wire.auth import same
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import success

LETTERS = 26

REFUSED = (
    f"Send your company's account as {ACCOUNT} and a token of its own that is good as {PROOF}."
)
"""What is said to whoever shows no token, or none that is good, whatever the reason."""

WRONG = "The username or the password is wrong."
"""What a login says: which of the two, nobody is told."""

_SIGNS = string.digits + string.ascii_lowercase
_TOKEN = re.compile(f"[0-9a-z]{{{LETTERS}}}")


def make_token(random: bytes) -> str:
    """Make a token: 26 small letters and digits."""
    number = int.from_bytes(random)
    return "".join(_SIGNS[number // 36**place % 36] for place in range(LETTERS))


def read_token(text: str) -> bytes:
    """Read the 16 bytes that a token for a day writes; raises ValueError where it is none."""
    if not _TOKEN.fullmatch(text) or (number := int(text[::-1], 36)) >= 1 << 128:
        raise ValueError("is no token")
    return number.to_bytes(16)


LOGGED_IN = TokenKind(
    name="login", size=16, write=make_token, read=read_token, lasts=timedelta(days=1)
)


def goes_by(credential: Credential, account: str) -> bool:
    """Tell whether a token belongs to an account, be that the company or a name within it."""
    return same(account, credential.id) | same(account, company_of(credential.id))


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
        credential = await context.keyring.admit(NAME, password)
    except Unauthenticated:
        raise Unauthenticated(WRONG) from None
    if not goes_by(credential, user):
        raise Unauthenticated(WRONG)
    (token,) = await context.keyring.issue(credential, LOGGED_IN)
    return token


def _write_token(token: str, request: Request) -> Response:
    return yes("OK", status=1, apiKey=token)


def _read_token(response: Response, _ask: tuple[str, str]) -> str:
    return opened(response).checked(lambda form: form.text("apiKey", required=True))


LOGIN: Operation[tuple[str, str], str] = Operation(
    name="login",
    endpoint=Endpoint("POST", ("/api/login",), OPEN),
    request=RequestFormat(
        _write_login, _read_login, query=shapes.Login, body=shapes.media_of(shapes.Login)
    ),
    perform=_log_in,
    response=ResponseFormat(_write_token, _read_token, success(200, shapes.Token)),
    tries=lambda ask: ask[0],
)
