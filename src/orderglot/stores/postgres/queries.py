"""The queries with which the backend reads; those on orders go on behind the scope.

Lists go in as arrays, so that a statement has one text and is prepared once. Several columns come out as one
of JSON, for a cluster reads no records that have no name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orderglot.core.order import Reference
from orderglot.stores.backend import Entity
from orderglot.stores.identities import stands_for
from orderglot.stores.postgres.grammar import called
from orderglot.stores.sql import turnover
from orderglot.stores.sql.grammar import fragment

STATE = (
    "SELECT (SELECT d.oid::bigint FROM pg_database AS d WHERE d.datname = current_database()),"
    " pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,"
    " ARRAY(SELECT jsonb_build_array(m.number, m.name, to_jsonb(m) -> 'oldest')::text FROM migrations AS m)"
)
"""Which database it is, whether it may only be read, and which steps were done in it, each with its name and
the oldest program that may go on beside it."""

ORDERS = "SELECT o.document FROM orders AS o WHERE"
KNOWN = (
    "AND o.id = coalesce((SELECT r.order_id FROM order_references AS r"
    " WHERE r.seller = ? AND r.name = ? AND r.dialect = ?),"
    " (SELECT ?::bigint WHERE NOT EXISTS (SELECT 1 FROM order_references AS r"
    " WHERE r.seller = ? AND r.order_id = ? AND r.dialect = ?)))"
)
"""By what a dialect's clients say: a reference, or else a hub id that no reference hides."""
KNOWN_AS_ANY = (
    "AND o.id IN (SELECT r.order_id FROM unnest(?::text[], ?::text[]) AS j(name, dialect)"
    " JOIN order_references AS r ON r.name = j.name AND r.dialect = j.dialect WHERE r.seller = ?)"
)
WITH_ANY_ID = "AND o.id = ANY (?::bigint[])"
WITH_ANY_NUMBER = "AND o.number = ANY (?::text[])"
WITH_PO_NUMBER = (
    "AND o.id = ANY (ARRAY(SELECT p.id FROM orders AS p"
    " WHERE p.seller = ? AND p.po_number = ? ORDER BY p.id DESC LIMIT ?))"
)

POINTING = "SELECT l.order_id FROM order_links AS l WHERE l.seller = ? AND l.target = ANY (?)"
DANGLING = (
    "SELECT l.order_id FROM unnest(?::text[], ?::text[]) AS j(name, dialect)"
    " JOIN order_links AS l ON l.name = j.name AND l.dialect = j.dialect"
    " WHERE l.seller = ? AND l.target IS NULL"
)
SELECTED = (
    "SELECT (SELECT d.document FROM orders AS d WHERE d.seller = ? AND d.id = s.id), s.id FROM ("
)

CUSTOMERS = "SELECT c.document FROM customers AS c WHERE c.seller = ? AND"
CUSTOMER_KNOWN = fragment(
    CUSTOMERS,
    "c.id = coalesce((SELECT r.customer FROM customer_references AS r"
    " WHERE r.seller = ? AND r.name = ? AND r.dialect = ?),"
    " (SELECT ?::bigint WHERE NOT EXISTS (SELECT 1 FROM customer_references AS r"
    " WHERE r.seller = ? AND r.customer = ? AND r.dialect = ?)))",
)
CUSTOMERS_KNOWN = fragment(
    CUSTOMERS,
    "c.id IN (SELECT r.customer FROM unnest(?::text[], ?::text[]) AS j(name, dialect)"
    " JOIN customer_references AS r ON r.name = j.name AND r.dialect = j.dialect"
    " WHERE r.seller = ?) ORDER BY c.id",
)
CUSTOMERS_NUMBERED = fragment(CUSTOMERS, "c.number = ANY (?::text[]) ORDER BY c.id")
CUSTOMERS_WITH_ID = fragment(CUSTOMERS, "c.id = ANY (?::bigint[]) ORDER BY c.id")
CUSTOMERS_AFTER = fragment(CUSTOMERS, "c.id > ? ORDER BY c.id LIMIT ?")

_NAMES = ("last_name", "email", "bill_to,company")
_OF_CUSTOMER = (
    "c.number",
    called("c.document", ("name",)),
    *(f"(nullif(c.document #>> '{{{path}}}', '') COLLATE \"C\")" for path in _NAMES),
)
CUSTOMERS_CALLED = fragment(
    CUSTOMERS,
    "c.id IN (",
    " UNION ".join(
        fragment(
            "SELECT c.id FROM customers AS c WHERE c.seller = ? AND", f"{value} = ANY (?::text[])"
        )
        for value in _OF_CUSTOMER
    ),
    "UNION SELECT r.customer FROM customer_references AS r"
    " WHERE r.seller = ? AND r.name = ANY (?::text[])) ORDER BY c.id",
)
CALLED = len(_OF_CUSTOMER) + 1
"""So often the seller and the names are asked for."""

