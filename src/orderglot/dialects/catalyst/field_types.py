"""Field types: texts, times, amounts and codes, as an order has them on the wire."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.fields import read_whole_text
from orderglot.core.order import Order
from orderglot.dialects.catalyst import code_lists, comparisons
from orderglot.dialects.catalyst.comparisons import Asked
from orderglot.dialects.catalyst.settings import Site, number_of, word_of
from orderglot.dialects.catalyst.values import (
    look,
    putter,
    read_moment,
    read_number,
    read_rate,
    read_text,
    read_yes,
    write_moment,
    write_rate,
)
from orderglot.wire.shape import LONGEST, Amount, Shape, enum
from orderglot.wire.table import Both
from orderglot.wire.values import bare, read_amount, read_whole

Id = int | str | None
Moment = str | None

Show = Callable[[Order], Any]
Take = Callable[[Order, Any, Site], Order]


class Member(Struct, frozen=True):
    """One field: ``show_on`` a site writes it in its ``shape``, ``take`` puts in what was sent.

    What a site says of its orders is looked up once, and then written for each of them. ``take``
    raises a ValueError that goes on from the value; what only the hub decides is taken when an
    order is read that came from a vendor, not when a client sends one (``own``). A client sends a
    text of at most ``longest`` characters.
    """

    name: str
    show_on: Callable[[Site], Show]
    take: Take
    asked: Asked
    shape: Shape
    own: bool = False
    longest: int = LONGEST

    def show(self, order: Order, site: Site) -> Any:
        """Write the field of one order."""
        return self.show_on(site)(order)


def everywhere(show: Show) -> Callable[[Site], Show]:
    """Write a field in the same way on every site."""
    return lambda _site: show


def at(
    name: str, path: str, asked: Asked, shape: Shape, show: Show, read: Any, *, own: bool = False
) -> Member:
    """Make the member of the value at one path of an order."""
    put = putter(path)

    def take(order: Order, value: Any, _site: Site) -> Order:
        return put(order, read(value))

    return Member(name, everywhere(show), take, asked, shape, own=own)


def text(name: str, path: str, nothing: str | None = "", *, longest: int = LONGEST) -> Member:
    """Make the member that holds a text; ``nothing`` is shown where there is none."""
    there, asked = look(path), comparisons.text(path, nothing)
    shape = str | None if nothing is None else str

    def show(order: Order) -> str | None:
        return there(order) or nothing

    member = at(name, path, asked, shape, show, unless_empty(read_text, ""))
    return replace(member, longest=longest)


def moment(name: str, path: str, *, own: bool = False) -> Member:
    """Make the member that writes a time, null where there is none."""
    there, asked = look(path), comparisons.moment(path)

    def show(order: Order) -> str | None:
        return write_moment(there(order))

    def take(order: Order, value: Any, site: Site) -> Order:
        read = unless_empty(partial(read_moment, zone=site.zone), None)
        return putter(path)(order, read(value))

    return Member(name, everywhere(show), take, asked, Moment, own=own)


def amount(name: str, path: str, nothing: int | None = 0, *, own: bool = False) -> Member:
    """Make the member that writes an amount; ``nothing`` is shown where there is none."""
    there, asked = look(path), comparisons.number(path, nothing)

    def show(order: Order) -> Decimal | int | None:
        amount = there(order)
        return nothing if amount is None else bare(amount)

    shape = Amount | None if nothing is None else Amount
    return at(name, path, asked, shape, show, unless_empty(read_amount, None), own=own)


def rate(name: str, path: str) -> Member:
    """Make the member that writes percents as a fraction, 0 where nothing is known."""
    there, asked = look(path), comparisons.rate(path)

    def show(order: Order) -> Decimal | int:
        return write_rate(there(order)) or 0

    return at(name, path, asked, Amount, show, unless_empty(read_rate, None))


def text_number(name: str, path: str, nothing: int | None = None) -> Member:
    """Make the member that holds a text of digits as a number."""
    there = look(path)

    def show(order: Order) -> int | None:
        number = read_whole_text(there(order))
        return nothing if number is None else number

    def read(value: Any) -> str:
        number = None if value in (None, "") else read_whole(value)
        return "" if number in (None, nothing) else str(number)

    shape = int | None if nothing is None else int
    return at(name, path, comparisons.text_number(path, nothing), shape, show, read)


def flag(name: str, path: str, *, nothing: bool | None = False) -> Member:
    """Make the member that writes a yes or no; ``nothing`` is shown where neither is known."""
    there, asked = look(path), comparisons.flag(path, nothing=nothing)

    def show(order: Order) -> bool | None:
        value: bool | None = there(order)
        return nothing if value is None else value

    shape = bool | None if nothing is None else bool
    return at(name, path, asked, shape, show, unless_empty(read_yes, nothing))


def coded(
    name: str, path: str, table: Both[Any, Any], nothing: Any, read: Any = read_number
) -> Member:
    """Make the member that holds a value of a closed list as its number."""
    back = {nothing: None, **table.codes}
    codes = {**table.canon, None: nothing}
    there, asked = look(path), comparisons.coded(path, table.canon, read, nothing, back)

    def take(value: Any) -> Any:
        code = nothing if value in (None, "") else _code(read(value))
        if code not in back:
            raise ValueError(f"is none of {', '.join(map(str, table.codes))}")
        return back[code]

    shape = Annotated[Any, enum(sorted(back, key=str))]
    return at(name, path, asked, shape, lambda order: codes[there(order)], take)


def _code(value: Any) -> Any:
    return value if isinstance(value, bool) or value != value.to_integral_value() else int(value)


def listed(name: str, path: str, rows: str) -> Member:
    """Make the member that writes a word of one of the site's own lists as its number."""
    there, put = look(path), putter(path)

    def show_on(site: Site) -> Show:
        words = getattr(site, rows)
        return lambda order: number_of(words, there(order))

    def take(order: Order, value: Any, site: Site) -> Order:
        number = None if value in (None, "") else read_whole(value)
        return put(order, "" if number is None else word_of(getattr(site, rows), number))

    return Member(name, show_on, take, code_lists.listed(path, rows), int | None)


def unless_empty(read: Callable[[Any], Any], nothing: Any) -> Callable[[Any], Any]:
    """Read a value, and ``nothing`` where null or an empty text was sent."""
    return lambda value: nothing if value in (None, "") else read(value)
