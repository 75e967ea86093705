"""Admissions: whom a login lets in is noted, so that the exchange is known to be theirs."""

from __future__ import annotations

from orderglot.core.keyring import Credential, Keyring
from orderglot.core.tokens import TokenKind
from orderglot.wire.trace import Trace


class NotedKeyring:
    """A keyring that notes in a trace who was admitted by it."""

    def __init__(self, keyring: Keyring, trace: Trace) -> None:
        self._keyring = keyring
        self._trace = trace
        self.operator = keyring.operator
        self.issue = keyring.issue
        self.renew = keyring.renew
        self.redeem = keyring.redeem
        self.end = keyring.end
        self.draw = keyring.draw

    async def admit(self, dialect: str, secret: str, kind: TokenKind | None = None) -> Credential:
        """Give what the keyring gives, and note whose it is."""
        credential = await self._keyring.admit(dialect, secret, kind)
        self._trace.caller = credential.caller
        return credential
