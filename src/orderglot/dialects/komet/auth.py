"""Komet's proof of who is calling: the company's account and a token, wherever they stand."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Forbidden, Unauthenticated
from orderglot.core.keyring import Credential, Keyring
from orderglot.dialects.komet.media import ACCOUNT, PROOF, shown
from orderglot.dialects.komet.tables import NAME
from orderglot.dialects.komet.tokens import LOGGED_IN, LOGIN, REFUSED, goes_by, make_token
from orderglot.wire.dialect import Session
from orderglot.wire.message import Request
from orderglot.wire.operation import Operation
from orderglot.wire.proofs import Proofs
from orderglot.wire.shape import Security, SecurityScheme


class KometAuth:
    """The account that a token was handed out for, and the token."""

    fields = ("account", "authentication_token")
    tokens = (LOGGED_IN,)
    proofs = Proofs(
        headers=frozenset({PROOF.lower()}),
        arguments=frozenset({PROOF}),
        bodies=True,
        logins={LOGIN.name: frozenset({"password"})},
        answers={LOGIN.name: frozenset({"apiKey"})},
    )

    def make_secret(self, random: bytes) -> str:
        """Make a token: 26 small letters and digits."""
        return make_token(random)

    def make_key_id(self, random: bytes) -> str:
        """Make an account: a number of six digits."""
        return str(100_000 + int.from_bytes(random) % 900_000)

    def login(self, session: Session, refusals: int) -> None:
        """State that there is nothing to log in to: a token is good as it is."""

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
        if account and not goes_by(credential, account):
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


async def _admitted(keyring: Keyring, token: str) -> Credential:
    try:
        return await keyring.admit(NAME, token)
    except Unauthenticated:
        return await keyring.admit(NAME, token, LOGGED_IN)
