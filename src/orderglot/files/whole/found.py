"""What a file of whole orders is found to hold: one order after another, or why one cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from types import UnionType
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from orderglot.core.amounts import LARGEST
from orderglot.core.order import Order
from orderglot.core.quantities import MOST, Quantity
from orderglot.core.unknown_members import is_bounded

_decode = msgspec.json.Decoder(Order, float_hook=Decimal).decode
_decode_any = msgspec.json.Decoder(float_hook=Decimal).decode

MOST_DECIMALS = 18
"""So many has an amount at most; a book keeps them all."""

OUR_LINE, OUR_REASON = "orderglot line", "orderglot reason"
"""Where a rejected order was, and why it was not taken; these stand beside it among the rejects."""


class Found(Struct, frozen=True):
    """An order, or the ``reason`` why there is none, with its rows as they stand in the file."""

    numbers: Sequence[int]
    rows: Sequence[Any]
    order: Order | None = None
    reason: str = ""


class WholeOrders(Protocol):
    """A file of whole orders, read once."""

    ending: str
    """What a file of its rejects ends with."""

    size: int
    """How many bytes the file has, unpacked where it stood in a zip."""

    @property
    def position(self) -> int:
        """How many bytes of the file were read, as far as that is known."""
        ...

    def __iter__(self) -> Iterator[Found]: ...

    def reject(self, row: Any, line: int, reason: str) -> str:
        """Write a row with the reason why it was not taken; it is read again as it was."""
        ...

    def head(self) -> str:
        """Write what stands before the rows of the rejects."""
        ...


def decoded(document: bytes) -> Any:
    """Decode JSON, fractions as Decimals; raises ValueError with the reason where it is none."""
    try:
        return _decode_any(document)
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    except (msgspec.MsgspecError, ArithmeticError, UnicodeError) as error:
        raise ValueError(f"it is not JSON: {error}") from None


def read_order(document: bytes) -> Order:
    """Read a whole order; raises ValueError with the reason where it is none, or has more than one."""
    try:
        order = _decode(document)
    except msgspec.ValidationError as error:
        raise ValueError(f"it is no order: {error}") from None
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    except (msgspec.MsgspecError, ArithmeticError, UnicodeError) as error:
        raise ValueError(f"it is not JSON: {error}") from None
    demand_known(decoded(document), Order)
    return order


def demand_known(value: Any, kind: Any, path: str = "") -> None:
    """Raise ValueError for a member that an order does not have, or a number that no book can keep."""
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, Struct):
        hints = _hints(kind)
        for name, inner in value.items():
            if name not in hints:
                raise ValueError(f"an order has no member {f'{path}.{name}'.lstrip('.')[:80]!r}")
            demand_known(inner, hints[name], f"{path}.{name}")
    elif isinstance(value, list) and get_origin(kind) is tuple:
        for inner in value:
            demand_known(inner, get_args(kind)[0], path)
    elif get_origin(kind) is dict:
        _demand_bounded(value, path)
    elif kind in (Decimal, int, Quantity) and value is not None and not _is_kept(value, kind):
        raise ValueError(f"{path.lstrip('.')} is {str(value)[:60]}, which is out of range")


def _demand_bounded(value: Any, path: str) -> None:
    """Raise ValueError for a number of no known meaning, at any depth, that is beyond what is kept of such."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _demand_bounded(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            _demand_bounded(inner, path)
    elif isinstance(value, Decimal | int) and not is_bounded(value):
        raise ValueError(f"{path.lstrip('.')[:80]} is a number that is out of range")


def _is_kept(value: Any, kind: Any) -> bool:
    """Tell whether every book can keep a number as it is, one that stands there as a text, too."""
    number = value if isinstance(value, int) else Decimal(value)
    if kind is int:
        return -(2**63) <= number < 2**63
    if isinstance(number, Decimal):
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or (number and exponent < -MOST_DECIMALS):
            return False
    most = MOST if kind is Quantity else LARGEST
    return bool(-most < number < most)


_HINTS = dict[type, dict[str, Any]]()


def _hints(kind: type) -> dict[str, Any]:
    """Give the types of the members of a part of an order, those that may be None without that."""
    if kind not in _HINTS:
        _HINTS[kind] = {name: _bare(hint) for name, hint in get_type_hints(kind).items()}
    return _HINTS[kind]


def _bare(hint: Any) -> Any:
    if {int, Decimal} <= {*get_args(hint)}:
        return Quantity
    if get_origin(hint) in (Union, UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint
