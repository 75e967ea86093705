"""Kodaris's proof of who is calling: a session, and for what changes anything its CSRF token."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Unauthenticated
from orderglot.core.keyring import Keyring
from orderglot.dialects.kodaris.tables import NAME
from orderglot.dialects.kodaris.tokens import (
    AUTH_TOKEN,
    CSRF,
    CSRF_HEADER,
    LOGIN,
    REFUSED,
    SESSION,
    SESSION_HEADER,
    demand_csrf,
    read_shown,
    session_of,
)
from orderglot.wire.dialect import Session
from orderglot.wire.flow import Flow, call
from orderglot.wire.message import Request
from orderglot.wire.operation import Operation
from orderglot.wire.proofs import Proofs
from orderglot.wire.shape import Security, SecurityScheme

READS = frozenset({"GET", "HEAD"})


class KodarisAuth:
    """An API user's key, which is shown once, to log in."""

    fields = ("", "api_key")
    tokens = (SESSION, CSRF)
    proofs = Proofs(
        headers=frozenset({SESSION_HEADER, CSRF_HEADER}),
        logins={LOGIN.name: frozenset({"apiKey"})},
        answers={
            LOGIN.name: frozenset({"userSessionApiKey"}),
            AUTH_TOKEN.name: frozenset({"data"}),
        },
    )

    def make_secret(self, random: bytes) -> str:
        """Write an API key: 64 hexadecimal digits."""
        return random.hex().upper()

    def make_key_id(self, random: bytes) -> str:
        """Write an API user's name."""
        return f"api-{random[:4].hex()}"

    def login(self, session: Session, refusals: int) -> Flow[None] | None:
        """Log in; on a first refusal fetch another token, on a second log in anew."""
        if not session.kept or refusals == 2:
            return _log_in(session)
        return _refresh(session) if refusals == 1 else None

    def authenticate(self, request: Request, session: Session) -> Request:
        """Put the session's key and its token into a request."""
        shown = {name: session.kept.get(name, "") for name in (SESSION_HEADER, CSRF_HEADER)}
        return replace(request, headers={**request.headers, **shown})

    async def identify(self, request: Request, keyring: Keyring) -> Caller:
        """Tell whose session it is; whatever is not a mere read must show its token as well.

        Which reads must, is the seller's to say, and so for the operation to ask.
        """
        try:
            credential = await keyring.admit(NAME, session_of(request), SESSION)
        except Unauthenticated:
            raise Unauthenticated(REFUSED) from None
        caller = replace(credential.caller, session=credential.family)
        if request.method not in READS:
            await demand_csrf(keyring, caller, request.headers.get(CSRF_HEADER, ""))
        return caller

    def security(self, operation: Operation[Any, Any]) -> Security:
        """Declare the session's key, and the token for all that is not about the session itself."""
        session = SecurityScheme("header", SESSION_HEADER)
        alone = operation.request.read is read_shown
        return ((session,) if alone else (session, SecurityScheme("header", CSRF_HEADER)),)


AUTH = KodarisAuth()


def _log_in(session: Session) -> Flow[None]:
    key = yield from call(LOGIN, session.credentials["api_key"])
    token = yield from call(AUTH_TOKEN, key)
    session.kept.update({SESSION_HEADER: key, CSRF_HEADER: token})


def _refresh(session: Session) -> Flow[None]:
    try:
        token = yield from call(AUTH_TOKEN, session.kept[SESSION_HEADER])
    except Unauthenticated:
        yield from _log_in(session)
    else:
        session.kept[CSRF_HEADER] = token
