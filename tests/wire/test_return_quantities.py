"""Returns on a wire: the quantities of a return, and its lines' totals, go one way, whichever way it came."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity
from orderglot.core.values import Kind
from orderglot.wire.return_quantities import DOWN, UP, counted, with_returns_counted

BACK = ((2, "3.00"), (1, "0.85"))
"""What comes back, by quantity and total of each line."""


def order(sign: int, kind: Kind = Kind.RETURN) -> Order:
    """Give an order whose lines say all that with one sign."""
    return Order(
        kind=kind,
        lines=tuple(
            Line(number=n, sku="AA124", quantity=sign * much, total=sign * Decimal(total))
            for n, (much, total) in enumerate(BACK, 1)
        ),
    )


def shown(order: Order) -> list[tuple[Quantity, Decimal | None]]:
    return [(line.quantity, line.total) for line in order.lines]


@pytest.mark.parametrize("came", [DOWN, UP])
@pytest.mark.parametrize("way", [DOWN, UP])
def test_a_return_is_counted_the_way_of_the_wire_whichever_way_it_came(came: int, way: int) -> None:
    back = order(came)

    assert shown(order(way)) == shown(with_returns_counted(back, way))
    assert order(way).lines == tuple(counted(line, back, way) for line in back.lines)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.RETURN])
@pytest.mark.parametrize("way", [DOWN, UP])
def test_what_is_no_return_stays_as_it_is(kind: Kind, way: int) -> None:
    for came in (DOWN, UP):
        other = order(came, kind)

        assert other == with_returns_counted(other, way)
        assert other.lines == tuple(counted(line, other, way) for line in other.lines)


def test_a_line_that_goes_the_other_way_in_a_return_does_so_on_the_wire_too() -> None:
    lines = (Line(number=1, quantity=5), Line(number=2, quantity=-1))
    back = Order(kind=Kind.RETURN, lines=lines)

    assert [-5, 1] == [line.quantity for line in with_returns_counted(back).lines]
    assert [5, -1] == [line.quantity for line in with_returns_counted(back, UP).lines]


def test_a_line_whose_total_is_not_known_has_none_on_the_wire() -> None:
    back = Order(kind=Kind.RETURN, lines=(Line(number=1, quantity=5),))

    assert (Line(number=1, quantity=-5),) == with_returns_counted(back).lines
