"""Unknown members: what was sent beyond a dialect's shapes, kept within bounds and told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from orderglot.core.order import Address, Line, Order, Unknown

MOST_UNKNOWN = 32
"""So many unknown members are kept of one part of an order; whatever is beyond is counted in one."""

LONGEST_UNKNOWN = 4_096
"""So many bytes of JSON an unknown member may have to be kept with its value."""

DEEPEST_UNKNOWN = 20
"""So deep the value of an unknown member may be nested to be kept."""

LARGEST_EXPONENT = 300
"""Numbers are kept between ten to this power and one divided by that."""

BEYOND = "…"
"""The name under which the members are counted that are too many to be kept."""

Part = TypeVar("Part", Order, Line, Address)

_SECRET = re.compile(
    rb"(password|passwd|secret|token|credential|authorization|api_?-?key)[^\"]*\":", re.IGNORECASE
)
"""The name of what a client may have put into an order by mistake, and nobody should read there."""

_encode = msgspec.json.Encoder(decimal_format="number").encode


UNKNOWN = ("unknown", "lines.unknown", "bill_to.unknown", "ship_to.unknown")
"""The dotted names of the unknown members in the parts of an order."""


def holds_unknown(name: str) -> bool:
    """Tell whether a dotted name is that of unknown members, as changes name it: ``lines[2].unknown``."""
    whole, _, last = name.rpartition(".")
    return last == "unknown" and not whole.startswith("extras")


def bounded(found: Iterator[Unknown]) -> tuple[Unknown, ...]:
    """Give unknown members within what is kept of one part: fewer, and none that is too large."""
    kept = [_kept(one) for _, one in zip(range(MOST_UNKNOWN), found, strict=False)]
    if beyond := sum(1 for _ in found):
        kept.append(replace(kept[-1], path=(BEYOND,), value=beyond, omitted=True))
    return tuple(kept)


def parts_of(order: Order) -> Iterator[tuple[str, Order | Line | Address]]:
    """Give the parts of an order that may have unknown members, each with its name, "" for all."""
    yield "", order
    for name in ("bill_to", "ship_to"):
        if (address := getattr(order, name)) is not None:
            yield name, address
    for line in order.lines:
        yield "lines", line


def has_unknown(order: Order) -> bool:
    """Tell whether anything of an order was sent beyond the shapes."""
    return (
        bool(order.unknown)
        or any(line.unknown for line in order.lines)
        or any(one.unknown for one in (order.bill_to, order.ship_to) if one is not None)
    )


def every_unknown(order: Order) -> Iterator[tuple[str, Unknown]]:
    """Give the unknown members of all parts of an order, each with the name of the part."""
    for name, part in parts_of(order):
        for one in part.unknown:
            yield name, one


def spelled(path: tuple[str | int, ...]) -> str:
    """Give a path as people read it: ``lineItems[1].carbonGrams``, places counted from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def is_shown(one: Unknown, dialect: str) -> bool:
    """Tell whether a dialect's wire shows an unknown member: one that its vendor sent."""
    return one.dialect == dialect and not one.client and not one.omitted


def name_of(part: str, one: Unknown) -> str:
    """Give the dotted name of an unknown member of a part: ``lines.unknown.adobe.carbonGrams``."""
    return f"{part}.unknown.{one.dialect}.{spelled(one.path)}".removeprefix(".")


def keeping(order: Order, keeps: Callable[[Unknown], bool]) -> Order:
    """Give an order with those unknown members alone that are to be kept, in all its parts."""
    if not has_unknown(order):
        return order
    return replace(
        _keeping(order, keeps),
        bill_to=order.bill_to and _address(order.bill_to, keeps),
        ship_to=order.ship_to and _address(order.ship_to, keeps),
        lines=tuple(_keeping(line, keeps) for line in order.lines),
    )


