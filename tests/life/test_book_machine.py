"""One order, one life: whatever all dialects' clients write, every face shows what the model says.

`make life` tries it with many more steps.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test as run

from orderglot.core import correcting, lifecycle, pricing
from orderglot.core.order import Line, Order
from orderglot.core.product import Product
from orderglot.dialects.orderglot import drafts
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from orderglot.stores.unit_of_work import UnitOfWork
from tests.conformance.slow import slow
from tests.life.book_machine import OneBook
from tests.life.doors import Doors, beside, clock, opened
from tests.life.known_programs import PARTLY_CANCELLED, PROGRAMS, follow
from tests.postgres import BorrowedBackend

USUAL = settings()
STEPS = 40
SEED = 0
"""By which two at once in memory take their turns: so that each mistake of the known programs is seen."""
RUNS = max(1, 10 * USUAL.max_examples // 60)
"""So many runs in each store: 2,400 steps in all where sixty examples are tried."""


async def in_memory(workers: int) -> list[Doors]:
    time = clock()
    first = await opened(slow(SEED)(time), time)
    others = [BookStore(first.store._backend, time) for _ in range(1, workers)]
    return [first, *(beside(first, store) for store in others)]


async def in_sqlite(workers: int) -> list[Doors]:
    file, time = Path(mkdtemp(prefix="life-")) / "book.db", clock()
    first = await opened(SqliteStore(file, time), time)
    return [first, *(beside(first, SqliteStore(file, time)) for _ in range(1, workers))]


async def in_postgres(workers: int) -> list[Doors]:
    backend, time = BorrowedBackend(), clock()
    first = await opened(BookStore(backend, time), time)
    others = [BookStore(PostgresBackend(backend.url), time) for _ in range(1, workers)]
    return [first, *(beside(first, store) for store in others)]


STORES = {"memory": in_memory, "sqlite": in_sqlite, "postgres": in_postgres}


def machine(store: str, workers: int) -> type[OneBook]:
    def open_doors() -> Coroutine[Any, Any, list[Doors]]:
        return STORES[store](workers)

    return type("Book", (OneBook,), {"open_doors": staticmethod(open_doors)})


def tried(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=USUAL.derandomize,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("store", STORES)
def test_every_face_shows_what_the_model_says(store: str, workers: int) -> None:
    run(machine(store, workers), settings=tried(RUNS))


def keep_lines_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_along", lambda line, _before, _status: line)


def sell_what_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_they_are(order: Order, *_: object) -> Order:
        return order

    for name in ("kole", "komet", "adobe"):
        wire = f"orderglot.dialects.{name}.wire"
        monkeypatch.setattr(f"{wire}.with_returns_counted", as_they_are)


def give_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr("orderglot.stores.unit_of_work.give_back", nothing)


def give_up_what_was_switched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.core.giving_up.gives_seats_up", lambda *_: False)


def switch_seats_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.dialects.adobe.rules.counted_down", lambda *_: ())


def bill_what_was_billed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.core.totals._billed", lambda bill, *_: bill)


def price_everything_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    real = correcting.put_in

    def put_in(
        order: Order, added: Iterable[Line], products: Mapping[str, Product], currency: str = ""
    ) -> Order:
        return pricing.price(real(order, added, products, currency), products)

    for place in ("core.correcting", "core.drafting", "dialects.catalyst.items"):
        monkeypatch.setattr(f"orderglot.{place}.put_in", put_in)


def part_what_is_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> tuple[()]:
        return ()

    monkeypatch.setattr("orderglot.core.reassigning._bound_to", nothing)


def hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr(UnitOfWork, "guard", nothing)


def return_what_was_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.core.returns.remaining", lambda line: line.remaining or 0)


def revive_by_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_is_over", lambda _line, _before: False)


def keep_carts_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.dialects.komet.items._is_like", lambda _cart, _ask: False)


def keep_lines_that_a_patch_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = drafts._changed_lines

    def all_kept(*asked: Any) -> dict[str, Any]:
        return {**real(*asked), "removed": ()}

    monkeypatch.setattr(drafts, "_changed_lines", all_kept)


def ship_all_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.cli.orders.quantities", lambda _texts: {})


def split_more_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    def more(lines: Mapping[int, int] | None) -> list[Any]:
        return [{"number": one, "quantity": much + 1} for one, much in (lines or {}).items()]

    monkeypatch.setattr("orderglot.hub.order_steps._lines", more)


MUTANTS: list[Callable[[pytest.MonkeyPatch], None]] = [
    keep_lines_back,
    sell_what_comes_back,
    give_nothing_back,
    give_up_what_was_switched,
    switch_seats_of_nobody,
    bill_what_was_billed,
    price_everything_anew,
    part_what_is_linked,
    hold_nothing,
    return_what_was_cancelled,
    revive_by_a_number,
    keep_carts_apart,
    keep_lines_that_a_patch_leaves_out,
    ship_all_by_command,
    split_more_in_python,
]


@pytest.mark.parametrize("mistake", PROGRAMS)
def test_a_known_program_holds_where_no_mistake_is_made(mistake: str) -> None:
    follow(machine("memory", 2), PROGRAMS[mistake])


@pytest.mark.parametrize("name", PARTLY_CANCELLED)
def test_the_rest_of_what_was_partly_cancelled_goes_on_as_ever(name: str) -> None:
    follow(machine("memory", 1), PARTLY_CANCELLED[name])


def tried_to_break(mistake: str) -> None:
    """Follow the shortest known program of a mistake; what it does not show any more is searched for."""
    book = machine("memory", 2)
    follow(book, PROGRAMS.get(mistake, ()))
    run(book, settings=settings(tried(300), derandomize=True))


@pytest.mark.long
@pytest.mark.parametrize("mutate", MUTANTS)
def test_what_would_break_it_is_caught(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        tried_to_break(mutate.__name__)
