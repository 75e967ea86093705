"""Things that say something in every field, read off their types: the same ones every time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from orderglot.core.order import Unknown

S = TypeVar("S", bound=msgspec.Struct)

CURRENCIES = ("USD", "JPY", "KWD")
NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)


def full(kind: type[S], number: int) -> S:
    """Make a value of a canonical type that leaves nothing unsaid; other numbers say other things."""
    hints = get_type_hints(kind)
    return kind(
        **{
            member.name: _full(member.name, hints[member.name], number)
            for member in msgspec.structs.fields(kind)
        }
    )


def _full(name: str, hint: Any, number: int) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return _full(name, next(part for part in get_args(hint) if part is not type(None)), number)
    if get_origin(hint) is tuple:
        return tuple(_full(name, get_args(hint)[0], number + more) for more in range(2))
    if get_origin(hint) is dict:
        return {"kole.x": f"extra {number}", "adobe.y": [number, None]}
    if hint is Unknown:
        return Unknown("adobe", (f"new{number}",), f"value {number}", client=number % 2 == 0)
    if name == "currency":
        return CURRENCIES[number % len(CURRENCIES)]
    if issubclass(hint, StrEnum):
        return list(hint)[number % len(hint)]
    return _SIMPLE[hint](name, number) if hint in _SIMPLE else full(hint, number)


_SIMPLE: dict[type, Any] = {
    bool: lambda name, number: number % 2 == 0,
    int: lambda name, number: 0 if name in ("id", "version") else number + len(name),
    str: lambda name, number: f"{name} {number}",
    Decimal: lambda name, number: Decimal(number * 1_000 + len(name)).scaleb(-2),
    datetime: lambda name, number: NOON + timedelta(days=number, microseconds=len(name)),
    date: lambda name, number: date(2024, 5, 21) + timedelta(days=number),
}
