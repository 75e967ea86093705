"""Get, list and create beside django-oscar-api: both on PostgreSQL with two workers, in turns.

Oscar is served by gunicorn, as Django's documentation has it, with threads so that connections stay
open, and with database connections that stay open as well. Its clients send a session, which costs
less than a password. ``NOTES`` says what is done for it in advance.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from bench.load import Sample, endless, once
from bench.oscar.compared import Compared
from bench.output import log
from bench.postgres import postgres
from bench.request_bytes import (
    CALLS,
    CREATE,
    GET,
    HOST,
    LIST,
    MANY,
    PAGE,
    WIRES,
    Workload,
    new_order,
    workloads,
)
from bench.rounds import figures, in_turns, ratio
from bench.sample_orders import filled, products_of
from bench.serving import Serving, environment, free_port, gunicorn, orderglot, serving
from orderglot.core.caller import Caller
from orderglot.hub.books import open_store
from orderglot.stores import document

DIALECT = "kole"
WORKERS = 2
CONNECTIONS = 16

NOTES = {
    GET: "`GET /api/orders/ID/`, the order with its address, without its lines, which are a second"
    " request there",
    LIST: f"`GET /api/orders/?limit={PAGE}`, orders with their addresses, without their lines",
    CREATE: "`POST /api/checkout/` of a basket with the same two products that was filled beforehand,"
    " which takes a request a product there",
}


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure."""

    orders: int = 10_000
    rounds: int = 5
    seconds: float = 1.5


QUICK = Effort(orders=500, rounds=2, seconds=0.5)


def measured(folder: Path, effort: Effort) -> Compared:
    """Fill both with the same orders, and measure."""
    orders = effort.orders
    with postgres() as server, ExitStack() as stack:
        our_workloads = asyncio.run(_fill_ours(server.create("book"), orders, folder))
        server.do("VACUUM ANALYZE", database="book")
        oscar_url = server.create("oscar")
        baskets = int(effort.rounds * effort.seconds * 200) + 200
        log(f"oscar: {orders:,} orders, {baskets:,} baskets")
        oscar_requests = _fill_oscar(oscar_url, folder, baskets)
        server.do("VACUUM ANALYZE", database="oscar")
        ours = stack.enter_context(serving(orderglot(server.url("book"), WORKERS), WORKERS))
        oscar = stack.enter_context(_oscar(oscar_url))
        return _compared(ours, our_workloads, oscar, oscar_requests, effort)


def _compared(
    ours: Serving,
    our_workloads: Sequence[Workload],
    oscar: Serving,
    oscar_requests: Mapping[str, Sequence[bytes]],
    effort: Effort,
) -> Compared:
    rounds, seconds = effort.rounds, effort.seconds
    theirs_found, ours_found, times = {}, {}, {}
    for call in CALLS:
        status, _, body = once(oscar.port, endless(oscar_requests[call][-1:]))
        if status >= 300:
            raise RuntimeError(f"Oscar's {call} is answered with {status}: {body[:500]!r}")
        turns = {
            one.wire.name: partial(_turn, ours, one.requests, seconds)
            for one in our_workloads
            if one.call == call
        }
        # One pass through Oscar's requests: a basket is checked out once.
        turns["oscar"] = partial(_next_turn, oscar, endless(oscar_requests[call][:-1]), seconds)
        found = in_turns(turns, rounds)
        oscars = found.pop("oscar")
        theirs_found[call] = figures(oscars)
        ours_found[call] = {wire: figures(several) for wire, several in found.items()}
        times[call] = {
            wire: ratio([one.rate for one in several], [one.rate for one in oscars])
            for wire, several in found.items()
        }
        rates = ", ".join(f"{w} {one.rate.median:,.0f}/s" for w, one in ours_found[call].items())
        log(
            f"oscar: {call}: {rates}, oscar {theirs_found[call].rate.median:,.1f}/s"
            f" ({theirs_found[call].refused} refused): "
            + ", ".join(f"{one.median:.0f} times" for one in times[call].values())
        )
    return Compared(
        orders=effort.orders,
        connections=CONNECTIONS,
        oscar=theirs_found,
        ours=ours_found,
        times=times,
        memory=round(oscar.memory(), 1),
        notes=NOTES,
    )


def _turn(server: Serving, requests: Sequence[bytes], seconds: float) -> Sample:
    return server.send_load(endless(requests), connections=CONNECTIONS, seconds=seconds)


def _next_turn(server: Serving, requests: Any, seconds: float) -> Sample:
    return server.send_load(requests, connections=CONNECTIONS, seconds=seconds)


def _oscar(url: str) -> Any:
    port = free_port()
    extra = {"BENCH_DATABASE": url, "DJANGO_SETTINGS_MODULE": "bench.oscar.settings"}
    return serving(gunicorn("bench.oscar.wsgi:application", port, WORKERS), WORKERS, extra, port)


async def _fill_ours(url: str, orders: int, folder: Path) -> list[Workload]:
    """Fill our book, write its orders to a file for Oscar, and encode the requests."""
    store = open_store(url, create=True)
    shop = await filled(store, DIALECT, orders)
    book = store.of(Caller(seller=shop.seller.id))
    kept = [msgspec.json.decode(document.write(one)) async for one in book.walk()]
    wanted = new_order(DIALECT).lines
    documents = {
        "orders": kept,
        "products": [msgspec.json.decode(document.write(one)) for one in products_of(DIALECT)],
        "basket": [{"sku": line.sku, "quantity": line.quantity} for line in wanted],
    }
    (folder / "orders.json").write_text(json.dumps(documents))
    found = [await workloads(store, wire, shop) for wire in WIRES if wire.dialect == DIALECT]
    await store.close()
    return [one for several in found for one in several]


def _fill_oscar(url: str, folder: Path, baskets: int) -> dict[str, tuple[bytes, ...]]:
    """Fill the shop in a process of its own, and encode the requests."""
    command = (sys.executable, "-m", "bench.oscar", str(folder / "orders.json"), str(baskets))
    done = subprocess.run(
        command,
        env={**environment(), "BENCH_DATABASE": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The shop cannot be filled: {done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    orders: list[int] = found["orders"]
    step = max(1, len(orders) // MANY)
    return {
        GET: tuple(_get(found, f"/api/orders/{one}/") for one in orders[::step]),
        LIST: (_get(found, f"/api/orders/?limit={PAGE}"),) * 2,
        CREATE: tuple(_checkout(found, basket) for basket in found["baskets"]),
    }


def _get(found: Mapping[str, Any], path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\n{_headers(found)}\r\n".encode()


def _checkout(found: Mapping[str, Any], basket: int) -> bytes:
    body = json.dumps(
        {
            "basket": f"http://{HOST}/api/baskets/{basket}/",
            "shipping_address": {
                "country": f"http://{HOST}/api/countries/US/",
                "first_name": "Jean",
                "last_name": "Sample",
                "line1": "24 Specimen Road",
                "line4": "Albany",
                "state": "NY",
                "postcode": "12207",
                "notes": "Please ring twice.",
            },
        }
    )
    head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"POST /api/checkout/ HTTP/1.1\r\n{_headers(found)}{head}\r\n{body}".encode()


def _headers(found: Mapping[str, Any]) -> str:
    cookie = f"sessionid={found['session']}; csrftoken={found['csrf']}"
    return (
        f"host: {HOST}\r\naccept: application/json\r\ncookie: {cookie}\r\n"
        f"x-csrftoken: {found['csrf']}\r\n"
    )
