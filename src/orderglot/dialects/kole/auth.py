"""Kole's proof of who is calling: HTTP Basic with an account's id and its API key."""

from __future__ import annotations

from typing import Any

import msgspec

from orderglot.core.caller import Caller
from orderglot.core.errors import Unauthenticated
from orderglot.core.keyring import Keyring
from orderglot.core.tokens import TokenKind
from orderglot.dialects.kole.tables import NAME
from orderglot.wire.auth import read_basic, same, write_basic
from orderglot.wire.dialect import Session
from orderglot.wire.message import Request
from orderglot.wire.operation import Operation
from orderglot.wire.proofs import Proofs
from orderglot.wire.shape import Security, SecurityScheme

REFUSED = "Send the id and the API key of your account by HTTP Basic authentication."
"""The one thing that is said to whoever is not let in, whatever the reason."""


class KoleAuth:
    """The account's id as the user, its API key as the password."""

    fields = ("id", "api_key")
    tokens: tuple[TokenKind, ...] = ()
    proofs = Proofs(headers=frozenset({"authorization"}))

    def make_secret(self, random: bytes) -> str:
        """Write an API key: 40 hexadecimal digits."""
        return random[:20].hex()

    def make_key_id(self, random: bytes) -> str:
        """Write an account's id: X and five digits."""
        return f"X{int.from_bytes(random) % 100_000:05}"

    def login(self, session: Session, refusals: int) -> None:
        """State that there is nothing to log in to."""

    def authenticate(self, request: Request, session: Session) -> Request:
        """Put the account's id and key into a request."""
        id, key = (session.credentials[field] for field in self.fields)
        headers = {**request.headers, "authorization": write_basic(id, key)}
        return msgspec.structs.replace(request, headers=headers)

    async def identify(self, request: Request, keyring: Keyring) -> Caller:
        """Tell who is calling; the id must be the one that the key was handed out with."""
        try:
            id, key = _read_proof(request)
            credential = await keyring.admit(NAME, key)
        except Unauthenticated:
            raise Unauthenticated(REFUSED) from None
        if not same(id, credential.id):
            raise Unauthenticated(REFUSED)
        return credential.caller

    def security(self, _operation: Operation[Any, Any]) -> Security:
        """Declare HTTP Basic."""
        return ((SecurityScheme("basic"),),)


def _read_proof(request: Request) -> tuple[str, str]:
    """Read id and key, in base64 as clients send them or plain as the page's requests show them."""
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    id, colon, key = shown.strip().partition(":")
    # No base64 has a colon in it.
    return (id, key) if scheme.lower() == "basic" and colon else read_basic(request)


AUTH = KoleAuth()
