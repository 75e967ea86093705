"""Quantities on their way into a book: what is whole is kept as a whole number, the rest exactly."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Order
from orderglot.core.quantities import Quantity, exact

S = TypeVar("S", bound=Struct)


def with_exact_quantities(order: Order) -> Order:
    """Give an order as it is kept; raises Invalid for a quantity of more than six decimals."""
    if order.details is None and all(
        type(line.quantity) is int and line.details is None for line in order.lines
    ):
        return order
    return _exactly(order, "")


def _exactly(part: S, path: str) -> S:
    """Give a part of an order with the quantities in it and in its own parts exact."""
    now = {}
    for name in _counted(type(part)):
        before = getattr(part, name)
        if (after := _kept(before, f"{path}{name}")) is not before:
            now[name] = after
    return replace(part, **now) if now else part


def _kept(value: Any, path: str) -> Any:
    if isinstance(value, Struct):
        return _exactly(value, f"{path}.")
    if isinstance(value, tuple):
        return tuple([_exactly(part, f"{path}.") for part in value])
    return _quantity(value, path) if isinstance(value, Decimal) else value


def _quantity(quantity: Quantity, path: str) -> Quantity:
    try:
        return exact(quantity)
    except ValueError as error:
        raise invalid(path, Rule.MALFORMED, f"{quantity} {error}.") from None


@cache
def _counted(kind: type[Struct]) -> tuple[str, ...]:
    """Give the members of a type that are quantities, or have some within."""
    return tuple([name for name, hint in get_type_hints(kind).items() if _counts(hint)])


def _counts(hint: Any) -> bool:
    options = get_args(hint) or (hint,)
    if int in options and Decimal in options:
        return True
    return any(
        isinstance(one, type) and issubclass(one, Struct) and bool(_counted(one)) for one in options
    )
