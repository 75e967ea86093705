"""The tables of counts, and how they are read beside the orders."""

from __future__ import annotations

from orderglot.stores.sql.count_buckets import NONE
from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.terms import TABLE

COUNTS, DELTAS, COUNTED = "order_counts", "order_count_deltas", "counted_sellers"
DERIVED = frozenset({COUNTS, DELTAS, COUNTED, TABLE})
"""The tables that are worked out of the orders, and never copied."""


def _named(table: str) -> str:
    """Say a table of counts under the names that the orders themselves have for the same."""
    columns = (
        "seller, axis, bucket, test, deleted, kind, status,"
        f" nullif(own_status, {NONE}) AS own_status, orders"
    )
    return fragment("(SELECT", columns, "FROM", f"{table})")


READ = (_named(COUNTS), _named(DELTAS))
"""What is added up, each as a table."""

ARE_KEPT = fragment("EXISTS (SELECT 1 FROM", COUNTED, "AS k WHERE k.seller = ?)")
"""States, in the statement that adds up, that the counts of a seller are kept."""

HUNDREDS_ARE_KEPT = fragment(
    "EXISTS (SELECT 1 FROM", COUNTED, "AS k WHERE k.seller = ? AND k.hundreds = 1)"
)
"""States the same of the sums of hundreds of days."""
