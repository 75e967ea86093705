"""Subscriptions: what a customer holds, by the orders that began, renewed, switched or ended it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.boxes import unpacked
from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.line_quantities import all_held
from orderglot.core.order import Identity, Line, Order
from orderglot.core.quantities import Quantity, plain
from orderglot.core.returns import remaining
from orderglot.core.seats import Away, away
from orderglot.core.values import COME_TO_NOTHING, Kind, Status

ENDED = COME_TO_NOTHING | {Status.RETURNED}
"""States of a line that begins no subscription any more."""

DONE = frozenset({Status.COMPLETED, Status.SHIPPED, Status.DELIVERED})
"""How far an order has come of which something is held: what is open does not count."""

BEGINNING = frozenset({Kind.SALE, Kind.TRANSFER})
SWITCHING = frozenset({Kind.SWITCH, Kind.SWITCH_REVERSAL})


FAMILY = "holding {customer}"
"""The family of a customer's orders, of which together it follows what the customer holds."""


class Subscription(Struct, frozen=True, kw_only=True):
    """So many pieces of a product that a customer holds, and the order that they came with last."""

    id: str
    sku: str
    quantity: Quantity
    order: Identity
    currency: str = ""
    deployment: str = ""


def held(orders: Iterable[Order], switched: Away | None = None) -> dict[str, Subscription]:
    """Give what a customer holds after these orders, which come oldest first, by its id."""
    return {id: one for id, one in counts(orders, switched).items() if one.quantity > 0}


def counts(orders: Iterable[Order], switched: Away | None = None) -> dict[str, Subscription]:
    """Count all that a customer came to hold by these orders, also what is none any more.

    What is bought for a subscription is added to it. A renewal renews what it says and leaves the
    rest as it is. ``switched`` says what went away from which lines, where these are not all orders
    that took something.
    """
    holding: dict[str, Subscription] = {}
    orders = tuple(orders)
    gone = away(orders) if switched is None else switched
    for order in orders:
        if order.status in DONE:
            for line in order.lines:
                if line.subscription and line.status not in COME_TO_NOTHING:
                    _count(holding, order, unpacked(line), gone)
    return holding


def demand_seats(orders: Iterable[Order], switched: Away, left: Order) -> None:
    """Raise Invalid where an order, of which so much is ``left``, would take back what is not held.

    So it is where seats were switched away of which no line knows: by a vendor, or before lines
    counted them.
    """
    orders = tuple(orders)
    before = counts(orders, switched)
    after = counts((left if one.id == left.id else one for one in orders), switched)
    for line in left.lines:
        there, kept = before.get(line.subscription), after.get(line.subscription)
        if there is None or there.quantity < 0 or kept is None or kept.quantity >= 0:
            continue
        if there.quantity == 0:
            reason = "These seats are not held any more."
            raise Invalid(Problem("number", Rule.SPENT, reason, line.number))
        wanted = there.quantity - kept.quantity
        reason = (
            f"Requested return quantity {wanted} exceeds remaining returnable quantity "
            f"{there.quantity} for line item {line.number} (offer {line.sku})."
        )
        raise Invalid(Problem("quantity", Rule.SPENT, reason, line.number))


def completed(
    order: Order,
    name: Callable[[Line], str],
    holding: Mapping[str, Subscription] | None = None,
    product: Callable[[str], str] = str,
) -> Order:
    """Complete an order: every line of it that begins a subscription has one from then on.

    That is the one that it names, or the oldest of the same product, currency and deployment that is
    held already, else a new one, named by ``name``. ``product`` says which product a SKU is of. Seats
    that are in no parcel went out as well. A line that was returned meanwhile stays so.
    """
    newest_first = reversed(tuple((holding or {}).values()))
    there = {_kind(one, product): one.id for one in newest_first}

    def done(line: Line) -> Line:
        subscription = line.subscription
        if not subscription and _begins(order, line):
            kind = _kind(_of(order, line, 0), product)
            if kind not in there:
                there[kind] = name(line)
            subscription = there[kind]
        return all_held(replace(line, status=Status.COMPLETED, subscription=subscription))

    lines = tuple(line if line.status in ENDED else done(line) for line in order.lines)
    status = order.status if order.status in DONE else Status.COMPLETED
    return replace(order, status=status, lines=lines)


def _kind(one: Subscription, product: Callable[[str], str]) -> tuple[str, str, str]:
    """Give what two lines have in common that are of one subscription."""
    return product(one.sku), one.currency, one.deployment


def begins(order: Order) -> bool:
    """Tell whether an order begins subscriptions that it does not name yet."""
    return any(
        _begins(order, line) and not line.subscription and line.status not in ENDED
        for line in order.lines
    )


def _begins(order: Order, line: Line) -> bool:
    return order.kind in BEGINNING | SWITCHING and line.quantity > 0


def _count(holding: dict[str, Subscription], order: Order, line: Line, gone: Away) -> None:
    before = holding.get(line.subscription)
    # What was switched away is taken off by the line of the switch.
    kept = plain(remaining(line) + gone.get((order.id, line.number), 0))
    if order.kind is Kind.RENEWAL:
        renewed = _of(order, line, kept)
        quantity = max(renewed.quantity, before.quantity if before else 0)
        holding[line.subscription] = replace(renewed, quantity=quantity)
    elif order.kind in BEGINNING:
        bought = _of(order, line, kept)
        quantity = bought.quantity + (before.quantity if before else 0)
        holding[line.subscription] = replace(bought, quantity=quantity)
    elif order.kind in SWITCHING and before is not None:
        holding[line.subscription] = replace(before, quantity=before.quantity + line.quantity)
    elif order.kind in SWITCHING:
        holding[line.subscription] = _of(order, line, line.quantity)


def _of(order: Order, line: Line, quantity: Quantity) -> Subscription:
    return Subscription(
        id=line.subscription,
        sku=line.sku,
        quantity=quantity,
        order=Identity(id=order.id, number=order.number, references=order.references),
        currency=line.currency or order.currency,
        deployment=line.deployment,
    )
