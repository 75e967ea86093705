"""Line numbers: each is given once to a line of an order, and never again."""

from __future__ import annotations

from orderglot.core.drafting import add_line
from orderglot.core.line_numbers import (
    LAST_LINE,
    following,
    last_number,
    next_number,
    numbers,
    remembering,
)
from orderglot.core.order import Line, Order
from orderglot.core.pricing import price
from orderglot.core.product import Product, Tier
from orderglot.core.values import Status

PRODUCTS = {"A": Product(sku="A", tiers=(Tier(),))}


def lines(*given: int) -> tuple[Line, ...]:
    return tuple(Line(number=number, sku="A", quantity=1) for number in given)


def given(some: tuple[Line, ...]) -> list[int]:
    return [line.number for line in some]


def test_the_next_line_stands_behind_every_line_there_is_or_was() -> None:
    assert 1 == next_number(Order())
    assert 3 == next_number(Order(lines=lines(2)))
    assert 8 == next_number(Order(lines=lines(7, 2)))
    assert 3 == next_number(Order(lines=lines(0, 0)))
    assert 6 == next_number(Order(lines=lines(1), extras={LAST_LINE: 5}))


def test_lines_without_numbers_get_those_that_are_free() -> None:
    assert (1, 2, 3) == numbers(lines(0, 0, 0))
    assert (2, 1, 4, 3) == numbers(lines(0, 1, 4, 0))
    assert [2, 1] == given(price(Order(lines=lines(0, 1)), PRODUCTS).lines)


def test_a_line_that_is_added_to_a_draft_has_a_number_of_its_own() -> None:
    draft = Order(status=Status.DRAFT, lines=lines(2))

    assert [2, 3] == given(add_line(draft, Line(sku="A", quantity=1), PRODUCTS).lines)
    assert [2, 3] == given(add_line(draft, lines(2)[0], PRODUCTS).lines)


def test_a_vendors_line_keeps_his_number_where_none_here_ever_had_it() -> None:
    assert [3, 7] == given(following(lines(3, 7), 2))
    assert [3, 4] == given(following(lines(2, 0), 2))
    assert [3, 4] == given(following(lines(3, 3), 2))


def test_what_the_last_line_was_is_known_after_it_was_taken_out() -> None:
    before = Order(lines=lines(1, 2, 3))
    without = remembering(Order(lines=lines(1)), before)
    more = remembering(Order(lines=lines(1, 4), extras=without.extras), without)

    assert (3, 4) == (without.extras[LAST_LINE], next_number(without))
    assert 4 == last_number(more)
    assert 5 == next_number(remembering(Order(lines=lines(1)), more))


def test_an_order_that_still_has_its_last_line_remembers_nothing() -> None:
    before = Order(lines=lines(1, 2))

    assert {} == remembering(Order(lines=lines(2)), before).extras
    assert {} == remembering(before, before).extras
