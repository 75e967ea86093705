"""Keys and tokens: who may come in, written under the conditions that each write has."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from orderglot.stores import writes
from orderglot.stores.backend import Raced
from orderglot.stores.sql import credentials, tokens
from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.rows import microseconds
from orderglot.stores.sqlite.connection import Row
from orderglot.stores.sqlite.expiring import PURGED


def _insert(table: str, columns: Iterable[str]) -> str:
    names = ("seller", *columns)
    return fragment(
        "INSERT INTO", table, f"({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    )


_PUT_CREDENTIAL = fragment(
    _insert("credentials", credentials.COLUMNS),
    "ON CONFLICT (dialect, kind, fingerprint)",
    "DO UPDATE SET expires = excluded.expires, document = excluded.document",
)
_INSERT = _insert("tokens", tokens.COLUMNS)
_PUT = fragment(
    _INSERT,
    "ON CONFLICT DO UPDATE SET",
    ", ".join(
        f"{name} = excluded.{name}" for name in ("key", "family", "created", "expires", "ended")
    ),
)
_GOOD = (
    "SELECT 1 FROM credentials WHERE dialect = ? AND kind = 'key' AND id = ? AND seller = ?"
    " AND json_extract(document, '$.ended') IS NULL"
)
_TOO_MANY = (
    "DELETE FROM tokens WHERE seller = ? AND (dialect, kind, fingerprint) IN"
    " (SELECT dialect, kind, fingerprint FROM tokens"
    " WHERE seller = ? AND dialect = ? AND key = ? AND kind = ?"
    " ORDER BY fingerprint = ? DESC, ended IS NULL DESC, created DESC, fingerprint DESC"
    " LIMIT -1 OFFSET ?)"
)
_EXPIRED = (
    "DELETE FROM tokens WHERE seller = ? AND (dialect, kind, fingerprint) IN"
    " (SELECT dialect, kind, fingerprint FROM tokens WHERE seller = ? AND expires <= ? LIMIT ?)"
)


def put_credentials(
    connection: sqlite3.Connection, seller: int, batch: list[writes.PutCredential]
) -> None:
    """Write keys under their fingerprints; raises Raced where the customer of one is gone."""
    for customer in {one.credential.caller.customer for one in batch} - {None}:
        there = "SELECT 1 FROM customers WHERE seller = ? AND id = ?"
        if connection.execute(there, (seller, customer)).fetchone() is None:
            raise Raced(customer)
    connection.executemany(
        _PUT_CREDENTIAL, [(seller, *credentials.row(one.credential)) for one in batch]
    )


def demand_nobody(
    connection: sqlite3.Connection, seller: int, now: datetime, customer: int | None = None
) -> None:
    """Raise Raced where a seller, or one customer of theirs, has a key that is good."""
    text = (
        "SELECT 1 FROM credentials WHERE seller = ? AND kind = 'key' AND (expires IS NULL OR expires > ?)"
        " AND json_extract(document, '$.ended') IS NULL"
        " AND (? IS NULL OR json_extract(document, '$.caller.customer') = ?) LIMIT 1"
    )
    good = (seller, microseconds(now), customer, customer)
    if connection.execute(text, good).fetchone() is not None:
        raise Raced("credentials")


def end_keys(connection: sqlite3.Connection, seller: int, batch: list[writes.EndKey]) -> None:
    """End keys that have not ended."""
    connection.executemany(
        "UPDATE credentials SET document = json_set(document, '$.ended', ?)"
        " WHERE seller = ? AND dialect = ? AND kind = 'key' AND id = ?"
        " AND json_extract(document, '$.ended') IS NULL",
        [(one.now.isoformat(), seller, one.dialect, one.id) for one in batch],
    )


def roll_keys(connection: sqlite3.Connection, seller: int, batch: list[writes.RollKey]) -> None:
    """Give keys other fingerprints; raises Raced where one has another by now, or has ended."""
    for write in batch:
        key, former = write.key, write.former
        rolled = connection.execute(
            "UPDATE credentials SET fingerprint = ?,"
            " document = json_set(document, '$.fingerprint', ?) WHERE seller = ? AND dialect = ?"
            " AND kind = 'key' AND id = ? AND fingerprint = ?"
            " AND json_extract(document, '$.ended') IS NULL",
            (write.fingerprint, write.fingerprint, seller, key.dialect, key.id, key.fingerprint),
        )
        if rolled.rowcount != 1:
            raise Raced(key.id)
        whose = (seller, key.dialect, key.id)
        if former is None or former.expires is None:
            connection.execute(_DROP_FORMER, whose)
            connection.execute(_DROP_TOKENS, whose)
        else:
            until, now = microseconds(former.expires), microseconds(former.created)
            connection.execute(f"{_DROP_FORMER} AND expires <= ?", (*whose, now))
            connection.execute(_SHORTEN, (until, former.expires.isoformat(), *whose, until))
            connection.execute(_PUT_CREDENTIAL, (seller, *credentials.row(former)))


_FORMER = "WHERE seller = ? AND dialect = ? AND kind = 'former' AND id = ?"
_DROP_FORMER = fragment("DELETE FROM credentials", _FORMER)
_DROP_TOKENS = "DELETE FROM tokens WHERE seller = ? AND dialect = ? AND key = ?"
_SHORTEN = fragment(
    "UPDATE credentials SET expires = ?, document = json_set(document, '$.expires', ?)",
    _FORMER,
    "AND expires > ?",
)


def set_live(connection: sqlite3.Connection, seller: int, batch: list[writes.SetLive]) -> None:
    """Move keys from test mode to production."""
    connection.executemany(
        "UPDATE credentials SET document = json_set(document, '$.caller.test', json('false'))"
        " WHERE seller = ? AND dialect = ? AND kind = 'key' AND id = ?",
        [(seller, one.dialect, one.id) for one in batch],
    )


def put_tokens(connection: sqlite3.Connection, seller: int, batch: list[writes.PutToken]) -> None:
    """Write tokens; raises Raced where a key has ended. What is too old or too many goes."""
    for write in batch:
        new = write.token
        if connection.execute(_GOOD, (new.dialect, new.key, seller)).fetchone() is None:
            raise Raced(new.key)
        connection.execute(_PUT, (seller, *tokens.row(new)))
        alike = (seller, seller, new.dialect, new.key, new.kind, new.fingerprint, write.most)
        connection.execute(_TOO_MANY, alike)
    now = microseconds(max(write.token.created for write in batch))
    connection.execute(_EXPIRED, (seller, seller, now, PURGED * len(batch)))


def spend_tokens(
    connection: sqlite3.Connection, seller: int, batch: list[writes.SpendToken]
) -> None:
    """End tokens that are good once; raises Raced where one has ended."""
    spent: list[Row] = [
        (microseconds(one.now), seller, one.token.dialect, one.token.kind, one.token.fingerprint)
        for one in batch
    ]
    ended = connection.executemany(
        "UPDATE tokens SET ended = ?"
        " WHERE seller = ? AND dialect = ? AND kind = ? AND fingerprint = ? AND ended IS NULL",
        spent,
    )
    if ended.rowcount != len(batch):
        raise Raced("tokens")


def spend_codes(connection: sqlite3.Connection, seller: int, batch: list[writes.SpendCode]) -> None:
    """Write tokens that have ended; raises Raced where one is there."""
    connection.executemany(_INSERT, [(seller, *tokens.row(one.token)) for one in batch])


def end_families(
    connection: sqlite3.Connection, seller: int, batch: list[writes.EndFamily]
) -> None:
    """End every token of some families."""
    connection.executemany(
        "UPDATE tokens SET ended = ?"
        " WHERE seller = ? AND dialect = ? AND family = ? AND ended IS NULL",
        [(microseconds(one.now), seller, one.dialect, one.family) for one in batch],
    )


DO: dict[type, Callable[[sqlite3.Connection, int, list[Any]], None]] = {
    writes.PutCredential: put_credentials,
    writes.EndKey: end_keys,
    writes.RollKey: roll_keys,
    writes.SetLive: set_live,
    writes.SpendToken: spend_tokens,
    writes.SpendCode: spend_codes,
    writes.PutToken: put_tokens,
    writes.EndFamily: end_families,
}
"""What is done for each kind of write to keys and tokens, in the order in which those of several units go."""
