"""Catalyst's proof of who is calling: an access token, in a header or in the query."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Unauthenticated
from orderglot.core.keyring import Keyring
from orderglot.dialects.catalyst.tables import NAME
from orderglot.dialects.catalyst.tokens import AUTHORIZE, CODE, GRANT, REFRESH, REFUSED, TOKEN
from orderglot.wire.dialect import Session
from orderglot.wire.flow import Flow
from orderglot.wire.message import Request, argument
from orderglot.wire.operation import Operation
from orderglot.wire.proofs import WHOLE, Proofs
from orderglot.wire.shape import Security, SecurityScheme

LOW = "0000"
"""What the tokens of the first 65,536 sellers begin with."""


class CatalystAuth:
    """The token alone proves it: one that the seller handed out, or one that OAuth gave for it."""

    fields = ("", "access_token")
    tokens = (TOKEN, REFRESH, CODE)
    proofs = Proofs(
        headers=frozenset({"authorization"}),
        arguments=frozenset({"access_token"}),
        logins={GRANT.name: frozenset({"client_secret", "code", "refresh_token"})},
        answers={
            AUTHORIZE.name: WHOLE,
            GRANT.name: frozenset({"access_token", "refresh_token"}),
        },
    )

    def make_secret(self, random: bytes) -> str:
        """Write an access token: 64 hexadecimal digits."""
        return random.hex()

    def make_key_id(self, random: bytes) -> str:
        """Write what a token is called in lists; it never goes over the wire."""
        return f"app-{random[:4].hex()}"

    def login(self, session: Session, refusals: int) -> Flow[None] | None:
        """State that there is nothing to log in to: the token is the credential."""

    def authenticate(self, request: Request, session: Session) -> Request:
        """Put the token into a request as the vendor's pages do, without a word before it."""
        proof = {"authorization": session.credentials["access_token"]}
        return replace(request, headers={**request.headers, **proof})

    async def identify(self, request: Request, keyring: Keyring) -> Caller:
        """Tell who is calling."""
        secret = read_token(request)
        # A token begins with the number of its seller, and a key with anything.
        for kind in (TOKEN, None) if secret.startswith(LOW) else (None, TOKEN):
            try:
                return (await keyring.admit(NAME, secret, kind)).caller
            except Unauthenticated:
                continue
        raise Unauthenticated(REFUSED)

    def security(self, _operation: Operation[Any, Any]) -> Security:
        """Declare the token, at any of its places."""
        places = (
            SecurityScheme("header", "Authorization"),
            SecurityScheme("bearer"),
            SecurityScheme("query", "access_token"),
        )
        return tuple((place,) for place in places)


AUTH = CatalystAuth()


def read_token(request: Request) -> str:
    """Read a token: raw, as Bearer, or in the query; "" where there is none."""
    header = request.headers.get("authorization", "").strip()
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    return header or (argument(request, "access_token") or "").strip()
