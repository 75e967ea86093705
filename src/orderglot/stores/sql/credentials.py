"""Keys as rows: what is written of one."""

from __future__ import annotations

from typing import Any

from orderglot.core.keyring import Credential
from orderglot.stores import document
from orderglot.stores.sql.rows import microseconds

COLUMNS = {
    "dialect": "text",
    "kind": "text",
    "fingerprint": "text",
    "id": "text",
    "expires": "bigint",
    "document": "jsonb",
}
"""The columns of a key beside its seller's, with the types that PostgreSQL has for them."""


def row(key: Credential) -> tuple[Any, ...]:
    """Give the values of a key's columns."""
    return (
        key.dialect,
        key.kind,
        key.fingerprint,
        key.id,
        None if key.expires is None else microseconds(key.expires),
        document.write(key).decode(),
    )
