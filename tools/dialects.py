"""Keep docs/dialects.md what the dialects themselves say.

python tools/dialects.py            refuse the page where it is out of date
python tools/dialects.py --write    write it anew
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from orderglot import dialects
from orderglot.core.caller import ANY
from orderglot.core.fields import every_field
from orderglot.sync.walks import moment_of
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import loses
from orderglot.wire.operation import Operation
from orderglot.wire.whole_quantities import QUANTITY

PAGE = Path(__file__).parents[1] / "docs" / "dialects.md"
NEEDS = {"place": "place", "get": "get", "page": "walk", "linked": "linked"}
"""What a dialect has, and what the client face makes of it."""

IDENTITY = frozenset({"id", "version", "references"})
"""What an order is known by, which each side has its own way for."""

OPENING = """\
# Dialects

Written by `make docs` out of the dialects' own declarations; change those.
"""


def main(arguments: list[str]) -> int:
    """Check the page, or write it; gives 1 where it is refused, else 0."""
    if arguments not in ([], ["--check"], ["--write"]):
        print("usage: python tools/dialects.py [--check | --write]", file=sys.stderr)
        return 2
    page = write_page(tuple(map(dialects.dialect, dialects.names())))
    if arguments == ["--write"]:
        PAGE.write_text(page, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != page:
        print("dialects: docs/dialects.md is out of date; run 'make docs'.")
        return 1
    print(f"dialects: docs/dialects.md speaks of {', '.join(dialects.names())}.")
    return 0


def write_page(known: tuple[Dialect, ...]) -> str:
    """Write the whole page: all dialects in one table, then each by itself."""
    return "\n".join(
        [OPENING, *overview(known), "", *(line for one in known for line in part(one))]
    )


def overview(known: tuple[Dialect, ...]) -> Iterator[str]:
    """Write what each dialect can, in one line each."""
    yield from head("dialect", "", "operations", *NEEDS.values(), "longest page")
    for one in known:
        can = ("yes" if getattr(one.flows, need) else "" for need in NEEDS)
        name = f"[{one.name}](#{one.name})"
        yield row(name, one.title, len(one.operations), *can, one.can.max_size)


def part(one: Dialect) -> Iterator[str]:
    """Write all that a dialect says of itself."""
    readme = f"../src/orderglot/dialects/{one.name}/README.md"
    yield f"## {one.name}"
    yield ""
    yield f"{one.title}: [how it is implemented here]({readme}), [the vendor's page]({one.reference})."
    yield ""
    yield from head("operation", "call", "right", "repeated")
    yield from map(operation_row, one.operations)
    yield ""
    cannot = [name for need, name in NEEDS.items() if not getattr(one.flows, need)]
    yield f"The client face cannot: {listed(cannot)}."
    yield ""
    yield f"Its list: {'; '.join(of_list(one))}."
    yield ""
    yield from fields("The wire loses", one.can.loses)
    yield from fields("It carries in part", {*one.can.rounds, *one.can.follows})
    if one.can.whole and not loses(one.can, QUANTITY):
        yield (
            "It knows whole quantities alone: a line of 1.5 kg is shown as one piece at what the line "
            "comes to, with the quantity in its text, and cannot be placed."
        )
        yield ""
    yield f"It can be told of its orders: {listed(sorted(one.can.tells))}."
    yield ""
    if one.can.omits:
        yield f"It has no word for {listed(sorted(one.can.omits))}: its server shows no such orders."
        yield ""
    if one.flows.place is not None:
        yield from trip(one)


def trip(one: Dialect) -> Iterator[str]:
    """Describe what becomes of an order that is placed, and pulled again."""
    can = one.can
    shown = {name for name in can.takes if not loses(can, name)}
    otherwise = {name for name in shown if carried_in_part(one, name)}
    yield "An order that is placed with such a vendor and pulled again:"
    yield ""
    yield from fields("It comes back with", shown - otherwise)
    yield from fields("It comes back, perhaps otherwise, with", otherwise)
    yield from fields("The vendor is told, and never shows", can.takes - shown)
    own = (name for name in every_field() if not loses(can, name) and inner(name))
    unsaid = {name for name in own if not can.takes.intersection(outward(name))}
    yield from fields("The vendor is not told, and shows as his own view", unsaid)
    yield "Everything else is neither told nor shown; a pull leaves it as it is here."
    yield ""


def carried_in_part(one: Dialect, name: str) -> bool:
    """Tell whether what is left of a field, or of what it is inside of, may differ."""
    return not {*one.can.rounds, *one.can.follows}.isdisjoint(outward(name))


def inner(name: str) -> bool:
    """Tell whether a field has none inside it, and is none that an order is known by."""
    known = not IDENTITY.isdisjoint(name.split("."))
    return not known and not any(other.startswith(f"{name}.") for other in every_field())


def outward(name: str) -> set[str]:
    """Give a dotted name and what it is inside of."""
    steps = name.split(".")
    return {".".join(steps[:end]) for end in range(1, len(steps) + 1)}


def of_list(one: Dialect) -> Iterator[str]:
    """Describe how the vendor's list behaves, which pulls make up for; guesses are marked."""
    if one.flows.page is None:
        yield "there is none; orders are asked for by their ids"
        return
    lists, moment = one.lists, moment_of(one)
    facts = {
        "moment": f"filters by when an order was {moment}" if moment else "has no filter by time",
        "hides": f"hides {listed(sorted(lists.hides))} unless asked for",
        "begins": f"goes back {days(lists.begins)} by default",
        "longest": f"takes windows of {days(lists.longest)} at most",
        "closed": f"{'includes' if lists.closed else 'excludes'} the ends of a window",
        "zoned": f"{'names' if lists.zoned else 'does not name'} the zone of its times",
        "counts": f"{'counts' if lists.counts else 'does not count'} the orders",
        "lines": f"{'shows' if lists.lines else 'does not show'} their lines",
        "sequence": f"numbers them {'without gaps' if lists.sequence else 'with gaps'}",
    }
    for name, fact in facts.items():
        yield f"{fact} (a guess)" if name in lists.guesses else fact


def days(span: timedelta | None) -> str:
    """Describe how long a window is."""
    return "any length" if span is None else f"{span.days} days"


def operation_row(one: Operation[object, object]) -> str:
    """Write an operation: how it is called, what it takes, and what a repetition does."""
    calls = "<br>".join(f"`{one.endpoint.method} {path}`" for path in one.endpoint.paths)
    return row(
        one.name,
        calls,
        ANY if one.endpoint.carries else one.endpoint.right or "none",
        "answered again" if one.endpoint.idempotent else "done again",
    )


def fields(what: str, names: Collection[str]) -> Iterator[str]:
    """Write fields of an order, those inside of one in a line of their own."""
    whole = sorted(name for name in names if "." not in name)
    inside = sorted(name.partition(".") for name in names if "." in name)
    text = listed(f"`{name}`" for name in whole) if whole or not inside else ""
    yield f"{what}: {text}." if text else f"{what}:"
    yield ""
    for outer, group in groupby(inside, key=itemgetter(0)):
        yield f"* of `{outer}`: {listed(f'`{name}`' for _, _, name in group)}"
    yield ""


def head(*names: str) -> Iterator[str]:
    """Write the first two lines of a table."""
    yield row(*names)
    yield row(*["---"] * len(names))


def row(*cells: object) -> str:
    """Write one line of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def listed(names: Iterable[str]) -> str:
    """Write a list in a sentence."""
    return ", ".join(names) or "nothing"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
