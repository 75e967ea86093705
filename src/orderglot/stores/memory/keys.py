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
        self.former: dict[tuple[str, str], Credential] = {}
        self.tokens: dict[Name, Token] = {}

    def known(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give the key of a fingerprint."""
        found = (key for key in self._keys.values() if key.fingerprint == fingerprint)
        return next((key for key in found if key.dialect == dialect), None)

    def named(self, dialect: str, id: str) -> Credential | None:
        """Give the key of an id."""
        return self._keys.get((dialect, id))

    def of(self, seller: int) -> tuple[Credential, ...]:
        """Give every key of a seller, and the fingerprints that they had before, oldest first."""
        every = (*self._keys.values(), *self.former.values())
        found = [key for key in every if key.caller.seller == seller]
        return tuple(sorted(found, key=lambda key: (key.created, key.fingerprint)))

    def lets_in(self, seller: int, now: datetime, customer: int | None = None) -> bool:
        """Tell whether a seller, or one customer of theirs, has a key that is good."""
        return any(
            key.caller.seller == seller and customer in (None, key.caller.customer)
            for key in self._keys.values()
            if not key.is_over(now)
        )

    def token(
        self, seller: int, dialect: str, kind: str, fingerprint: str
    ) -> tuple[Token, Credential] | None:
        """Give a token and its key."""
        token = self.tokens.get((seller, dialect, kind, fingerprint))
        return None if token is None else (token, self._keys[dialect, token.key])

    def purge(self, seller: int, now: datetime) -> int:
        """Let go of a seller's tokens that were over by then, and give how many."""
        over = [
            name for name, one in self.tokens.items() if name[0] == seller and one.expires <= now
        ]
        for name in over:
            del self.tokens[name]
        return len(over)

    def check(self, seller: int, write: writes.KeyWrite) -> None:
        """Raise Raced where the condition of a write does not hold."""
        match write:
            case writes.PutCredential(new):
                there = self._keys.get((new.dialect, new.id), new)
                _demand(new.id, holds=there.fingerprint == new.fingerprint)
            case writes.RollKey(old):
                held = self._keys[old.dialect, old.id]
                _demand(old.id, holds=held.fingerprint == old.fingerprint and held.ended is None)
            case writes.PutToken(new_token):
                key = self._keys.get((new_token.dialect, new_token.key))
                if key is None or key.ended is not None or key.caller.seller != seller:
                    raise Raced(new_token.key)
            case writes.SpendToken(token):
                spent = self.tokens.get(_name(seller, token))
                if spent is None or spent.ended is not None:
                    raise Raced(token.fingerprint)
            case writes.SpendCode(code):
                _demand(code.fingerprint, holds=_name(seller, code) not in self.tokens)
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
            case writes.RollKey():
                self._roll(seller, write)
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
                self._end_family(seller, dialect, family, now)

    def _roll(self, seller: int, write: writes.RollKey) -> None:
        key, former = write.key, write.former
        held = self._keys[key.dialect, key.id]
        self._keys[key.dialect, key.id] = replace(held, fingerprint=write.fingerprint)
        kept = self._of_key(self.former, key)
        for name in kept:
            del self.former[name]
        if former is None or former.expires is None:
            self.tokens = {
                name: token
                for name, token in self.tokens.items()
                if (name[0], token.dialect, token.key) != (seller, key.dialect, key.id)
            }
            return
        for name, one in kept.items():
            assert one.expires is not None
            if one.expires > former.created:
                until = min(one.expires, former.expires)
                self.former[name] = replace(one, expires=until)
        self.former[former.dialect, former.fingerprint] = former

    @staticmethod
    def _of_key(
        former: dict[tuple[str, str], Credential], key: Credential
    ) -> dict[tuple[str, str], Credential]:
        whose = (key.dialect, key.id)
        return {name: one for name, one in former.items() if (one.dialect, one.id) == whose}

    def drop(self, seller: int) -> None:
        """Forget every key of a seller, and every token."""
        for keys in (self._keys, self.former):
            for name, key in list(keys.items()):
                if key.caller.seller == seller:
                    del keys[name]
        self.tokens = {name: one for name, one in self.tokens.items() if name[0] != seller}

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

    def _end_family(self, seller: int, dialect: str, family: str, now: datetime) -> None:
        for name, one in list(self.tokens.items()):
            if (name[0], one.dialect, one.family) == (seller, dialect, family):
                self._end(name, now)

    def _end(self, name: Name, now: datetime) -> None:
        token = self.tokens[name]
        self.tokens[name] = replace(token, ended=token.ended or now)


def _demand(name: str, *, holds: bool) -> None:
    if not holds:
        raise Raced(name)


def _name(seller: int, token: Token) -> Name:
    return seller, token.dialect, token.kind, token.fingerprint
