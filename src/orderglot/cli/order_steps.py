"""Order steps: what the commands that take a step with an order share."""

from collections.abc import Container
from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import Misused
from orderglot.cli.options import value
from orderglot.cli.output import write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.lifecycle import Quantities
    from orderglot.core.order import Line, Order
    from orderglot.core.ports import UnitOfWork
    from orderglot.core.steps import Step, Work
    from orderglot.hub.opening import Hub

Lines = Annotated[
    list[str] | None,
    value(
        "LINE=QUANTITY",
        "So much of a line, by its number; may be repeated. Left out, all that is left.",
        flag="--line",
    ),
]
Reason = Annotated[str, value("TEXT", "Why; it stands with the order.", flag="--reason")]


async def take(
    hub: "Hub",
    seller: str | None,
    which: str,
    name: str,
    step: "Step",
    as_json: bool,
    *,
    why: str = "",
) -> None:
    """Take a step with an order that needs nothing else of the book, and say how it stands then."""
    from orderglot.core import steps

    report(await changed(hub, seller, which, name, steps.alone(step), why=why), as_json)


async def changed(
    hub: "Hub", seller: str | None, which: str, name: str, work: "Work", *, why: str = ""
) -> "Order":
    """Take a step with an order in one unit of work, and give it as it stands then."""
    from orderglot.core import steps
    from orderglot.hub import lookup

    async def step(unit: "UnitOfWork") -> "Order":
        return await steps.taken(unit, await lookup.find_order(unit, which), name, work, why)

    owner = await hub.seller(seller)
    return await hub.book(owner, tests=True).transact(step)


def report(order: "Order", as_json: bool) -> None:
    """Print how an order and its lines stand."""
    from orderglot.core.line_steps import detailed

    if as_json:
        return write_json(order)
    write_line(f"Order {order.id} is {order.status}.")
    for one in detailed(order):
        write_line(f"  line {one.number}: {_state(one)}")
    return None


def name_who_has_it_otherwise(order: "Order") -> None:
    """Print which vendors have an order as it was."""
    from orderglot.core.order import is_channel

    for reference in order.references:
        if is_channel(reference.dialect):
            write_line(f"{reference.dialect} has it as it was; tell them.")


def _state(line: "Line") -> str:
    """Say how much of a line was ordered and what became of it."""
    from orderglot.core.line_quantities import cancelled, returned, shipped, to_ship
    from orderglot.core.quantities import size, with_unit

    counted = (
        (shipped(line), "shipped"),
        (cancelled(line), "cancelled"),
        (returned(line), "returned"),
        (to_ship(line), "to ship"),
    )
    became = ", ".join(f"{quantity} {word}" for quantity, word in counted if quantity)
    ordered = with_unit(size(line.quantity), line.unit)
    return f"{ordered} of {line.sku or line.title or 'nothing'}: {became or 'nothing yet'}"


def quantities(texts: list[str] | None) -> "Quantities":
    """Read ``1=12``: how much of which line."""
    from orderglot.core.quantities import Quantity, exact
    from orderglot.wire.values import read_decimal

    found = dict[int, Quantity]()
    for text in texts or ():
        line, quantity = line_and_value(text, found, "LINE=QUANTITY, such as 1=12 or 1=0.5")
        if quantity is None:
            raise Misused(f"--line: say how much of line {line}, such as {line}=12.")
        try:
            found[line] = exact(read_decimal(quantity))
        except ValueError as error:
            reason = f"{quantity[:60]!r} {error}; write how much as in {line}=12 or {line}=0.5."
            raise Misused(f"--line: {reason}") from None
    return found


def line_and_value(text: str, before: Container[int], form: str) -> tuple[int, str | None]:
    """Read the number of a line, none of those ``before``, and what is behind its ``=``, None without."""
    from orderglot.core.fields import read_whole_text

    number, named, rest = text.partition("=")
    line = read_whole_text(number)
    if line is None:
        reason = f"{text[:60]!r} does not begin with the number of a line; write {form}."
        raise Misused(f"--line: {reason}")
    if line in before:
        raise Misused(f"--line: line {line} is named twice; name it once.")
    return line, rest if named else None


def new_lines(flag: str, texts: list[str] | None) -> "tuple[Line, ...]":
    """Read ``AA124=12``: how much of what is to come."""
    from orderglot.cli.flags import pairs
    from orderglot.core.order import Line
    from orderglot.core.quantities import exact
    from orderglot.wire.values import read_decimal

    lines = list[Line]()
    for sku, quantity in pairs(flag, texts, "AA124=12"):
        try:
            much = exact(read_decimal(quantity))
        except ValueError as error:
            raise Misused(f"{flag}: {quantity!r} {error}.") from None
        if much <= 0:
            raise Misused(f"{flag}: say how much of {sku}, more than 0.")
        lines.append(Line(sku=sku, quantity=much))
    return tuple(lines)
