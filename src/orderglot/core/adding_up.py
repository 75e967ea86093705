"""Adding up: whether what an order says of its money and its quantities agrees with itself.

Each equation compares what is there; nothing is corrected, and what nobody said is unknown and not
0. An order adds up where every equation holds that can be told, its total among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

from orderglot.core.bill_equations import of_bill, of_second_currency
from orderglot.core.findings import Answer, Difference, Finding, Missing, Way
from orderglot.core.line_equations import of_goods, of_lines
from orderglot.core.order import Line, Order
from orderglot.core.quantity_equations import of_quantities
from orderglot.core.tax_equations import of_charges, of_taxes
from orderglot.core.total_equation import of_total

COUNTABLE = "amounts that can be counted"
"""What is missing where some amount is beyond all bounds."""

F = TypeVar("F", Way, Difference, Missing)


class Sum(Struct, frozen=True, kw_only=True):
    """Whether an order adds up: in which ways, where not and by how much, or what is missing."""

    answer: Answer
    ways: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    missing: tuple[str, ...] = ()


def adds_up(order: Order) -> Sum:
    """Tell whether an order adds up, and why."""
    found = _found(order)
    differences = _only(found, Difference)
    missing = tuple(dict.fromkeys(one.member for one in _only(found, Missing)))
    ways = tuple(dict.fromkeys(one.how for one in _only(found, Way)))
    return Sum(answer=_answer(found), ways=ways, differences=differences, missing=missing)


def answer(order: Order) -> Answer:
    """Tell whether an order adds up."""
    return _answer(_found(order))


def _found(order: Order) -> tuple[Finding, ...]:
    try:
        return tuple(_findings(order))
    except (ArithmeticError, ValueError):
        # A book keeps amounts of any size, and not all of them can be reckoned with to the last unit.
        return (Missing(COUNTABLE),)


def _only(found: tuple[Finding, ...], kind: type[F]) -> tuple[F, ...]:
    return tuple(one for one in found if isinstance(one, kind))


def _answer(found: tuple[Finding, ...]) -> Answer:
    kinds = set(map(type, found))
    if Difference in kinds:
        return Answer.NO
    return Answer.UNKNOWN if Missing in kinds else Answer.YES


def _findings(order: Order) -> Iterator[Finding]:
    yield from of_lines(order)
    yield from of_goods(order)
    yield from of_total(order)
    if order.invoice is not None:
        yield from of_bill(order, order.invoice)
    if order.details is not None:
        yield from of_taxes(order, order.details)
        yield from of_second_currency(order, order.details)
    if order.details is not None or any(map(_is_detailed, order.lines)):
        yield from of_charges(order)
        yield from of_quantities(order)


def _is_detailed(line: Line) -> bool:
    return line.details is not None or line.remaining is not None


def in_words(found: Sum, most: int = 3) -> str:
    """Write for a person whether an order adds up: how, where not and by how much, what is missing."""
    if found.answer is Answer.YES:
        return f"{found.answer} ({', '.join(found.ways)})" if found.ways else str(found.answer)
    if found.answer is Answer.UNKNOWN:
        return f"{found.answer}: nobody says {', '.join(found.missing[:most])}"
    shown = [spelled(one) for one in found.differences[:most]]
    more = len(found.differences) - len(shown)
    return f"{found.answer}: {', '.join(shown)}{f' and {more} more' if more else ''}"


def spelled(one: Difference) -> str:
    """Write for a person where an order does not add up, and by how much."""
    return f"{one.member} is {abs(one.by).normalize():f} too {'much' if one.by > 0 else 'little'}"
