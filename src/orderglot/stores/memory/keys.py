"""The memory keys: who may come in, and what each key has given out."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from orderglot.core.keyring import Credential
from orderglot.core.tokens import Token
from orderglot.stores import writes
from orderglot.stores.backend import Raced

Name = tuple[int, str, str, str]
"""What a token is found by: its seller, dialect, kind and fingerprint."""


class Keys:
    """The keys of all sellers by dialect and id, and their tokens."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], Credential] = {}
        self.tokens: dict[Name, Token] = {}

    def known(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give the key of a fingerprint."""
        found = (key for key in self._keys.values() if key.fingerprint == fingerprint)
        return next((key for key in found if key.dialect == dialect), None)

    def of(self, seller: int) -> tuple[Credential, ...]:
        """Give every key of a seller, oldest first."""
        found = [key for key in self._keys.values() if key.caller.seller == seller]
        return tuple(sorted(found, key=lambda key: (key.created, key.fingerprint)))

    def token(
        self, seller: int, dialect: str, kind: str, fingerprint: str
    ) -> tuple[Token, Credential] | None:
        """Give a token and its key."""
        token = self.tokens.get((seller, dialect, kind, fingerprint))
        return None if token is None else (token, self._keys[dialect, token.key])

    def check(self, seller: int, write: writes.KeyWrite) -> None:
        """Raise Raced where the condition of a write does not hold."""
        match write:
            case writes.PutCredential(new):
                there = self._keys.get((new.dialect, new.id), new)
                if there.fingerprint != new.fingerprint:
                    raise Raced(new.id)
            case writes.PutToken(new_token):
                key = self._keys.get((new_token.dialect, new_token.key))
                if key is None or key.ended is not None or key.caller.seller != seller:
                    raise Raced(new_token.key)
            case writes.SpendToken(token):
                spent = self.tokens.get(_name(seller, token))
                if spent is None or spent.ended is not None:
                    raise Raced(token.fingerprint)
            case writes.SpendCode(code):
                if _name(seller, code) in self.tokens:
                    raise Raced(code.fingerprint)
            case _:
                pass

    def apply(self, seller: int, write: writes.KeyWrite) -> None:
        """Do a write whose condition holds."""
        match write:
            case writes.PutCredential(new):
                self._keys[new.dialect, new.id] = new
            case writes.EndKey(dialect, id, now):
                key = self._keys[dialect, id]
                self._keys[dialect, id] = replace(key, ended=key.ended or now)
            case writes.SetLive(dialect, id):
                key = self._keys[dialect, id]
                self._keys[dialect, id] = replace(key, caller=replace(key.caller, test=False))
            case writes.PutToken(token, most):
                self._put(seller, token, most)
            case writes.SpendToken(token, now):
                self._end(_name(seller, token), now)
            case writes.SpendCode(code):
                self.tokens[_name(seller, code)] = code
            case writes.EndFamily(dialect, _, family, now):
                for name, one in list(self.tokens.items()):
                    if (name[0], one.dialect, one.family) == (seller, dialect, family):
                        self._end(name, now)

    def _put(self, seller: int, new: Token, most: int) -> None:
        self.tokens = {
            name: token for name, token in self.tokens.items() if token.expires > new.created
        }
        self.tokens[_name(seller, new)] = new
        alike = [
            (token.fingerprint == new.fingerprint, token.ended is None, token.created, name)
            for name, token in self.tokens.items()
            if (name[0], token.dialect, token.key, token.kind)
            == (seller, new.dialect, new.key, new.kind)
        ]
        for *_, name in sorted(alike, reverse=True)[most:]:
            del self.tokens[name]

    def _end(self, name: Name, now: datetime) -> None:
        token = self.tokens[name]
        self.tokens[name] = replace(token, ended=token.ended or now)


def _name(seller: int, token: Token) -> Name:
    return seller, token.dialect, token.kind, token.fingerprint
