"""Renewals: which subscriptions an order renews, and what becomes of each of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from orderglot.core.order import Line, Link, Order
from orderglot.core.subscriptions import Subscription
from orderglot.core.values import Relation, Status


def to_renew(lines: tuple[Line, ...], holding: Mapping[str, Subscription]) -> tuple[Line, ...]:
    """Give the lines of a renewal, each of what is held; without any, all that is held is renewed."""
    every = lines or tuple(
        Line(number=number, subscription=one.id, quantity=one.quantity)
        for number, one in enumerate(holding.values(), 1)
    )
    return tuple(_as_held(line, holding[line.subscription]) for line in every)


def renewal(
    priced: Order, gone: Iterable[Line], holding: Mapping[str, Subscription], *, preview: bool
) -> Order:
    """Give a renewal of priced lines, and of those ``gone`` that are not sold any more.

    A preview says what would become of each.
    """
    gone = tuple(gone)
    lines = (*priced.lines, *gone)
    began = dict.fromkeys(holding[line.subscription].order for line in lines)
    status = Status.COMPLETED if preview else Status.RECEIVED
    currencies = {line.currency for line in lines}
    return replace(
        priced,
        currency=priced.currency or (currencies.pop() if len(currencies) == 1 else ""),
        lines=(
            *(replace(line, status=status) for line in priced.lines),
            *(replace(line, status=Status.FAILED) for line in gone),
        ),
        links=tuple(Link(Relation.RENEWAL_OF, one) for one in began),
    )


def _as_held(line: Line, held: Subscription) -> Line:
    return replace(
        line,
        sku=line.sku or held.sku,
        currency=line.currency or held.currency,
        deployment=line.deployment or held.deployment,
    )
