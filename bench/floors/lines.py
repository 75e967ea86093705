"""Order lines read from a file and inserted into one table: what a script would do for an import."""

from __future__ import annotations

import csv
import gzip
import sqlite3
import sys

SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32000")
"""Those of an order book."""

TABLE = """
CREATE TABLE order_lines (
    number INTEGER PRIMARY KEY, invoice TEXT NOT NULL, sku TEXT NOT NULL, description TEXT NOT NULL,
    quantity TEXT NOT NULL, invoiced TEXT NOT NULL, price TEXT NOT NULL, customer TEXT NOT NULL,
    country TEXT NOT NULL
)"""
PUT = (
    "INSERT INTO order_lines (invoice, sku, description, quantity, invoiced, price, customer, country)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def main(file: str, database: str) -> None:
    """Insert the rows of a gzipped file into a new database in one durable transaction."""
    connection = sqlite3.connect(database, isolation_level=None)
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    connection.execute(TABLE)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(PUT, rows)
        connection.execute("COMMIT")
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
