"""Steps as people take them: which are open for an order, what each asks, and what is sent for it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from orderglot.console.forms import Form
from orderglot.core.errors import Rule, invalid
from orderglot.core.line_quantities import NOT_COMING, RUNNING, returned, shipped, to_ship
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, plain
from orderglot.core.values import Status

LINE = "line-"
"""What the member of a form begins with that says how much of a line; its number is behind that."""


class Step(Struct, frozen=True, kw_only=True):
    """A step: its name in our own API, what it is called, what it does, and what it asks.

    ``left`` gives how much of a line it can be about at most, None where it is about no lines.
    ``needs`` are the texts that have to be there.
    """

    name: str
    verb: str
    does: str
    texts: tuple[tuple[str, str], ...] = ()
    needs: frozenset[str] = frozenset()
    left: Callable[[Line], Quantity] | None = None
    fills: bool = True
    """Whether the form begins with all that is left of each line."""
    danger: bool = False


def _back(line: Line) -> Quantity:
    return plain(shipped(line) - returned(line))


REASON = ("reason", "Reason, which stands in the order's history")

STEPS = {
    step.name: step
    for step in (
        Step(name="confirm", verb="Confirm", does="Takes the order on."),
        Step(
            name="ship",
            verb="Ship",
            does="Sends a parcel with so much of the lines.",
            texts=(
                ("carrier", "Carrier"),
                ("service", "Service"),
                ("tracking", "Tracking number"),
                ("tracking_url", "Address to follow it at"),
            ),
            left=to_ship,
        ),
        Step(name="deliver", verb="Delivered", does="Says that what went out has arrived."),
        Step(
            name="hold",
            verb="Hold",
            does="Nothing is shipped until it is released.",
            texts=(REASON,),
            needs=frozenset({"reason"}),
        ),
        Step(name="release", verb="Release", does="Lets the order go on from where its lines are."),
        Step(
            name="return",
            verb="Return",
            does="Takes back what went out, in an order of its own.",
            texts=(REASON,),
            left=_back,
            fills=False,
        ),
        Step(
            name="split",
            verb="Split",
            does="Puts so much of the lines into an order of its own.",
            texts=(REASON,),
            left=to_ship,
            fills=False,
        ),
        Step(name="complete", verb="Complete", does="Says that nothing more is to come."),
        Step(
            name="note",
            verb="Note",
            does="Adds a line to the notes of the order.",
            texts=(("text", "What is to be remembered"),),
            needs=frozenset({"text"}),
        ),
        Step(
            name="cancel",
            verb="Cancel",
            does="Cancels what did not go out.",
            texts=(REASON,),
            left=to_ship,
            danger=True,
        ),
        Step(
            name="delete",
            verb="Delete",
            does="Takes the order out of the book for good.",
            texts=(REASON,),
            danger=True,
        ),
    )
}


def possible(order: Order) -> tuple[Step, ...]:
    """Give the steps that make sense for an order as it stands, the likeliest first."""
    open_lines, out = any(map(to_ship, order.lines)), any(_back(one) > 0 for one in order.lines)
    holds = order.status is Status.ON_HOLD
    over = order.status in NOT_COMING or order.status is Status.RETURNED
    allowed = {
        "confirm": order.status is Status.RECEIVED,
        "ship": order.status in RUNNING and open_lines,
        "hold": order.status in RUNNING,
        "release": holds,
        "deliver": order.status is Status.SHIPPED,
        "return": out and not holds,
        "split": order.status in RUNNING and open_lines,
        "complete": order.status in (Status.SHIPPED, Status.DELIVERED),
        "cancel": (order.status in RUNNING or holds) and open_lines,
        "note": True,
        "delete": True,
    }
    found = tuple(step for name, step in STEPS.items() if allowed[name])
    return tuple(step for step in found if not over or step.name in ("note", "delete"))


def members_of(step: Step, order: Order, form: Form) -> dict[str, Any]:
    """Read what a form asks for as our own API takes it; raises Invalid naming what is wrong."""
    members: dict[str, Any] = {}
    for name, label in step.texts:
        text = str(form.get(name, "")).strip()
        if name in step.needs and not text:
            raise invalid(name, Rule.REQUIRED, f"Fill in: {label.partition(',')[0].lower()}.")
        if text:
            members[name] = text
    if step.left is not None:
        lines = [
            {"number": line.number, "quantity": wanted}
            for line in order.lines
            if (wanted := _quantity(form, line)) is not None
        ]
        if not lines:
            raise invalid("line", Rule.REQUIRED, "Say how much of which line.")
        members["line"] = lines
    return members


def _quantity(form: Form, line: Line) -> Quantity | None:
    """Read how much of a line is meant, None for nothing of it."""
    text = str(form.get(f"{LINE}{line.number}", "")).strip()
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0 or found > 999_999_999:
        field = f"line {line.number}"
        raise invalid(field, Rule.MALFORMED, f"{text[:40]!r} is no quantity; write one such as 12.")
    return plain(found) or None