PRODUCTS_CALLED = fragment(
    "SELECT document FROM products WHERE seller = ? AND sku IN (SELECT unnest(?::text[]) UNION",
    " UNION ".join(
        fragment(
            "SELECT p.sku FROM products AS p WHERE p.seller = ? AND",
            f"{called('p.document', (path,))} = ANY (?::text[])",
        )
        for path in ("upc", "title")
    ),
    ") ORDER BY sku",
)

PRODUCTS = "SELECT document FROM products WHERE seller = ? AND sku = ANY (?::text[]) ORDER BY sku"
PRODUCTS_AFTER = "SELECT document FROM products WHERE seller = ? AND sku > ? ORDER BY sku LIMIT ?"
SELLERS = "SELECT document FROM sellers ORDER BY id"
SELLER = "SELECT document FROM sellers WHERE id = ?"

SUMS = fragment(
    "SELECT coalesce(o.currency, ''), count(*), coalesce(sum(o.lines), 0),",
    f"{turnover.COUNTED}, count({turnover.TURNOVER}), coalesce(sum({turnover.TURNOVER}), 0)",
    "FROM orders AS o WHERE",
)
ANSWERS = "SELECT coalesce(o.adds_up, ''), count(*) FROM orders AS o WHERE"
COUNTS = (
    "SELECT (SELECT count(*) FROM customers WHERE seller = ?),"
    " (SELECT count(*) FROM products WHERE seller = ?)"
)
CLAIMED = {
    Entity.ORDER: "SELECT name FROM order_references WHERE seller = ? AND name = ANY (?::text[])",
    Entity.CUSTOMER: "SELECT name FROM customer_references"
    " WHERE seller = ? AND name = ANY (?::text[])",
}

CREDENTIAL = (
    "SELECT document FROM credentials WHERE dialect = ? AND kind = 'key' AND fingerprint = ?"
)
FORMER = (
    "SELECT document FROM credentials WHERE dialect = ? AND kind = 'former' AND fingerprint = ?"
)
KEY = "SELECT document FROM credentials WHERE dialect = ? AND kind = 'key' AND id = ?"
HELD = (
    "SELECT json_build_array(k.document, t.family, t.created, t.expires, t.ended)::text"
    " FROM tokens AS t"
    " JOIN credentials AS k ON k.dialect = t.dialect AND k.kind = 'key' AND k.id = t.key"
    " AND k.seller = t.seller"
    " WHERE t.seller = ? AND t.dialect = ? AND t.kind = ? AND t.fingerprint = ?"
)
CREDENTIALS = "SELECT document FROM credentials WHERE seller = ?"
ANSWER = (
    "SELECT json_build_array(asked, encode(answer, 'base64'), expires)::text FROM answers"
    " WHERE seller = ? AND customer = ? AND dialect = ? AND key = ?"
)
NOTES = "SELECT name, version, document FROM notes WHERE seller = ? AND kind = ? ORDER BY name"
NOTES_BEHIND = (
    "SELECT name, version, document FROM notes WHERE seller = ? AND kind = ? AND name > ?"
    " ORDER BY name LIMIT ?"
)
NOTES_BEFORE = (
    "SELECT name, version, document FROM notes WHERE seller = ? AND kind = ? AND name < ?"
    " ORDER BY name DESC LIMIT ?"
)
NOTES_NAMED = (
    "SELECT name, version, document FROM notes"
    " WHERE seller = ? AND kind = ? AND name = ANY (?::text[]) ORDER BY name"
)


def known_by(seller: int, ref: Reference) -> tuple[Any, ...]:
    """Give the parameters by which a thing is known that has a reference, or goes by the hub id in it."""
    id = stands_for(ref)
    return seller, ref.id, ref.dialect, id, seller, id, ref.dialect


def pairs(references: Iterable[Reference]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the ids of references, and the dialect of each."""
    several = list(references)
    return tuple([ref.id for ref in several]), tuple([ref.dialect for ref in several])


def of_notes(seller: int, text: str) -> str:
    """Say a statement about notes of a seller, or of the hub itself."""
    return text if seller else text.replace(" notes", " hub_notes")
