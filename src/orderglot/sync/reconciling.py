"""Reconciling: a vendor's orders as they come, and what becomes of the book's same orders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict
from orderglot.core.order import Order, Reference, id_at
from orderglot.core.ports import KEPT, PLACED, Note, Outcome, UnitOfWork
from orderglot.core.reconciliation import Reconciled, reconcile
from orderglot.core.totals import without_stale_total
from orderglot.core.unknown_members import without_unknown
from orderglot.sync.conflicts import note_conflicts
from orderglot.sync.duplicates import find_twins
from orderglot.sync.goods import pieces
from orderglot.sync.vendor import Source
from orderglot.sync.vendor_states import forget_parts, keep_state, read_state, vendor_states
from orderglot.wire.loss import carried, loses


class Arrived(Struct, frozen=True, gc=False):
    """An order of a vendor as it now stands in the book, and what its arrival changed."""

    order: Order
    outcome: Outcome
    conflicts: int = 0


async def take(unit: UnitOfWork, source: Source, orders: Sequence[Order]) -> tuple[Arrived, ...]:
    """Take orders as a vendor shows them: new ones in, known ones reconciled with his last known state.

    Raises Conflict for one whose id is another order's, or that looks like one that is here.
    """
    _refuse_twice(orders, source.dialect.name)
    known = await _known(unit, source, orders)
    strange = [received for received, kept in zip(orders, known, strict=True) if kept is None]
    ours = await _incoming(unit, source, strange)
    timed = [
        replace(source.timed(received), lines=one.lines)
        for received, one in zip(strange, ours, strict=True)
    ]
    twins = await find_twins(unit, source.name, source.dialect, timed)
    found = {id(received): twin for received, twin in zip(strange, twins, strict=True)}
    there = [kept or found.get(id(received)) for received, kept in zip(orders, known, strict=True)]
    states = await vendor_states(unit, source.name, [one.id for one in there if one is not None])
    arrived = {
        id(received): await _update(unit, source, received, kept, states.get(kept.id))
        for received, kept in zip(orders, there, strict=True)
        if kept is not None
    }
    new = [
        (received, one)
        for received, one in zip(strange, ours, strict=True)
        if id(received) not in arrived
    ]
    added = await _add(unit, source, new)
    arrived |= {id(received): one for (received, _), one in zip(new, added, strict=True)}
    return tuple(arrived[id(received)] for received in orders)


async def _incoming(unit: UnitOfWork, source: Source, orders: Sequence[Order]) -> tuple[Order, ...]:
    """Give a vendor's orders as they come into the book, if they are new, with our SKUs."""
    if not orders:
        return ()
    return await unit.with_skus(
        *[source.incoming(received, continued=source.continued) for received in orders]
    )


async def take_for(unit: UnitOfWork, source: Source, received: Order, order: Order) -> Arrived:
    """Take a vendor's order for one of the book, as a person has said.

    Raises Conflict where one of the two is known to be another.
    """
    name = id_at(received, source.dialect.name)
    (known,) = await _known(unit, source, [received])
    there = id_at(order, source.name)
    if (known is not None and known.id != order.id) or there not in ("", name):
        has = f"{name} as order {known.id}" if known else f"order {order.id} as {there}"
        raise Conflict(f"The book has {source.name}'s {has} already.")
    states = await vendor_states(unit, source.name, [order.id])
    return await _update(unit, source, received, order, states.get(order.id))


async def take_as_new(unit: UnitOfWork, source: Source, received: Order) -> Arrived:
    """Take a vendor's order for one that the book does not have, as a person has said."""
    (known,) = await _known(unit, source, [received])
    if known is not None:
        raise Conflict(f"{id_at(received, source.dialect.name)} is order {known.id} already.")
    ours = source.incoming(received, continued=source.continued)
    (arrived,) = await _add(unit, source, [(received, ours)])
    return arrived


def _refuse_twice(orders: Sequence[Order], dialect: str) -> None:
    """Raise Conflict where one id comes with two orders that are not the same."""
    seen: dict[str, Order] = {}
    for order in orders:
        name = id_at(order, dialect)
        if seen.setdefault(name, order) != order:
            raise Conflict(f"The vendor shows two orders with the id {name}; ask which is right.")


async def _known(
    unit: UnitOfWork, source: Source, orders: Sequence[Order]
) -> tuple[Order | None, ...]:
    """Give the orders of the book that have the vendor's ids.

    What our own clients of a continued dialect know by an id is the vendor's order of that id.
    """
    dialect = source.dialect.name
    ids = [id_at(order, dialect) for order in orders]
    names = (source.name, dialect) if source.continued else (source.name,)
    found = await unit.known([Reference(name, id) for name in names for id in ids])
    if not source.continued:
        return found
    return tuple(
        one or (other if other and not id_at(other, source.name) else None)
        for one, other in zip(found[: len(ids)], found[len(ids) :], strict=True)
    )


async def _add(
    unit: UnitOfWork, source: Source, orders: Sequence[tuple[Order, Order]]
) -> tuple[Arrived, ...]:
    """Put new orders into the book, each as the vendor shows it and as ours."""
    if not orders:
        return ()
    dialect, name = source.dialect.name, source.name
    ours = [one for _, one in orders]
    if source.continued:
        ours = await _distinguished(unit, ours, dialect)
    kept = await unit.keep(*ours)
    for (received, _), one in zip(orders, kept, strict=True):
        keep_state(unit, name, one.order.id, received, None)
    return tuple(Arrived(one.order, one.outcome) for one in kept)


