"""The page on what becomes of an order says of each step which orders take it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from orderglot.core import lifecycle
from orderglot.core.correcting import Correction, correct
from orderglot.core.errors import Conflict
from orderglot.core.order import Line, Order
from orderglot.core.repricing import reprice
from orderglot.core.shipments import Shipment
from orderglot.core.splitting import split
from orderglot.core.values import Status

PAGE = Path(__file__).parents[2].joinpath("docs", "orders.md").read_text()
NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
ORDER = Order(status=Status.RECEIVED, lines=(Line(number=1, sku="A", quantity=2),))
STEPS: dict[str, Callable[[Order], object]] = {
    "confirm": lifecycle.confirm,
    "hold": lambda order: lifecycle.hold(order, "Why."),
    "release": lifecycle.release,
    "ship": lambda order: lifecycle.ship(order, Shipment(), NOON),
    "deliver": lifecycle.deliver,
    "cancel": lambda order: lifecycle.cancel(order, ""),
    "complete": lambda order: lifecycle.complete(order, NOON),
    "correct": lambda order: correct(order, Correction(po_number="P"), {}),
    "reprice": lambda order: reprice(order, {}, {1: Decimal(1)}),
    "split": lambda order: split(order, {1: 1}),
}


def named(text: str) -> set[Status]:
    """Give the states that a text names, ``open`` as the page says what it is."""
    found = {one for one in Status if re.search(rf"(?<!partly )\b{one}\b", text)}
    meant = re.search(r"\*Open\* is an order that is (.*)\.", PAGE)
    assert meant is not None
    return found | named(meant[1]) if "open" in text else found


def takes(step: Callable[[Order], object], status: Status) -> bool:
    try:
        step(lifecycle.put_into(ORDER, status, NOON))
    except Conflict:
        return False
    return True


@pytest.mark.parametrize("step", STEPS)
def test_the_states_that_a_step_may_follow_are_those_of_the_page(step: str) -> None:
    row = re.search(rf"^\| `{step}\b[^|]*\| ([^|]*) \|", PAGE, re.MULTILINE)

    assert row is not None
    assert named(row[1]) == {status for status in Status if takes(STEPS[step], status)}
