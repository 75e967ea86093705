"""Splits, returns and exchanges in any order: nothing of an order is lost, doubled or made, in any book."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core import cancelled_returns, goods_returns, lifecycle, portions, splitting
from orderglot.core.caller import Caller
from orderglot.core.currencies import rounded
from orderglot.core.errors import HubError
from orderglot.core.goods_steps import exchange_goods, return_goods, split_order
from orderglot.core.line_quantities import returned, to_ship
from orderglot.core.linking import MOVED
from orderglot.core.order import HUB, Line, Order, Reference, Totals
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.product import Product, Tier
from orderglot.core.quantities import Quantity, size
from orderglot.core.returns import outside
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Kind, Status
from orderglot.stores.memory import MemoryStore
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from tests.core.dividable_orders import orders
from tests.core.test_splitting import quantities, together
from tests.stores.shops import Shop

NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
CUP = Product(sku="CUP", tiers=(Tier(price=Decimal(4)),))
GOODS = (Line(sku="CUP", quantity=3),)

Step = tuple[str, int, tuple[int, ...]]
"""What is done, to which of the orders there are, and how many tenths of each line are meant."""

SENT: Step = ("ship", 0, (10, 5, 10, 5))
SOME = st.lists(
    st.tuples(
        st.sampled_from(
            ["ship", "split", "return", "exchange", "give up", "take up", "cancel", "hold"]
        ),
        st.integers(0, 9),
        st.tuples(*(st.sampled_from([0, 3, 5, 10]) for _ in range(4))),
    ),
    min_size=3,
    max_size=8,
)
STEPS = SOME | SOME.map(lambda steps: [SENT, *steps])
"""Steps, of which the first is in half of the cases that some of the order goes out."""


@dataclass
class Trial:
    """An order in a book, all that was made of it, and what it was at first."""

    book: Book
    first: Order
    refusals: list[str] = field(default_factory=list)

    async def orders(self) -> list[Order]:
        return [one async for one in self.book.walk()]

    async def take(self, step: Step) -> None:
        """Take a step; one that is refused has to leave everything as it was."""
        what, which, tenths = step
        before = await self.orders()
        wanted = [one for one in before if (one.kind is Kind.RETURN) is (what in RETURNED_BY)]
        if not wanted:
            return
        order = wanted[which % len(wanted)]
        try:
            await self.book.transact(lambda unit: STEPPING[what](unit, order, tenths))
        except HubError as error:
            self.refusals.append(error.message)
            assert before == await self.orders(), what

    async def check(self) -> None:
        """Hold the book against what the order was."""
        every = await self.orders()
        family = [one for one in every if one.id == self.first.id]
        for order in every:
            of = {link.order.id for link in order.links if MOVED in order.extras}
            family += [order] if of & {one.id for one in family} else []
        assert quantities(self.first) == quantities(*family)
        assert together(self.first) == together(*family)
        for order in family:
            back = list(_standing(order, every))
            for line in order.lines:
                came = [one for other in back for one in other.lines if one.number == line.number]
                assert returned(line) == -sum(one.quantity for one in came)
                if returned(line) == size(line.quantity):
                    assert line.total == -sum(one.total or 0 for one in came)
            if all(returned(line) == size(line.quantity) for line in order.lines):
                _demand_worth(order, back)


def _standing(order: Order, every: Iterable[Order]) -> Iterable[Order]:
    for one in every:
        if one.kind is Kind.RETURN and one.status is not Status.CANCELLED:
            yield from (one for link in one.links if link.order.id == order.id)


def _demand_worth(order: Order, back: Iterable[Order]) -> None:
    """Demand that returns of all goods come to what the order came to, but for what is of it as a whole."""
    for name in ("subtotal", "discount", "tax", "duty"):
        amounts = [getattr(one.totals, name) or 0 for one in back]
        assert (getattr(order.totals, name) or 0) == -sum(amounts), name


def much_of(line: Line, there: Quantity, tenths: int) -> Quantity:
    """Give some tenths of what there is, in whole pieces where it has these."""
    much = there * tenths / Decimal(10)
    return int(much) if isinstance(line.quantity, int) else rounded(much, "USD").normalize()


def chosen(
    order: Order, tenths: tuple[int, ...], there: Callable[[Line], Quantity]
) -> dict[int, Quantity]:
    pairs = zip(order.lines, tenths, strict=False)
    found = {line.number: much_of(line, there(line), tenth) for line, tenth in pairs}
    return {number: much for number, much in found.items() if much}


async def ship(unit: UnitOfWork, order: Order, tenths: tuple[int, ...]) -> Any:
    content = chosen(order, tenths, to_ship).items()
    lines = tuple(ShippedLine(number=number, quantity=much) for number, much in content)
    return await unit.change(lifecycle.ship(order, Shipment(lines=lines), NOON))


async def cancel(unit: UnitOfWork, order: Order, tenths: tuple[int, ...]) -> Any:
    return await unit.change(lifecycle.cancel(order, "", chosen(order, tenths, to_ship)))


async def give_up(unit: UnitOfWork, order: Order, _tenths: tuple[int, ...]) -> Any:
    return await unit.change(lifecycle.cancel(order, ""))


async def take_up(unit: UnitOfWork, order: Order, _tenths: tuple[int, ...]) -> Any:
    return await unit.change(lifecycle.put_into(order, Status.RECEIVED, NOON))


async def hold(unit: UnitOfWork, order: Order, _tenths: tuple[int, ...]) -> Any:
    held = order.status is Status.ON_HOLD
    return await unit.change(lifecycle.release(order) if held else lifecycle.hold(order, "Why."))


STEPPING: dict[str, Callable[[UnitOfWork, Order, tuple[int, ...]], Any]] = {
    "ship": ship,
    "split": lambda unit, order, tenths: split_order(unit, order, chosen(order, tenths, to_ship)),
    "return": lambda unit, order, tenths: return_goods(unit, order, chosen(order, tenths, outside)),
    "exchange": lambda unit, order, tenths: exchange_goods(
        unit, order, chosen(order, tenths, outside), GOODS
    ),
    "give up": give_up,
    "take up": take_up,
    "cancel": cancel,
    "hold": hold,
}
RETURNED_BY = ("give up", "take up")
"""Steps that are taken with returns; all others with what is none."""


async def live(store: BookStore, order: Order, steps: list[Step]) -> None:
    seller = await store.add_seller("acme")
    book = store.of(Caller(seller=seller.id, name="acme"))
    await book.keep_product(CUP)
    placed = await book.place(replace(order, id=0, version=0))
    trial = Trial(book, await book.get(Reference(HUB, str(placed.id))))
    for step in steps:
        await trial.take(step)
        await trial.check()
    await store.close()


THREE = Order(
    status=Status.PROCESSING,
    currency="USD",
    lines=(Line(number=1, sku="A", quantity=3, total=Decimal(10)),),
    totals=Totals(subtotal=Decimal(10), total=Decimal(10)),
)
ONE_BY_ONE: list[Step] = [
    ("ship", 0, (10,) * 4),
    *[("return", 0, (part,) * 4) for part in (5, 5, 10)],
]
"""Three pieces that cannot be divided evenly are returned one by one."""


@example(THREE, ONE_BY_ONE)
@given(orders(), STEPS)
def test_nothing_is_lost_doubled_or_made_in_memory(order: Order, steps: list[Step]) -> None:
    asyncio.run(live(MemoryStore(), order, steps))


@given(orders(), STEPS)
def test_nothing_is_lost_doubled_or_made_in_sqlite(order: Order, steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(live(SqliteStore(Path(folder) / "book.db"), order, steps))


def double_the_discount(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splitting, "_discount_left", lambda whole, _part: whole)


def leave_lines_whole(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(splitting, "without", lambda line, _part: line)


def value_each_return_by_itself(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(goods_returns, "returned", lambda _line: 0)


def give_nothing_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cancelled_returns, "_recounted", lambda line, _quantity: line)


def count_what_came_back_only_there(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(goods_returns, "came_back", lambda line, _much: line)


def round_each_share_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        portions,
        "minus",
        lambda whole, part: None if whole is None else whole - rounded(part or Decimal(0), "JPY"),
    )


MUTANTS = (
    double_the_discount,
    leave_lines_whole,
    value_each_return_by_itself,
    give_nothing_back,
    count_what_came_back_only_there,
    round_each_share_up,
)


TRIED = (Phase.explicit, Phase.generate)


@pytest.mark.long
@pytest.mark.parametrize("mutate", MUTANTS)
def test_a_mistake_is_caught(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    @settings(max_examples=100, phases=TRIED, derandomize=True, deadline=None)
    @example(THREE, ONE_BY_ONE)
    @given(orders(), STEPS)
    def trial(order: Order, steps: list[Step]) -> None:
        asyncio.run(live(MemoryStore(), order, steps))

    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        trial()


def test_of_several_at_once_no_more_is_moved_or_returned_than_there_is(shop: Shop) -> None:
    """Let each be done by whoever comes first, in every store."""
    line = Line(number=1, sku="A", quantity=10, unit_price=Decimal(2), total=Decimal(20))
    for step, there in ((split_order, Status.PROCESSING), (return_goods, Status.SHIPPED)):
        order = Order(currency="USD", status=Status.PROCESSING, lines=(line,))
        placed = shop.run(shop.book.place(lifecycle.put_into(order, there, NOON)))
        ref = Reference(HUB, str(placed.id))

        async def work(unit: UnitOfWork, step: Any = step, ref: Reference = ref) -> Any:
            return await step(unit, await unit.get(ref), {1: 4})

        came = shop.gathered(*(shop.book.transact(work) for _ in range(4)))
        assert 2 == sum(isinstance(one, HubError) for one in came), came
        assert 2 == len(shop.run(shop.book.linked(ref)))
