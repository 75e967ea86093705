"""OrderNumbers: a number is new once, however many came after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from orderglot.files import order_numbers
from orderglot.files.order_numbers import OrderNumbers


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[OrderNumbers]:
    """Give numbers of which three at most are at hand."""
    monkeypatch.setattr(order_numbers, "MOST_AT_HAND", 3)
    with closing(OrderNumbers()) as opened:
        yield opened


def test_a_number_is_new_once(few: OrderNumbers) -> None:
    assert [True, True, False, False] == [few.is_new(number) for number in ("A", "B", "A", "B")]


def test_numbers_that_are_no_longer_at_hand_are_remembered(few: OrderNumbers) -> None:
    wanted = [f"{number * 7919 % 100}" for number in range(100)]
    assert [True] * 100 == [few.is_new(number) for number in wanted]
    assert [False] * 100 == [few.is_new(number) for number in wanted]
