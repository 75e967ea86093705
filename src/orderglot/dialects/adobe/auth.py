"""Adobe's proof of who is calling: the partner's API key, and a bearer token that it was given."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, Unauthenticated, invalid
from orderglot.core.keyring import Keyring
from orderglot.dialects.adobe.links import WHOSE
from orderglot.dialects.adobe.media import CORRELATION_ID
from orderglot.dialects.adobe.tables import NAME
from orderglot.dialects.adobe.tokens import GET_TOKEN, TOKEN, Grant, fetch
from orderglot.wire.auth import read_bearer, same
from orderglot.wire.dialect import Session
from orderglot.wire.flow import Flow
from orderglot.wire.message import Request, fill
from orderglot.wire.operation import Operation
from orderglot.wire.proofs import Proofs
from orderglot.wire.shape import Security, SecurityScheme

CUSTOMER = "customer_id"
"""What a client calls the customer whose orders it is about."""

MARGIN = timedelta(minutes=3)
"""A token that ends so soon is not used any more."""


class AdobeAuth:
    """The client's id, which is the API key as well, and its secret, which gets a token."""

    fields = ("client_id", "client_secret")
    tokens = (TOKEN,)
    proofs = Proofs(
        headers=frozenset({"authorization"}),
        logins={GET_TOKEN.name: frozenset({"client_secret"})},
        answers={GET_TOKEN.name: frozenset({"access_token"})},
    )

    def make_secret(self, random: bytes) -> str:
        """Write a client's secret, or a token: 64 hexadecimal digits."""
        return random.hex()

    def make_key_id(self, random: bytes) -> str:
        """Write a client's id: 32 hexadecimal digits."""
        return random[:16].hex()

    def login(self, session: Session, refusals: int) -> Flow[None] | None:
        """Get a token where there is none that is good for a while, and once where it is refused."""
        if refusals > 1 or (refusals == 0 and _fresh(session)):
            return None
        return _log_in(session)

    def authenticate(self, request: Request, session: Session) -> Request:
        """Put the API key and the token into a request, and whose orders it is about."""
        headers = {
            CORRELATION_ID: _next_intent(session),
            **request.headers,
            "x-api-key": session.credentials["client_id"],
            "authorization": f"Bearer {session.kept['token']}",
        }
        return replace(request, path=_filled(request.path, session), headers=headers)

    async def identify(self, request: Request, keyring: Keyring) -> Caller:
        """Tell who is calling; the API key must be that of the client who was given the token."""
        key, token = request.headers.get("x-api-key", "").strip(), read_bearer(request)
        if not key:
            raise Unauthenticated("Send your client id as X-Api-Key.", code="4115")
        if not token:
            raise Unauthenticated("Send a token: Authorization: Bearer.", code="4117")
        try:
            credential = await keyring.admit(NAME, token, TOKEN)
        except Unauthenticated:
            raise Unauthenticated("Get a new token with your client secret.", code="4116") from None
        if not same(key, credential.id):
            raise Unauthenticated("This token is another client's.", code="4115")
        return credential.caller

    def security(self, _operation: Operation[Any, Any]) -> Security:
        """Declare the API key and the token."""
        return ((SecurityScheme("header", "X-Api-Key"), SecurityScheme("bearer")),)


AUTH = AdobeAuth()


def _log_in(session: Session) -> Flow[None]:
    granted = yield from fetch(Grant(*(session.credentials[name] for name in AUTH.fields)))
    session.kept["token"] = granted.token
    session.kept["ends"] = (session.now() + granted.lasts).isoformat()


def _fresh(session: Session) -> bool:
    ends = session.kept.get("ends")
    return ends is not None and session.now() + MARGIN < datetime.fromisoformat(ends)


def _filled(path: str, session: Session) -> str:
    if WHOSE not in path:
        return path
    customer = session.credentials.get(CUSTOMER)
    if not customer:
        reason = "say whose orders are meant: add the vendor's id of a customer."
        raise invalid(CUSTOMER, Rule.REQUIRED, reason)
    return path.replace(WHOSE, fill("{id}", id=customer))


def _next_intent(session: Session) -> str:
    """Make a correlation id that no other request has: no two sessions have one token."""
    count = int(session.kept.get("count", "0")) + 1
    session.kept["count"] = str(count)
    text = f"{session.kept['token']} {session.now().isoformat()} {count}"
    return sha256(text.encode()).hexdigest()
