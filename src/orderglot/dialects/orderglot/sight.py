"""What of an order is in a caller's sight: what a seller has of other places is not for his customers."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import EXTRAS, NATIVE
from orderglot.core.order import Identity, Link, Order, Reference, is_channel
from orderglot.core.order_details import OrderDetails
from orderglot.core.query import Query, compares

_HIDDEN = frozenset({"references", "asked_by", "answered_by"})
"""The steps of the names of fields that customers see in part alone."""


def shown(order: Order, caller: Caller) -> Order:
    """Give an order as a caller may see it: without ids of channels, extras, and who did what."""
    if caller.customer is None:
        return order
    return replace(
        order,
        references=_own(order.references),
        customer=order.customer and _known(order.customer),
        links=tuple(Link(link.relation, _known(link.order)) for link in order.links),
        details=order.details and _detailed(order.details, caller.name),
        extras={},
    )


def demand_in_sight(where: Query, caller: Caller) -> None:
    """Raise Invalid where a customer asks about what he does not see: an answer would tell it."""
    if caller.customer is None:
        return
    for one in compares(where):
        hidden = EXTRAS in one.field or NATIVE in one.field
        if hidden or not _HIDDEN.isdisjoint(one.field.split(".")):
            reason = f"A customer's key cannot ask about {one.field[:60]}; ask the seller."
            raise invalid("filter", Rule.CHOICE, reason)


def _own(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    return tuple(one for one in references if not is_channel(one.dialect))


def _known(thing: Identity) -> Identity:
    return replace(thing, references=_own(thing.references))


def _detailed(details: OrderDetails, name: str) -> OrderDetails:
    """Leave out who asked and answered, but for the caller of this name himself."""
    return replace(
        details,
        cancellations=tuple(
            replace(
                one,
                asked_by=one.asked_by if one.asked_by == name else "",
                answered_by=one.answered_by if one.answered_by == name else "",
            )
            for one in details.cancellations
        ),
    )