def with_further(order: Order, unknown: tuple[Unknown, ...]) -> Order:
    """Give an order with what a client has sent of it beyond the shapes by now, the newest of each."""
    if not unknown:
        return order
    new = {_name(one) for one in unknown}
    before = (one for one in order.unknown if _name(one) not in new)
    return replace(order, unknown=bounded(chain(unknown, before)))


def counted(orders: Iterable[Order], around: Iterable[Unknown] = ()) -> Counter[str]:
    """Count in how many of a vendor's orders each unknown member stands, whatever its place in a list.

    What stands ``around`` the orders counts once.
    """
    found = Counter[str](spelled(_names(one)) for one in around)
    for order in orders:
        if has_unknown(order):
            names = ((part, _names(one)) for part, one in every_unknown(order) if not one.client)
            found.update({f"{part}.{spelled(path)}".removeprefix(".") for part, path in names})
    return found


def _names(one: Unknown) -> tuple[str, ...]:
    return tuple(step for step in one.path if isinstance(step, str))


def newly_sent(order: Order, before: Order | None) -> list[str]:
    """Name what clients have sent of an order beyond the shapes since it was as before."""
    if not has_unknown(order):
        return []
    known = set(_sent(before)) if before is not None else set()
    return list(dict.fromkeys(name for name in _sent(order) if name not in known))


def _sent(order: Order) -> Iterator[str]:
    return (name_of(part, one) for part, one in every_unknown(order) if one.client)


def reconciled(
    before: tuple[Unknown, ...], now: tuple[Unknown, ...], mine: tuple[Unknown, ...]
) -> tuple[Unknown, ...]:
    """Give the unknown members of a part here when its vendor sends others than he did before.

    His are as he sends them now; what clients and other vendors sent stays.
    """
    his = {_name(one) for one in (*before, *now)}
    return (*now, *(one for one in mine if _name(one) not in his))


def _name(one: Unknown) -> tuple[Any, ...]:
    return one.dialect, one.client, one.path


def without_unknown(order: Order) -> Order:
    """Give an order without what was sent beyond the shapes."""
    return keeping(order, lambda _: False)


def _keeping(part: Part, keeps: Callable[[Unknown], bool]) -> Part:
    return replace(part, unknown=tuple(filter(keeps, part.unknown))) if part.unknown else part


def _address(address: Address, keeps: Callable[[Unknown], bool]) -> Address | None:
    """Give what is left of an address, None where that says nothing any more."""
    left = _keeping(address, keeps)
    return None if left == Address() != address else left


def _kept(one: Unknown) -> Unknown:
    """Give a member back, without its value where that cannot be kept."""
    return one if _keepable(one) else replace(one, path=_short(one.path), value=None, omitted=True)


def _keepable(one: Unknown) -> bool:
    """Tell whether every store can keep a member as it came."""
    if not _is_plain([*one.path, one.value], DEEPEST_UNKNOWN + 1):
        return False
    try:
        document = _encode({".".join(map(str, one.path)): one.value})
    except (ArithmeticError, TypeError, ValueError):
        return False
    if one.client and _SECRET.search(document):
        return False
    return len(document) <= LONGEST_UNKNOWN


def _is_plain(value: Any, levels: int) -> bool:
    """Tell whether a value is nested within bounds, so are its numbers, and no text has a NUL."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, Decimal):
        return is_bounded(value)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    elif not isinstance(value, list | tuple):
        return True
    return levels > 0 and all(_is_plain(inner, levels - 1) for inner in value)


def is_bounded(number: Decimal | int) -> bool:
    """Tell whether a number of no known meaning is within what is kept of such."""
    if isinstance(number, int):
        return abs(number) < int(10**LARGEST_EXPONENT)
    return number.is_finite() and abs(number.adjusted()) <= LARGEST_EXPONENT


def _short(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Give a path that can be kept: of at most eight steps, its names cut and without odd characters."""
    return tuple(step if isinstance(step, int) else _plain(step) for step in path[:8])


def _plain(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name[:60])
