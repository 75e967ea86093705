"""Books for programs without an event loop: the same, but that each call waits for its answer."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from inspect import iscoroutinefunction, signature
from pathlib import Path

import pytest

from orderglot import HubError, Line, Order, Reference, open_book_sync
from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.product import Product, Tier
from orderglot.core.values import Status
from orderglot.hub import blocking
from orderglot.hub.book_orders import BookOrders
from orderglot.hub.library import BlockingBook

WANTED = Order(po_number="PO-1", lines=(Line(sku="MUG", quantity=24),))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/book.db"


@pytest.fixture
def book(url: str) -> Iterator[BlockingBook]:
    with open_book_sync(url, "acme", create=True) as book:
        tiers = (Tier(price=Decimal("1.20")),)
        book.keep_product(Product(sku="MUG", currency="USD", tiers=tiers))
        yield book


def test_each_call_gives_what_it_comes_to(book: BlockingBook) -> None:
    order = book.orders.create(WANTED)

    assert Decimal("28.80") == order.totals.total
    assert Status.PARTLY_SHIPPED is book.orders.ship("PO-1", {1: 12}).status
    assert [order.id] == [one.id for one in book.orders.walk(q="PO-1")]
    assert [order.id] == [one.id for one in book.walk()]
    assert ["placed", "shipped"] == [one.what for one in book.orders.events(order)]
    assert "acme" == book.seller().name


def test_more_than_is_fetched_at_once_is_given_once_each(book: BlockingBook) -> None:
    placed = [book.place(Order(number=str(one))).number for one in range(2 * blocking.STRIDE + 1)]

    assert placed == [one.number for one in book.walk()]
    assert placed == [one.number for one in book.orders.walk()]


def test_a_refusal_is_of_the_kind_that_it_is(book: BlockingBook) -> None:
    with pytest.raises(NotFound, match="There is no order 'PO-2' here"):
        book.orders.get("PO-2")
    order = book.orders.create(WANTED)
    with pytest.raises(Invalid) as refused:
        book.orders.ship(order, {1: 100})
    assert ["quantity"] == [one.field for one in refused.value.problems]
    with pytest.raises(Conflict):
        book.orders.release(order)


def test_what_is_written_together_is_kept_together_or_not_at_all(book: BlockingBook) -> None:
    def failing() -> None:
        with book.together() as unit:
            unit.place(Order(number="1"))
            unit.get(Reference("kole", "nobody"))

    with pytest.raises(HubError):
        failing()
    with book.together() as unit:
        unit.place(Order(number="2"))
        unit.place(Order(number="3"))

    assert ["2", "3"] == [one.number for one in book.walk()]


def test_it_works_where_a_loop_runs_and_in_many_threads(book: BlockingBook) -> None:
    async def in_a_notebook() -> Order:
        return book.orders.create(WANTED)

    ids = {asyncio.run(in_a_notebook()).id}
    with ThreadPoolExecutor(8) as threads:
        ids |= {one.id for one in threads.map(book.orders.create, [WANTED] * 24)}

    assert 25 == len(ids)
    assert 1 == sum(one.name == "orderglot-loop" for one in threading.enumerate())


def test_its_methods_are_those_of_an_open_book_and_none_is_a_coroutine(book: BlockingBook) -> None:
    names = [name for name in dir(BookOrders) if not name.startswith("_")]

    for name in names:
        method = getattr(book.orders, name)
        assert signature(method) == signature(getattr(BookOrders(None, None), name))  # type: ignore[arg-type]
        assert not iscoroutinefunction(method)
        assert method.__doc__
    assert {"orders", "walk", "keep", "close"} <= set(dir(book))


def test_a_book_that_is_forgotten_is_closed(url: str) -> None:
    before = len(blocking._shared.open)
    book = open_book_sync(url, "acme", create=True)
    assert before + 1 == len(blocking._shared.open)
    del book
    gc.collect()

    assert before == len(blocking._shared.open)


def test_a_book_is_open_as_long_as_anything_of_it_is_asked(book: BlockingBook, url: str) -> None:
    order = book.orders.create(WANTED)

    assert "acme" == open_book_sync(url).seller().name
    assert order.id == open_book_sync(url).orders.get("PO-1").id
    walk = open_book_sync(url).orders.walk()
    gc.collect()
    assert [order.id] == [one.id for one in walk]


def test_a_book_is_closed_once_however_often_it_is_said(url: str) -> None:
    book = open_book_sync(url, "acme", create=True)
    book.close()
    book.close()


def test_what_runs_in_the_loop_itself_cannot_wait_for_it(book: BlockingBook) -> None:
    async def inside() -> None:
        book.orders.list()

    with pytest.raises(RuntimeError, match="cannot be made by what runs in its own loop"):
        book.held.run(inside())


SCRIPT = """
from orderglot import Order, open_book_sync
book = open_book_sync("sqlite:///book.db", "acme", create=True)
print(book.place(Order(number="1")).id)
"""


def test_a_program_that_closes_nothing_ends_well(tmp_path: Path) -> None:
    run = (sys.executable, "-W", "error", "-c", SCRIPT)
    ended = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert (0, "1000000001\n", "") == (ended.returncode, ended.stdout, ended.stderr)


WAITS = """
import asyncio
from orderglot import open_book_sync
book = open_book_sync("sqlite:///book.db", "acme", create=True)
async def for_ever():
    print("waits", flush=True)
    await asyncio.sleep(1000)
try:
    book.held.run(for_ever())
except KeyboardInterrupt:
    print(book.seller().name, flush=True)
"""


def test_an_interrupted_call_ends_and_the_next_one_is_answered(tmp_path: Path) -> None:
    run = (sys.executable, "-W", "error", "-c", WAITS)
    with subprocess.Popen(
        run,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as program:
        assert program.stdout is not None
        assert "waits\n" == program.stdout.readline()
        program.send_signal(signal.SIGINT)
        assert "acme\n" == program.stdout.read()
    assert 0 == program.returncode


def outcome(work: Callable[[], object]) -> str:
    """Give what some work comes to, or in which words it is refused."""
    try:
        return str(work())
    except RuntimeError as error:
        return str(error)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_is_forked_off_opens_a_book_of_its_own(book: BlockingBook, url: str) -> None:
    ours, theirs = os.pipe()
    if not (child := os.fork()):
        answers = [outcome(lambda: open_book_sync(url).seller().name), outcome(book.seller)]
        os.write(theirs, json.dumps(answers).encode())
        os._exit(0)
    os.waitpid(child, 0)

    refused = "This was opened in another process; open it again in this one."
    assert ["acme", refused] == json.loads(os.read(ours, 4096))
    assert "acme" == book.seller().name
