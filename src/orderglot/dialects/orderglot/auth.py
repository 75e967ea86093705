"""Our own proof of who is calling: a key as a bearer token."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from msgspec.structs import replace

from orderglot.core.administration import NOBODYS, OPERATORS
from orderglot.core.caller import Caller
from orderglot.core.errors import Forbidden, NotFound, Rule, Unauthenticated, invalid
from orderglot.core.keyring import Keyring
from orderglot.core.tokens import TokenKind
from orderglot.dialects.orderglot.tables import ABOVE, NAME, SELLER_HEADER, SELLERS, is_under
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
        repeats=frozenset({"exchanges.list", "exchanges.get", "exchanges.compare"}),
        # A batch hands on what its items are answered.
        answers=dict.fromkeys(
            ("keys.create", "keys.roll", "webhooks.create", "webhooks.roll", "batches.create"),
            frozenset({"secret"}),
        ),
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
        """Tell whose key it is; an operator's names the seller for whom it acts."""
        secret = read_bearer(request)
        try:
            caller = (await keyring.admit(NAME, secret)).caller
        except Unauthenticated:
            if secret.startswith(OPERATORS):
                return await _operator(request, keyring, secret)
            raise Unauthenticated(REFUSED) from None
        if _NAMED in request.headers:
            raise Forbidden("This key is a seller's own; only an operator's names a seller.")
        return caller

    def security(self, _operation: Operation[Any, Any]) -> Security:
        """Declare a bearer token."""
        return ((SecurityScheme("bearer"),),)


async def _operator(request: Request, keyring: Keyring, secret: str) -> Caller:
    try:
        caller = await keyring.operator(secret, unquote(request.headers.get(_NAMED, "")))
    except Unauthenticated:
        raise Unauthenticated(REFUSED) from None
    except NotFound as error:
        raise invalid(SELLER_HEADER, Rule.UNKNOWN, error.message) from None
    above = any(is_under(request.path, path) for path in ABOVE)
    if not caller.seller and not above:
        raise invalid(SELLER_HEADER, Rule.REQUIRED, "Name the seller for whom you act.")
    # Whoever it acts for: what is told there is of every seller, and so is none of this one's.
    return replace(caller, seller=NOBODYS) if is_under(request.path, SELLERS) else caller


_NAMED = SELLER_HEADER.lower()

AUTH = OrderglotAuth()
