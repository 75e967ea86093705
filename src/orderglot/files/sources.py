"""Sources: whose numbers a file's orders and customers go by, so that two shops' stay apart."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

from msgspec import Struct

from orderglot.core.errors import Conflict, Rule, invalid
from orderglot.core.order import Identity, Line, Order, Reference
from orderglot.core.renumbering import ordered_by

FILE = "file"
"""The name that a file's numbers go by where a dialect's name is asked for, and the plain source."""

SAME_DAY = timedelta(hours=26)
"""Two zones are no further apart: what was made so far apart may be the same, read otherwise."""

_NAME = re.compile(r"[\w.-]{1,50}")


class OtherOrder(Conflict):
    """An order comes under the number of one that is there, and is likely another shop's."""


class Source(Struct, frozen=True):
    """Where a file's orders come from; ``given`` by a person, so that nobody needs to be asked."""

    name: str = FILE
    given: bool = False

    def reference(self, number: str) -> Reference:
        """Give the reference of an order or a customer by its number there."""
        return Reference(FILE, number if self.name == FILE else f"{self.name}:{number}")

    def customer(self, number: str) -> Identity:
        """Give the identity of a customer; the plain source's numbers are the seller's own."""
        reference = self.reference(number)
        return Identity(number=reference.id, references=(reference,))

    def check(self, kept: Order, incoming: Order) -> None:
        """Raise OtherOrder where what comes in is likely not the order that it would replace."""
        if self.given:
            return
        differs = differences(kept, incoming)
        if differs:
            raise OtherOrder(
                f"There is an order {incoming.number!r} from a file already, {' and '.join(differs)}."
                " If this file is another shop's, name the shop with --source NAME; if it is the"
                f" same order, changed, say --source {FILE}."
            )


def read_source(name: str) -> Source:
    """Read the name of a source; none is the plain one. Raises Invalid for what is no name."""
    if not name:
        return Source()
    if not _NAME.fullmatch(name):
        reason = f"{name[:40]!r} is not a name of letters, digits, dots and hyphens."
        raise invalid("source", Rule.MALFORMED, reason)
    return Source(name, given=True)


def differences(kept: Order, incoming: Order) -> list[str]:
    """Say in what two orders of one number differ that an order hardly changes in."""
    differs = list[str]()
    one, other = kept.customer, incoming.customer
    if one and other and one.number != other.number and not _known(one, other):
        differs.append(f"of customer {one.number!r} and not {other.number!r}")
    if kept.created and incoming.created and abs(kept.created - incoming.created) > SAME_DAY:
        differs.append(f"of {kept.created:%Y-%m-%d} and not {incoming.created:%Y-%m-%d}")
    before, after = _numbers(kept), _numbers(incoming)
    if kept.lines and incoming.lines and before.isdisjoint(after):
        differs.append("with other goods")
    return differs


def _numbers(order: Order) -> set[str]:
    """Give what an order calls its goods: our SKUs, and its customer's own numbers."""
    return {line.sku for line in order.lines} | set(map(ordered_by, order.lines))


def _known(one: Identity, other: Identity) -> bool:
    return any(reference in one.references for reference in other.references)


def demand_whole(kept: Order, incoming: Order) -> None:
    """Raise Conflict where mended rejects would replace lines that are not among them."""
    missing = Counter(map(_goods, kept.lines)) - Counter(map(_goods, incoming.lines))
    for sku, *_ in missing:
        raise Conflict(
            f"it is in the book with lines that are not among these rejects, such as {sku!r}; "
            "mend these rows in the file that they came from, and import that again"
        )


def _goods(line: Line) -> tuple[object, ...]:
    return ordered_by(line), line.quantity, line.unit_price, line.total
