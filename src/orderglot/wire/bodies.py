"""Bodies: orders as a file holds them, read and written without the call that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from orderglot.core.errors import Rule
from orderglot.core.order import Order
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known

Write = Callable[[tuple[Order, ...]], bytes]


class Held(Struct, frozen=True):
    """The orders of a body; ``asked`` where it is a request for a new one.

    What the vendor adds to a new order (its id, prices, dates, how far it has come) is then not
    there.
    """

    orders: tuple[Order, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Bodies:
    """How a vendor's bodies hold orders.

    ``read`` takes any body that holds some: an answer with one or with many, what is left of it
    when its wrapping is gone, or a request for a new order. It gives none where there is none and
    raises Invalid where what there is cannot be read. ``write`` writes one order, or several, as
    an answer does; by the names of the forms that the vendor has, the usual one first.
    ``id``, ``po_number`` and ``lines`` are what an order calls the three, "" where it has no such
    member.
    """

    read: Callable[[bytes], Held]
    write: Mapping[str, Write]
    id: str = ""
    po_number: str = ""
    lines: str = ""


Knows = Callable[[str], bool]
"""Tells whether an order of the vendor's has a member of a name."""


def resembles(value: Any, knows: Knows) -> bool:
    """Tell whether most members of a value are those of an order; an id alone says nothing."""
    if not isinstance(value, Mapping):
        return False
    known = [knows(name) for name in value if name != "id"]
    return 2 * sum(known) > len(known)


def candidates(value: Any, knows: Knows, *wrappings: str) -> Sequence[Any]:
    """Find what may be orders in a decoded body.

    That is the body itself, the elements of a list or of an object that numbers them, or the same
    again inside the first of the ``wrappings`` that is there.
    """
    while isinstance(value, Mapping) and not resembles(value, knows):
        if numbers := sorted(filter(str.isdecimal, value), key=lambda name: (len(name), name)):
            return [value[number] for number in numbers]
        value = next((value[name] for name in wrappings if name in value), None)
    if isinstance(value, Mapping):
        return (value,)
    return value if isinstance(value, list) else ()


def read_candidates(
    values: Sequence[Any],
    knows: Knows,
    read: Callable[[Form], Order],
    read_new: Callable[[Any], Order],
    answered: Collection[str],
    known: Known,
) -> Held:
    """Read candidates: one order alone that has no member of ``answered`` asks for a new one.

    ``known`` are the members of an order. Raises Invalid with all that is wrong.
    """
    if (
        len(values) == 1
        and resembles(values[0], knows)
        and not any(name in values[0] for name in answered)
    ):
        return Held((read_new(values[0]),), asked=True)
    return Held(read_each(values, knows, read, known))


def read_each(
    values: Sequence[Any], knows: Knows, read: Callable[[Form], Order], known: Known
) -> tuple[Order, ...]:
    """Read orders; raises Invalid with all that is wrong, also where something is no order."""
    whole = Form({})
    orders = []
    for number, value in enumerate(values, 1):
        path = f"order[{number}]" if len(values) > 1 else ""
        if resembles(value, knows):
            orders.append(read(Form(value, path, whole.problems, known=known)))
        else:
            whole.refuse(path, Rule.UNEXPECTED, "This is no order.")
    whole.check()
    return tuple(orders)
