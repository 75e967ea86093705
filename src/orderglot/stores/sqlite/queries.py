"""The queries with which the backend reads; those on orders go on behind the scope.

Lists go in as JSON, so that a statement has one text and is prepared once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from orderglot.stores.backend import Entity, Scope
from orderglot.stores.sql import turnover
from orderglot.stores.sql.grammar import Sql, fragment
from orderglot.stores.sql.paging import scoped
from orderglot.stores.sqlite.connection import STRANGE, strange

ORDERS = "SELECT CAST(o.document AS BLOB) FROM orders AS o WHERE"
KNOWN = (
    "AND o.id = coalesce((SELECT r.order_id FROM order_references AS r"
    " WHERE r.seller = ? AND r.name = ? AND r.dialect = ?),"
    " (SELECT ? WHERE NOT EXISTS (SELECT 1 FROM order_references AS r"
    " WHERE r.seller = ? AND r.order_id = ? AND r.dialect = ?)))"
)
"""By what a dialect's clients say: a reference, or else a hub id that no reference hides."""
KNOWN_AS_ANY = (
    "AND o.id IN (SELECT r.order_id FROM json_each(?) AS j CROSS JOIN order_references AS r"
    " WHERE r.seller = ? AND r.name = json_extract(j.value, '$[0]')"
    " AND r.dialect = json_extract(j.value, '$[1]'))"
)
WITH_ANY_ID = "AND o.id IN (SELECT j.value FROM json_each(?) AS j)"
WITH_ANY_NUMBER = "AND o.number IN (SELECT j.value FROM json_each(?) AS j)"
WITH_PO_NUMBER = (
    "AND o.id IN (SELECT p.id FROM orders AS p"
    " WHERE p.seller = ? AND p.po_number = ? ORDER BY p.id DESC LIMIT ?)"
)

POINTING = (
    "SELECT l.order_id FROM json_each(?) AS j CROSS JOIN order_links AS l"
    " WHERE l.seller = ? AND l.target = j.value"
)
DANGLING = (
    "SELECT l.order_id FROM json_each(?) AS j CROSS JOIN order_links AS l"
    " WHERE l.seller = ? AND l.target IS NULL AND l.name = json_extract(j.value, '$[0]')"
    " AND l.dialect = json_extract(j.value, '$[1]')"
)

CUSTOMERS = "SELECT CAST(c.document AS BLOB) FROM customers AS c WHERE c.seller = ? AND"
CUSTOMER_KNOWN = fragment(
    CUSTOMERS,
    "c.id = coalesce((SELECT r.customer FROM customer_references AS r"
    " WHERE r.seller = ? AND r.name = ? AND r.dialect = ?),"
    " (SELECT ? WHERE NOT EXISTS (SELECT 1 FROM customer_references AS r"
    " WHERE r.seller = ? AND r.customer = ? AND r.dialect = ?)))",
)
CUSTOMERS_KNOWN = fragment(
    CUSTOMERS,
    "c.id IN (SELECT r.customer FROM json_each(?) AS j"
    " CROSS JOIN customer_references AS r"
    " WHERE r.seller = ? AND r.name = json_extract(j.value, '$[0]')"
    " AND r.dialect = json_extract(j.value, '$[1]')) ORDER BY c.id",
)
CUSTOMERS_NUMBERED = fragment(
    CUSTOMERS, "c.number IN (SELECT j.value FROM json_each(?) AS j) ORDER BY c.id"
)
CUSTOMERS_WITH_ID = fragment(
    CUSTOMERS, "c.id IN (SELECT j.value FROM json_each(?) AS j) ORDER BY c.id"
)
CUSTOMERS_AFTER = fragment(CUSTOMERS, "c.id > ? ORDER BY c.id LIMIT ?")


def _called(*values: str) -> str:
    """Say the ids of the customers of whom one of these values is asked for, each by its index."""
    each = (
        fragment(
            "SELECT c.id FROM customers AS c WHERE c.seller = ? AND",
            f"{value} IN",
            "(SELECT j.value FROM json_each(?) AS j)",
        )
        for value in values
    )
    return " UNION ".join(each)


_OF_CUSTOMER = (
    "c.number",
    *(
        f"nullif(json_extract(c.document, '$.{path}'), '')"
        for path in ("name", "last_name", "email", "bill_to.company")
    ),
)
CUSTOMERS_CALLED = fragment(
    "SELECT CAST(c.document AS BLOB) FROM customers AS c WHERE c.seller = ? AND c.id IN (",
    _called(*_OF_CUSTOMER),
    "UNION SELECT r.customer FROM json_each(?) AS j CROSS JOIN customer_references AS r"
    " WHERE r.seller = ? AND r.name = j.value) ORDER BY c.id",
)


def customers_called(seller: int, names: str) -> tuple[int | str, ...]:
    """Give the values of ``CUSTOMERS_CALLED``: a seller, and names as a list in JSON."""
    return (seller, *(seller, names) * len(_OF_CUSTOMER), names, seller)


PRODUCTS = (
    "SELECT CAST(document AS BLOB) FROM products"
    " WHERE seller = ? AND sku IN (SELECT j.value FROM json_each(?) AS j) ORDER BY sku"
)
_OF_PRODUCT = ("upc", "title")
PRODUCTS_CALLED = fragment(
    "SELECT CAST(document AS BLOB) FROM products WHERE seller = ? AND sku IN",
    "(SELECT j.value FROM json_each(?) AS j UNION",
    " UNION ".join(
        fragment(
            "SELECT p.sku FROM products AS p WHERE p.seller = ? AND",
            f"nullif(json_extract(p.document, '$.{path}'), '')",
            "IN (SELECT j.value FROM json_each(?) AS j)",
        )
        for path in _OF_PRODUCT
    ),
    ") ORDER BY sku",
)


def products_called(seller: int, names: str) -> tuple[int | str, ...]:
    """Give the values of ``PRODUCTS_CALLED``: a seller, and names as a list in JSON."""
    return (seller, names) * (1 + len(_OF_PRODUCT))


PRODUCTS_AFTER = (
    "SELECT CAST(document AS BLOB) FROM products WHERE seller = ? AND sku > ? ORDER BY sku LIMIT ?"
)
SELLERS = "SELECT CAST(document AS BLOB) FROM sellers ORDER BY id"
SELLER = "SELECT CAST(document AS BLOB) FROM sellers WHERE id = ?"

# Whole units and millionths are added up apart, so that no sum outgrows 64 bits.
SUMS = fragment(
    "SELECT coalesce(o.currency, ''), count(*), sum(o.lines),",
    f"{turnover.COUNTED}, count({turnover.TURNOVER}),",
    f"coalesce(sum(({turnover.TURNOVER}) / 1000000), 0),",
    f"coalesce(sum(({turnover.TURNOVER}) % 1000000), 0)",
    "FROM orders AS o WHERE",
)
ANSWERS = "SELECT coalesce(o.adds_up, ''), count(*) FROM orders AS o WHERE"
COUNTS = (
    "SELECT (SELECT count(*) FROM customers WHERE seller = ?),"
    " (SELECT count(*) FROM products WHERE seller = ?)"
)
CLAIMED = {
    Entity.ORDER: "SELECT name FROM order_references"
    " WHERE seller = ? AND name IN (SELECT j.value FROM json_each(?) AS j)",
    Entity.CUSTOMER: "SELECT name FROM customer_references"
    " WHERE seller = ? AND name IN (SELECT j.value FROM json_each(?) AS j)",
}

CREDENTIAL = (
    "SELECT CAST(document AS BLOB) FROM credentials"
    " WHERE dialect = ? AND kind = 'key' AND fingerprint = ?"
)
FORMER = (
    "SELECT CAST(document AS BLOB) FROM credentials"
    " WHERE dialect = ? AND kind = 'former' AND fingerprint = ?"
)
KEY = "SELECT CAST(document AS BLOB) FROM credentials WHERE dialect = ? AND kind = 'key' AND id = ?"
HELD = (
    "SELECT CAST(k.document AS BLOB), t.family, t.created, t.expires, t.ended FROM tokens AS t"
    " JOIN credentials AS k ON k.dialect = t.dialect AND k.kind = 'key' AND k.id = t.key"
    " AND k.seller = t.seller"
    " WHERE t.seller = ? AND t.dialect = ? AND t.kind = ? AND t.fingerprint = ?"
)
CREDENTIALS = "SELECT CAST(document AS BLOB) FROM credentials WHERE seller = ?"
ANSWER = (
    "SELECT asked, answer, expires FROM answers"
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
    "SELECT n.name, n.version, n.document FROM json_each(?) AS j CROSS JOIN notes AS n"
    " WHERE n.seller = ? AND n.kind = ? AND n.name = j.value ORDER BY n.name"
)


@lru_cache(maxsize=64)
def found(seen: str, more: str) -> str:
    """Describe which orders are read; the very same text each time is soonest found as prepared."""
    return f"{ORDERS} {seen} {more} ORDER BY o.id"


def with_ids(scope: Scope, ids: Iterable[int]) -> Sql:
    """Describe which orders of a scope have any of some hub ids."""
    seen = scoped(scope)
    return Sql(found(seen.text, WITH_ANY_ID), (*seen.params, listed(ids)))


def listed(values: Iterable[int | str | tuple[str, str]]) -> str:
    """Write a list as statements take it; raises Invalid where a text in it cannot be written."""
    try:
        return msgspec.json.encode(list(values)).decode()
    except STRANGE as error:
        raise strange() from error


def of_notes(seller: int, text: str) -> str:
    """Say a statement about notes of a seller, or of the hub itself."""
    return text if seller else text.replace(" notes", " hub_notes")