async def _distinguished(unit: UnitOfWork, orders: Sequence[Order], dialect: str) -> list[Order]:
    """Leave out the ids that our clients of a dialect know other orders of the book by."""
    references = [Reference(dialect, id_at(order, dialect)) for order in orders]
    there = await unit.known(references, by_hub_id=True)
    return [
        order if other is None else replace(order, references=_without(order.references, ref))
        for order, ref, other in zip(orders, references, there, strict=True)
    ]


def _without(references: tuple[Reference, ...], taken: Reference) -> tuple[Reference, ...]:
    return tuple(ref for ref in references if ref != taken)


async def _update(
    unit: UnitOfWork, source: Source, received: Order, kept: Order, note: Note | None
) -> Arrived:
    """Reconcile an order of the book with what the vendor now says of it."""
    if note is None:
        return await _first_state(unit, source, received, kept)
    state, last = read_state(note)
    if received == last:
        return Arrived(kept, Outcome.SAME)
    _refuse_other(last, received, source.dialect.name)
    ours_win = source.ours_win(placed=state.placed)
    before, theirs = source.incoming(last), source.incoming(received)
    if not state.placed:
        # What was placed there went by our SKUs, and comes back by them.
        before, theirs = await unit.with_skus(before, theirs)
    result = _reconciled(source, before, theirs, kept, ours_win=ours_win)
    shown = forget_parts(received, last, result.hidden)
    if (shown, tuple(sorted(result.hidden))) == (last, state.hidden):
        return Arrived(kept, Outcome.SAME)
    keep_state(unit, source.name, kept.id, shown, note, placed=state.placed, hidden=result.hidden)
    return await _changed(unit, source, kept, result, ours_win=ours_win)


async def _first_state(unit: UnitOfWork, source: Source, received: Order, kept: Order) -> Arrived:
    """Keep the first state that this vendor shows of an order that is here already."""
    reference = Reference(source.name, id_at(received, source.dialect.name))
    events = [event.what for event in await unit.events(kept.id)]
    placed = f"{PLACED}: {source.name}" in events
    keep_state(unit, source.name, kept.id, received, None, placed=placed)
    ours = kept
    if reference not in kept.references:
        ours = replace(kept, references=(*kept.references, reference))
    # Before there were channels, a vendor went by the name of his dialect.
    own = Reference(source.dialect.name, reference.id)
    was_his = reference in kept.references or (source.continued and own in kept.references)
    if was_his and (KEPT in events or placed or f"{PLACED}: {source.dialect.name}" in events):
        theirs = source.incoming(received)
        if not placed:
            (theirs,) = await unit.with_skus(theirs)
        result = _since_before(source, theirs, ours, touched=not all(map(_is_arrival, events)))
    else:
        result = Reconciled(order=ours)
    return await _changed(unit, source, kept, result, ours_win=True)


def _since_before(source: Source, theirs: Order, ours: Order, *, touched: bool) -> Reconciled:
    """Reconcile an order of a book from before vendor states were kept.

    It is as the vendor said it then, unless it was changed here: then ours stands, and what he has
    otherwise may have been changed by either side.
    """
    dialect = source.dialect
    last = source.incoming(carried(source.outgoing(ours), dialect.name, dialect.can))
    return reconcile(last, theirs, ours, ours_win=True, unsure=touched)


def _is_arrival(what: str) -> bool:
    """Tell whether an event says how an order came or went, and not that it was changed here."""
    return what in (KEPT, PLACED) or what.startswith((f"{PLACED}: ", "pulled: "))


def _refuse_other(last: Order, received: Order, dialect: str) -> None:
    """Raise Conflict where the vendor's id now comes with another order or another customer."""
    name = id_at(received, dialect)
    before, now = last.customer, received.customer
    if before and now and id_at(before, dialect) != id_at(now, dialect):
        raise Conflict(
            f"Order {name} is of customer {id_at(now, dialect)} there by now, and of customer "
            f"{id_at(before, dialect)} here; a pull never changes whose order it is."
        )
    moved = last.created and received.created and last.created != received.created
    if moved and pieces(last) and pieces(received) and not pieces(last).share(pieces(received)):
        raise Conflict(f"The id {name} was another order's when it was pulled before.")


def _reconciled(
    source: Source, before: Order, theirs: Order, kept: Order, *, ours_win: bool
) -> Reconciled:
    dialect = source.dialect
    if loses(dialect.can, "totals.total"):
        before, theirs = without_stale_total(before, theirs)
    seen = partial(carried, dialect=dialect.name, can=dialect.can)
    return reconcile(before, theirs, kept, carried=seen, ours_win=ours_win)


async def _changed(
    unit: UnitOfWork, source: Source, kept: Order, result: Reconciled, *, ours_win: bool
) -> Arrived:
    """Write what a reconciliation came to, with events that say what was taken and what was not."""
    order, conflicts = kept, len(result.conflicts)
    changed = without_unknown(result.order) != without_unknown(kept)
    if result.order != kept:
        taken = ", ".join(result.taken) or ("its id" if changed else "unknown members")
        what = f"pulled: {source.name}: {taken}"
        if not loses(source.dialect.can, "lines.remaining"):
            unit.leave_counting_to(source.name)
        order = await unit.change(result.order, what, touches=changed)
    if conflicts:
        await note_conflicts(unit, source.name, order, result.conflicts, ours_win=ours_win)
    return Arrived(order, Outcome.CHANGED if changed else Outcome.SAME, conflicts)
