"""Keys and tokens: who may come in, written under the conditions that each write has.

Whatever is written to the tokens of a key, or ends the key, takes the turn of that key until it is committed.
So of two who log in, refresh or end something at once, the second one sees all that the first one has done.
A turn is a lock of no row: the row of the key stands on every machine of a cluster, of which a login should
need none but the seller's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any

from orderglot.stores import writes
from orderglot.stores.postgres.expiring import PURGED
from orderglot.stores.postgres.statement import Row, Step, inserted, kinds, source
from orderglot.stores.sql import credentials, tokens
from orderglot.stores.sql.grammar import Sql, fragment
from orderglot.stores.sql.rows import microseconds

_CREDENTIALS = kinds(**credentials.COLUMNS)
_TOKENS = kinds(**tokens.COLUMNS)
_KEYS = kinds(dialect="text", id="text")
_ENDED = kinds(dialect="text", id="text", ended="text")
_ROLLED = kinds(dialect="text", id="text", old="text", new="text")
_SPENT = kinds(dialect="text", kind="text", fingerprint="text", ended="bigint")
_FAMILIES = kinds(dialect="text", family="text", ended="bigint")
_IS_KEY = "k.seller = ? AND k.dialect = n.dialect AND k.kind = 'key' AND k.id = n.id"
_NOT_ENDED = "AND k.document ->> 'ended' IS NULL"

_FORMER = "WHERE seller = ? AND dialect = ? AND kind = 'former' AND id = ?"
_DROP_FORMER = fragment("DELETE FROM credentials", _FORMER)
_DROP_TOKENS = "DELETE FROM tokens WHERE seller = ? AND dialect = ? AND key = ?"
_SHORTEN = fragment(
    "UPDATE credentials SET expires = ?::bigint,",
    "document = jsonb_set(document, '{expires}', to_jsonb(?::text))",
    _FORMER,
    "AND expires > ?::bigint",
)

_TOO_MANY = (
    "DELETE FROM tokens WHERE seller = ? AND (dialect, kind, fingerprint) IN"
    " (SELECT dialect, kind, fingerprint FROM tokens"
    " WHERE seller = ? AND dialect = ? AND key = ? AND kind = ?"
    " ORDER BY (fingerprint = ?) DESC, (ended IS NULL) DESC, created DESC, fingerprint DESC"
    " OFFSET ?)"
)
_EXPIRED = (
    "DELETE FROM tokens WHERE seller = ? AND (dialect, kind, fingerprint) IN"
    " (SELECT dialect, kind, fingerprint FROM tokens WHERE seller = ? AND expires <= ?"
    " LIMIT ? FOR UPDATE SKIP LOCKED)"
)


def put_credentials(seller: int, batch: list[writes.PutCredential]) -> Iterator[Step]:
    """Write keys under their fingerprints, if their customers are there."""
    whose = {one.credential.caller.customer for one in batch}
    if customers := sorted(id for id in whose if id is not None):
        text = "SELECT 1 FROM customers WHERE seller = ? AND id = ANY (?::bigint[]) FOR KEY SHARE"
        yield Step("", Sql(text, (seller, customers)), len(customers), apart=True)
    rows: list[Row] = [credentials.row(one.credential) for one in batch]
    taken = Sql(
        "ON CONFLICT (dialect, kind, fingerprint)"
        " DO UPDATE SET expires = excluded.expires, document = excluded.document"
    )
    yield from inserted("credentials", seller, _CREDENTIALS, rows, taken=taken)


def nobody(seller: int, now: datetime, customer: int | None = None) -> Step:
    """Look that a seller, or one customer of theirs, has no key that is good."""
    text = (
        "SELECT 1 FROM credentials AS k WHERE k.seller = ? AND k.kind = 'key'"
        " AND (k.expires IS NULL OR k.expires > ?) AND k.document ->> 'ended' IS NULL"
    )
    params: Row = (seller, microseconds(now))
    if customer is not None:
        text += " AND k.document -> 'caller' ->> 'customer' = ?"
        params = (*params, str(customer))
    return Step("", Sql(text, params), 0, apart=True)


def end_keys(seller: int, batch: list[writes.EndKey]) -> Iterator[Step]:
    """End keys that have not ended."""
    yield _turn(seller, {(one.dialect, one.id) for one in batch})
    keys = source(_ENDED, [(one.dialect, one.id, one.now.isoformat()) for one in batch])
    text = fragment(
        "UPDATE credentials AS k",
        "SET document = jsonb_set(k.document, '{ended}', to_jsonb(n.ended)) FROM",
        keys.text,
        "WHERE",
        _IS_KEY,
        _NOT_ENDED,
    )
    yield Step("credentials", Sql(text, (*keys.params, seller)), apart=True)


def roll_keys(seller: int, batch: list[writes.RollKey]) -> Iterator[Step]:
    """Give keys other fingerprints, unless one has another by now, or has ended."""
    yield _turn(seller, {(one.key.dialect, one.key.id) for one in batch})
    rolled: list[Row] = [
        (one.key.dialect, one.key.id, one.key.fingerprint, one.fingerprint) for one in batch
    ]
    keys = source(_ROLLED, rolled)
    text = fragment(
        "UPDATE credentials AS k SET fingerprint = n.new,",
        "document = jsonb_set(k.document, '{fingerprint}', to_jsonb(n.new)) FROM",
        f"{keys.text} WHERE {_IS_KEY} AND k.fingerprint = n.old",
        _NOT_ENDED,
        "RETURNING 1",
    )
    yield Step("credentials", Sql(text, (*keys.params, seller)), len(batch), apart=True)
    for one in batch:
        whose = (seller, one.key.dialect, one.key.id)
        if one.former is None or one.former.expires is None:
            yield Step("credentials", Sql(_DROP_FORMER, whose), apart=True)
            yield Step("tokens", Sql(_DROP_TOKENS, whose))
            continue
        until, now = microseconds(one.former.expires), microseconds(one.former.created)
        dropped = fragment(_DROP_FORMER, "AND expires <= ?")
        yield Step("credentials", Sql(dropped, (*whose, now)), apart=True)
        shorter = (until, one.former.expires.isoformat(), *whose, until)
        yield Step("credentials", Sql(_SHORTEN, shorter), apart=True)
        for step in put_credentials(seller, [writes.PutCredential(one.former)]):
            yield step._replace(apart=True)


def set_live(seller: int, batch: list[writes.SetLive]) -> Iterator[Step]:
    """Move keys from test mode to production."""
    keys = source(_KEYS, [(one.dialect, one.id) for one in batch])
    text = fragment(
        "UPDATE credentials AS k",
        "SET document = jsonb_set(k.document, '{caller,test}', 'false') FROM",
        keys.text,
        "WHERE",
        _IS_KEY,
    )
    yield Step("credentials", Sql(text, (*keys.params, seller)))


def put_tokens(seller: int, batch: list[writes.PutToken]) -> Iterator[Step]:
    """Write tokens, unless a key has ended; what is too old or too many goes."""
    keys = {(one.token.dialect, one.token.key) for one in batch}
    yield _turn(seller, keys)
    yield _there(seller, keys)
    taken = Sql(
        "ON CONFLICT (seller, dialect, kind, fingerprint) DO UPDATE SET key = excluded.key,"
        " family = excluded.family, created = excluded.created, expires = excluded.expires,"
        " ended = excluded.ended"
    )
    rows: list[Row] = [tokens.row(one.token) for one in batch]
    yield from inserted("tokens", seller, _TOKENS, rows, taken=taken)
    for one in batch:
        new = one.token
        alike = (seller, seller, new.dialect, new.key, new.kind, new.fingerprint, one.most)
        yield Step("tokens", Sql(_TOO_MANY, alike))
    now = microseconds(max(one.token.created for one in batch))
    yield Step("", Sql(_EXPIRED, (seller, seller, now, PURGED)))


def spend_tokens(seller: int, batch: list[writes.SpendToken]) -> Iterator[Step]:
    """End tokens that are good once, unless one has ended."""
    yield _turn(seller, {(one.token.dialect, one.token.key) for one in batch})
    spent: list[Row] = [
        (one.token.dialect, one.token.kind, one.token.fingerprint, microseconds(one.now))
        for one in batch
    ]
    new = source(_SPENT, spent)
    text = fragment(
        "UPDATE tokens AS t SET ended = n.ended FROM",
        new.text,
        "WHERE t.seller = ? AND t.dialect = n.dialect AND t.kind = n.kind",
        "AND t.fingerprint = n.fingerprint AND t.ended IS NULL RETURNING 1",
    )
    yield Step("tokens", Sql(text, (*new.params, seller)), len(batch), apart=True)


def spend_codes(seller: int, batch: list[writes.SpendCode]) -> Iterator[Step]:
    """Write tokens that have ended, unless one is there."""
    yield _turn(seller, {(one.token.dialect, one.token.key) for one in batch})
    rows: list[Row] = [tokens.row(one.token) for one in batch]
    for step in inserted("tokens", seller, _TOKENS, rows):
        yield step._replace(apart=True)


def end_families(seller: int, batch: list[writes.EndFamily]) -> Iterator[Step]:
    """End every token of some families."""
    yield _turn(seller, {(one.dialect, one.key) for one in batch})
    ended: list[Row] = [(one.dialect, one.family, microseconds(one.now)) for one in batch]
    new = source(_FAMILIES, ended)
    text = fragment(
        "UPDATE tokens AS t SET ended = n.ended FROM",
        new.text,
        "WHERE t.seller = ? AND t.dialect = n.dialect AND t.family = n.family",
        "AND t.ended IS NULL",
    )
    yield Step("tokens", Sql(text, (*new.params, seller)), apart=True)


def _turn(seller: int, keys: Collection[tuple[str, str]]) -> Step:
    """Take the turns of keys, in one order for all; what is done in a turn goes in a statement of its own."""
    turns = sorted(_number(f"{seller} {dialect} {id}") for dialect, id in keys)
    text = "SELECT pg_advisory_xact_lock(k.turn)::text FROM unnest(?::bigint[]) AS k(turn)"
    return Step("", Sql(text, (turns,)), len(turns))


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


def _there(seller: int, keys: Collection[tuple[str, str]]) -> Step:
    """Look that none of some keys has ended."""
    named = source(_KEYS, sorted(keys))
    text = fragment("SELECT 1 FROM", f"{named.text} JOIN credentials AS k ON {_IS_KEY}", _NOT_ENDED)
    return Step("", Sql(text, (*named.params, seller)), len(keys), apart=True)


DO: dict[type, Callable[[int, list[Any]], Iterator[Step]]] = {
    writes.PutCredential: put_credentials,
    writes.EndKey: end_keys,
    writes.RollKey: roll_keys,
    writes.SetLive: set_live,
    writes.SpendToken: spend_tokens,
    writes.SpendCode: spend_codes,
    writes.PutToken: put_tokens,
    writes.EndFamily: end_families,
}
"""What is done for each kind of write to keys and tokens."""
