"""Giving back: what a return or a switch took of other orders follows it, in the unit that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.core import giving_up
from orderglot.core.errors import NotFound
from orderglot.core.order import Order, by_hub_id, id_at
from orderglot.core.seats import keeping, shares
from orderglot.core.subscriptions import FAMILY
from orderglot.core.values import Kind

if TYPE_CHECKING:
    from orderglot.core.ports import UnitOfWork

BACK, AGAIN = "given back", "taken again"
"""What the events of the other orders say."""


async def give_back(unit: UnitOfWork, before: Order, now: Order, counted_at: str = "") -> None:
    """Give back to others what an order took of them, where it is given up, and the other way round.

    Those that are gone are left out, and those that are ``counted_at`` a channel: its vendor says himself
    what is left of them. Raises Invalid where it is not there any more.
    """
    back = giving_up.is_given_up(before, now)
    if back is None:
        return
    if not counted_at:
        standing = await giving_up.with_shares(unit, before if back else now, back=back)
        now = keeping(now, shares(standing)) if shares(standing) else now
    ids = giving_up.taken_from(now)
    if not ids:
        return
    if now.customer is not None:
        await unit.guard(FAMILY.format(customer=now.customer.id))
    found = [one for id in ids if (one := await _order(unit, id)) is not None]
    giving_up.demand_sources(now, found, back=back)
    there = [one for one in found if not (counted_at and id_at(one, counted_at))]
    if found and not there:
        return
    asked = (now.id, *(one.id for one in there)) if now.kind is Kind.RETURN else (now.id,)
    linked = {id: await unit.linked(by_hub_id(id), omitted=True) for id in asked}
    for one in giving_up.counted(now, there, linked, back=back):
        if one not in there:
            await unit.change(one, BACK if back else AGAIN)


async def demand_untaken(unit: UnitOfWork, before: Order, now: Order) -> None:
    """Raise Invalid or Conflict where an order is given up of which seats were switched away."""
    if giving_up.gives_seats_up(before, now):
        giving_up.demand_untaken(now, await giving_up.takers(unit, before))


async def _order(unit: UnitOfWork, id: int) -> Order | None:
    try:
        return await unit.get(by_hub_id(id), omitted=True)
    except NotFound:
        return None
