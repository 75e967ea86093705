"""Searches: how long a partner's gets take while others search, and how the searches are answered.

Over Catalyst's wire, on SQLite and on PostgreSQL: one connection gets orders by id with one key;
meanwhile some others search with another key (for a text within every order's document), or list pages
of 500.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from bench.copies import Copies, Databases, Files
from bench.load import Sample, Wrong, endless, send_load
from bench.output import log
from bench.postgres import postgres
from bench.request_bytes import GET, Wire, workloads
from bench.rounds import Figures, figures, in_turns
from bench.sample_orders import Shop, filled
from bench.searchers import PLACE, searching
from bench.serving import orderglot, serving
from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.hub.books import open_store
from orderglot.stores.store import BookStore

DIALECT = "catalyst"
PATH = "/webresources/api/v3/sites/current/orders?"
SEARCH = f"{PATH}where=" + quote(f'{{"shippingInstructions":{{"$contains":"zz{PLACE}"}}}}', PLACE)
PAGE = f"{PATH}limit=500"
NOBODY = "nobody"
BESIDE = {
    NOBODY: (0, ""),
    "1 search": (1, SEARCH),
    "8 searches": (8, SEARCH),
    "32 searches": (32, SEARCH),
    "8 pages of 500": (8, PAGE),
}


class Beside(Struct, frozen=True):
    """The figures of the gets, and how many of the others' requests were answered with which status."""

    gets: Figures
    answers: dict[str, int]


class Searched(Struct, frozen=True):
    """The figures of one store, by who searches meanwhile."""

    store: str
    orders: int
    beside: dict[str, Beside]


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure; ``seconds`` are those of a turn."""

    orders: int = 28_816
    rounds: int = 3
    seconds: float = 4.0


QUICK = Effort(orders=2_000, rounds=1, seconds=0.5)


def measured(folder: Path, effort: Effort) -> list[Searched]:
    """Measure both stores."""
    with postgres() as server:
        return [_measured(copies, effort) for copies in (Files(folder), Databases(server))]


def _measured(copies: Copies, effort: Effort) -> Searched:
    gets, token = asyncio.run(_fill(copies, effort.orders))
    answers = {name: Counter[str]() for name in BESIDE}
    with serving(orderglot(copies.url)) as server:
        sides: dict[str, Callable[[], Sample]] = {
            name: partial(
                _side, server.port, gets, token, number, target, answers[name], effort.seconds
            )
            for name, (number, target) in BESIDE.items()
        }
        samples = in_turns(sides, effort.rounds)
    beside = {name: Beside(figures(samples[name]), dict(answers[name])) for name in BESIDE}
    for name, one in beside.items():
        log(f"searches: {copies.store}, beside {name}: a get's p99 {one.gets.p99.median:.2f} ms")
    return Searched(copies.store, effort.orders, beside)


async def _fill(copies: Copies, orders: int) -> tuple[tuple[bytes, ...], str]:
    """Fill the book; give the encoded gets of one key, and another key's token."""
    log(f"searches: {copies.store}, a book of {orders:,} orders")
    store = open_store(copies.url, create=True)
    try:
        shop = await filled(store, DIALECT, orders)
        every = await workloads(store, Wire(DIALECT, DIALECT), shop)
        token = await _another_key(store, shop)
    finally:
        await store.close()
    copies.filled()
    return next(one.requests for one in every if one.call == GET), token


async def _another_key(store: BookStore, shop: Shop) -> str:
    auth = dialects.dialect(DIALECT).auth
    caller = Caller(seller=shop.seller.id)
    issued = await store.keyring.issue_key(DIALECT, caller, auth.make_secret, auth.make_key_id)
    return issued.secret


def _side(
    port: int,
    gets: tuple[bytes, ...],
    token: str,
    number: int,
    target: str,
    answers: Counter[str],
    seconds: float,
) -> Sample:
    others = searching(port, number, token, target, answers) if number else nullcontext()
    with others:
        sample = send_load(port, endless(gets), connections=1, seconds=seconds)
    if sample.refused:
        raise Wrong(f"{sample.refused} of {sample.answers} gets were refused")
    return sample
