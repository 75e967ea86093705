"""How long Catalyst's lists take as a book grows: the first time, and again.

    .venv/bin/python -m bench.lists BOOK.db [BOOK.db ...]

Each book is filled by ``bench.book``. Every list is requested of the server face in this process,
without a socket; the first time in a newly opened book, whose file the system may have read before.
Times are milliseconds. At the end are the query plans of the last book's statements.
"""

from __future__ import annotations

import re
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import msgspec

from bench.book import SELLER
from bench.catalyst_server import CatalystServer, opened
from orderglot.stores.sqlite.backend import SqliteBackend
from orderglot.stores.sqlite.connection import connect

ROUNDS = 15
NEWEST = "order=-createDate"
OVER_40 = "where={'totalPrice':{'$gt':'40'}}"
LISTS = {
    "page 1": f"{NEWEST}&limit=25",
    "page 1 of 500": f"{NEWEST}&limit=500",
    "over 40, 500": f"{OVER_40}&{NEWEST}&limit=500",
    "over 40, 25": f"{OVER_40}&{NEWEST}&limit=25",
    "near the end": f"{NEWEST}&limit=25&skip=@near",
    "in the middle": f"{NEWEST}&limit=25&skip=@middle",
    "over 40, near the end": f"{OVER_40}&{NEWEST}&limit=25&skip=@near_over",
    "over 40, at 85 %": f"{OVER_40}&{NEWEST}&limit=25&skip=@late_over",
    "over 40 by total, near the end": f"{OVER_40}&order=totalPrice&limit=25&skip=@near_over",
    "some hundred, by total": "where={'totalPrice':{'$gt':'12000'}}&order=-totalPrice&limit=25",
    "one day": f"where={{'createDate':'2010-03-04'}}&{NEWEST}&limit=25",
    "since 2009": f"where={{'createDate':{{'$gte':'2009-06-01T07:30:00'}}}}&{NEWEST}&limit=25",
    "status 1": f"where={{'statusTypeId':1}}&{NEWEST}&limit=25",
    "status 7": f"where={{'statusTypeId':7}}&{NEWEST}&limit=25",
    "status label": f"where={{'status.label':'Cancelled'}}&{NEWEST}&limit=25",
    "invoice number": "where={'invoiceNumber':'INV1000007'}",
    "name": "where={'name':'Online Shop 1000007'}",
    "id": "where={'id':1000007}",
    "a customer": f"where={{'entityId':14911}}&{NEWEST}",
    "last name": "where={'customer.lastName':'Nobody'}",
    "name contains": "where={'name':{'$contains':'7654'}}",
}


def main(first: str, *others: str) -> None:
    """Measure each book, and explain the last one's statements."""
    places = dict[str, int]()
    for path in (first, *others):
        with opened(Path(path)) as server:
            total = _total(server, "")
            over = _total(server, OVER_40)
            places = {
                "near": total - 60,
                "middle": total // 2,
                "near_over": over - 60,
                "late_over": over * 85 // 100,
            }
        print(f"\n{path}: {total:,} orders, {over:,} of them over 40\n")
        print(f"{'':32}{'matches':>10}{'first':>10}{'again p50':>11}{'max':>9}")
        for name, query in LISTS.items():
            _measure(Path(path), name, placed(query, places))
    _explain(Path(path), places)


def placed(query: str, places: dict[str, int]) -> str:
    """Replace the names behind an @ by their numbers."""
    return re.sub("@([a-z_]+)", lambda found: str(places[found[1]]), query)


def _total(server: CatalystServer, where: str) -> int:
    response = server.ask(SELLER, "/orders", f"{where}&limit=0")
    return int(msgspec.json.decode(response.body)["totalItemsCount"])


def _measure(path: Path, name: str, query: str) -> None:
    with opened(path) as server:
        server.ask(SELLER, "/orders", "limit=0&where={'id':1}")
        first, *again = [_timed(server, query) for _ in range(ROUNDS + 1)]
        response = server.ask(SELLER, "/orders", query)
        matches = msgspec.json.decode(response.body)["totalItemsCount"]
    print(
        f"{name:32}{matches:>10,}{first:>10.2f}{median(again):>11.2f}{max(again):>9.2f}", flush=True
    )


def _timed(server: CatalystServer, query: str) -> float:
    """Send a request and give the milliseconds that it took."""
    began = time.perf_counter()
    server.ask(SELLER, "/orders", query)
    return (time.perf_counter() - began) * 1000


def _explain(path: Path, places: dict[str, int]) -> None:
    """Print the query plan of each statement that looks for orders or counts them."""
    for name, query in LISTS.items():
        print(f"\n{name}")
        with opened(path) as server:
            for statement in _statements(server, placed(query, places)):
                with closing(connect(path, reads=True)) as reader:
                    for step in reader.execute(f"EXPLAIN QUERY PLAN {statement}"):
                        print(f"    {step[3]}")


def _statements(server: CatalystServer, query: str) -> list[str]:
    backend = server.store._backend
    assert isinstance(backend, SqliteBackend)
    statements = list[str]()
    beside = backend._threads._open()
    backend._threads._idle.append(beside)
    for one in (*backend._reader._turns, beside):
        one.connection.set_trace_callback(statements.append)
    server.ask(SELLER, "/orders", query)
    return [one for one in statements if re.match("SELECT (o.id|count|coalesce|s.bucket)", one)]


if __name__ == "__main__":
    main(*sys.argv[1:])
