"""Tokens as rows: what is written of one, and what is read of one with its key."""

from __future__ import annotations

from typing import Any

from orderglot.core.keyring import Credential
from orderglot.core.tokens import Token
from orderglot.stores import document
from orderglot.stores.sql.rows import instant, microseconds

COLUMNS = {
    "dialect": "text",
    "kind": "text",
    "fingerprint": "text",
    "key": "text",
    "family": "text",
    "created": "bigint",
    "expires": "bigint",
    "ended": "bigint",
}
"""The columns of a token behind its seller's, with the types that PostgreSQL has for them."""


def row(token: Token) -> tuple[Any, ...]:
    """Give the values of a token's columns."""
    return (
        token.dialect,
        token.kind,
        token.fingerprint,
        token.key,
        token.family,
        microseconds(token.created),
        microseconds(token.expires),
        None if token.ended is None else microseconds(token.ended),
    )


def held(name: tuple[int, str, str, str], found: Any) -> tuple[Token, Credential]:
    """Read what is found under a token's name: its key's document, and the rest of its columns."""
    _, dialect, kind, fingerprint = name
    text, family, created, expires, ended = found
    key = document.read_credential(text)
    token = Token(
        dialect=dialect,
        kind=kind,
        fingerprint=fingerprint,
        key=key.id,
        family=family,
        created=instant(created),
        expires=instant(expires),
        ended=None if ended is None else instant(ended),
    )
    return token, key
