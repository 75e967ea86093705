"""Our own proof of who is calling: a key as a bearer token."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Unauthenticated
from orderglot.core.keyring import Keyring
from orderglot.core.tokens import TokenKind
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire.auth import read_bearer
from orderglot.wire.dialect import Session
from orderglot.wire.message import Request
from orderglot.wire.operation import Operation
from orderglot.wire.proofs import Proofs
from orderglot.wire.shape import Security, SecurityScheme

REFUSED = "Send your API key: Authorization: Bearer KEY."
"""The one thing that is said to whoever is not let in, whatever the reason."""

BEGINNING = "og_"
"""What every key begins with, so that who finds one somewhere knows what it is."""


class OrderglotAuth:
    """An API key, which is shown once."""

    fields = ("", "api_key")
    tokens: tuple[TokenKind, ...] = ()
    # What was read of the journal would else be in it again, with each reading.
    proofs = Proofs(
        headers=frozenset({"authorization"}),
        repeats=frozenset({"exchanges.list", "exchanges.get"}),
    )

    def make_secret(self, random: bytes) -> str:
        """Write an API key: its beginning and 64 hexadecimal digits."""
        return BEGINNING + random.hex()

    def make_key_id(self, random: bytes) -> str:
        """Write the name by which a key is listed and ended."""
        return f"key-{random[:6].hex()}"

    def login(self, session: Session, refusals: int) -> None:
        """State that there is nothing to log in to."""

    def authenticate(self, request: Request, session: Session) -> Request:
        """Put the key into a request."""
        shown = f"Bearer {session.credentials['api_key']}"
        return replace(request, headers={**request.headers, "authorization": shown})

    async def identify(self, request: Request, keyring: Keyring) -> Caller:
        """Tell whose key it is."""
        try:
            return (await keyring.admit(NAME, read_bearer(request))).caller
        except Unauthenticated:
            raise Unauthenticated(REFUSED) from None

    def security(self, _operation: Operation[Any, Any]) -> Security:
        """Declare a bearer token."""
        return ((SecurityScheme("bearer"),),)


AUTH = OrderglotAuth()
