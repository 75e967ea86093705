"""The kinds of fields that an order has on the wire: texts, times, amounts, numbers of a list."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Struct

from orderglot.core.order import Order
from orderglot.dialects.catalyst import asking, numbered
from orderglot.dialects.catalyst.asking import Asked
from orderglot.dialects.catalyst.site import Site, number_of, word_of
from orderglot.dialects.catalyst.values import (
    digits,
    look,
    put,
    read_moment,
    read_number,
    read_text,
    read_yes,
    write_moment,
)
from orderglot.wire.shape import Amount, Shape, one_of
from orderglot.wire.table import Both
from orderglot.wire.values import bare, read_amount, read_whole

Id = int | str | None
Moment = str | None

Show = Callable[[Order, Site], Any]
Take = Callable[[Order, Any, Site], Order]


class Member(Struct, frozen=True):
    """One field: ``show`` spells it in its ``shape``, ``take`` puts what was sent into an order.

    ``take`` raises a ValueError that goes on from the value; what only the hub decides is taken
    when an order is read that came from a vendor, not when a client sends one (``own``).
    """

    name: str
    show: Show
    take: Take
    asked: Asked
    shape: Shape
    own: bool = False


def at(
    name: str, path: str, asked: Asked, shape: Shape, write: Any, read: Any, *, own: bool = False
) -> Member:
    """Make the member that spells the value at one path of an order."""
    there = look(path)

    def show(order: Order, _site: Site) -> Any:
        return write(there(order))

    def take(order: Order, value: Any, _site: Site) -> Order:
        return put(order, path, read(value))

    return Member(name, show, take, asked, shape, own=own)


def text(name: str, path: str, nothing: str | None = "") -> Member:
    """Make the member that spells a text; ``nothing`` is shown where there is none."""
    asked = asking.text(path, nothing)
    shape = str | None if nothing is None else str
    return at(name, path, asked, shape, lambda text: text or nothing, unless_empty(read_text, ""))


def moment(name: str, path: str, *, own: bool = False) -> Member:
    """Make the member that spells a time, null where there is none."""
    asked = asking.moment(path)
    return at(name, path, asked, Moment, write_moment, unless_empty(read_moment, None), own=own)


def amount(name: str, path: str, nothing: int | None = 0, *, own: bool = False) -> Member:
    """Make the member that spells an amount; ``nothing`` is shown where there is none."""

    def write(amount: Decimal | None) -> Decimal | int | None:
        return nothing if amount is None else bare(amount)

    asked, shape = asking.number(path, nothing), Amount | None if nothing is None else Amount
    return at(name, path, asked, shape, write, unless_empty(read_amount, None), own=own)


def spelled(name: str, path: str, nothing: int | None = None) -> Member:
    """Make the member that spells a text of digits as a number."""

    def write(text: str) -> int | None:
        return int(text) if digits(text or "") else nothing

    def read(value: Any) -> str:
        number = None if value in (None, "") else read_whole(value)
        return "" if number in (None, nothing) else str(number)

    shape = int | None if nothing is None else int
    return at(name, path, asking.spelled(path, nothing), shape, write, read)


def flag(name: str, path: str, *, nothing: bool | None = False) -> Member:
    """Make the member that spells a yes or no; ``nothing`` is shown where neither is known."""

    def write(value: bool | None) -> bool | None:
        return nothing if value is None else value

    asked, shape = asking.flag(path, nothing=nothing), bool | None if nothing is None else bool
    return at(name, path, asked, shape, write, unless_empty(read_yes, nothing))


def coded(
    name: str, path: str, table: Both[Any, Any], nothing: Any, read: Any = read_number
) -> Member:
    """Make the member that spells a value of a closed list as its number."""
    back = {nothing: None, **table.codes}
    asked = asking.coded(path, table.canon, read, nothing, back)

    def write(value: Any) -> Any:
        return nothing if value is None else table.write(value)

    def take(value: Any) -> Any:
        code = nothing if value in (None, "") else _code(read(value))
        if code not in back:
            raise ValueError(f"is none of {', '.join(map(str, table.codes))}")
        return back[code]

    shape = Annotated[Any, one_of(sorted(back, key=str))]
    return at(name, path, asked, shape, write, take)


def _code(value: Any) -> Any:
    return value if isinstance(value, bool) or value != value.to_integral_value() else int(value)


def listed(name: str, path: str, rows: str) -> Member:
    """Make the member that spells a word of one of the site's own lists as its number."""
    there = look(path)

    def show(order: Order, site: Site) -> int | None:
        return number_of(getattr(site, rows), there(order))

    def take(order: Order, value: Any, site: Site) -> Order:
        number = None if value in (None, "") else read_whole(value)
        return put(order, path, "" if number is None else word_of(getattr(site, rows), number))

    return Member(name, show, take, numbered.listed(path, rows), int | None)


def unless_empty(read: Callable[[Any], Any], nothing: Any) -> Callable[[Any], Any]:
    """Read a value, and ``nothing`` where null or an empty text was sent."""
    return lambda value: nothing if value in (None, "") else read(value)
