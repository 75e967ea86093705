"""Seats in the plain model: what is held by which lines, switched away, and comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tests.life.book_model import DONE, OVER, SWITCHES, WAITS, Line, Order, State
from tests.life.model_changes import all_held, over_by, put, returned


def held(state: State, seats: str) -> int:
    """Count the seats of a subscription: bought and complete, less returned, less switched away."""
    count = 0
    for order in _complete(state):
        for line in order.lines:
            if line.seats == seats and line.status not in OVER:
                count = _after(order, line, count)
    return count


def _after(order: Order, line: Line, count: int) -> int:
    if order.kind == "renewal":
        return max(count, line.quantity - line.returned)
    return count + line.quantity - line.returned


def _complete(state: State) -> Iterator[Order]:
    for order in state.there():
        if (
            order.customer == 1
            and order.status in DONE
            and order.kind in (*SWITCHES, "sale", "renewal")
        ):
            yield order


def finished(state: State) -> State:
    """Let the lines of complete orders be held as subscriptions, the oldest order first."""
    for order in _complete(state):
        begins = [line for line in order.lines if line.quantity > 0 and not line.seats]
        if (
            order.seats
            and order.kind != "renewal"
            and any(one.status not in OVER for one in begins)
        ):
            lines = list[Line]()
            for line in order.lines:
                if line.status not in OVER:
                    own = (
                        line.seats or _same(state, line.sku, lines) or f"{order.key}/{line.number}"
                    )
                    line = all_held(replace(line, seats=own, status="completed"))
                lines.append(line)
            state = state.having(replace(order, lines=tuple(lines)))
    return state


def _same(state: State, sku: str, lines: list[Line]) -> str:
    """Name the subscription of a SKU that begins with these lines, or of which seats are held."""
    every = [line for order in _complete(state) for line in order.lines]
    there = [
        one.seats for one in every if one.seats and held(state, one.seats) > 0 and one.sku == sku
    ]
    new = [one.seats for one in lines if one.seats and one.sku == sku and one.quantity > 0]
    return next(iter([*there, *new]), "")


def pending(state: State, seats: str) -> bool:
    """Tell whether a switch or reversal that is not complete takes seats of a subscription."""
    return any(
        order.kind in SWITCHES
        and order.status not in (*DONE, *OVER)
        and any(line.quantity < 0 and line.seats == seats for line in order.lines)
        for order in state.there()
    )


def taken(
    state: State, seats: str, quantity: int, *, first: int = -1
) -> tuple[tuple[int, int, int], ...]:
    """Take seats of a subscription from the lines that have some, those of the oldest order first."""
    found = []
    for order in sorted(_complete(state), key=lambda one: one.key != first):
        if any(one < 0 for _, _, one in order.took):
            continue
        for line in order.lines:
            part = min(quantity, line.left) if line.seats == seats and line.quantity > 0 else 0
            if part > 0:
                found.append((order.key, line.number, part))
                quantity -= part
    return tuple(found)


def moved(state: State, took: Iterable[tuple[int, int, int]]) -> State:
    """Count seats as switched away from lines, or as back where they are below zero."""
    for key, number, quantity in took:
        order = state.get(key)
        if order is not None:
            lines = tuple(
                replace(line, away=line.away + quantity, counted=True)
                if line.number == number and line.quantity > 0
                else line
                for line in order.lines
            )
            state = state.having(replace(order, lines=lines))
    return state


def back(took: Iterable[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
    return tuple((key, number, -quantity) for key, number, quantity in took)


def put_into(state: State, order: Order, value: str) -> State | None:
    """Put an order into a status; a return or switch gives back, or takes again, what it took."""
    after = state.having(put(order, value))
    if (order.status in OVER) is (value in OVER):
        return after
    return given_up(after, order) if value in OVER else taken_up(after, order)


def given_up(state: State, order: Order) -> State | None:
    """Give up an order that was none yet: seats that were switched away of a sale hold it."""
    if order.kind in ("return", *SWITCHES):
        return given_back(state, order)
    return state if order.kind == "quote" or not state.has_lost_seats(order) else None


def deleted(state: State, order: Order) -> State | None:
    gone = state.having(replace(order, deleted=True))
    return gone if order.status in OVER else given_up(gone, order)


def taken_up(state: State, order: Order) -> State | None:
    return taken_again(state, order) if order.kind in ("return", *SWITCHES) else state


def given_back(state: State, order: Order) -> State | None:
    if order.kind == "return":
        original = state.get(order.of[0])
        return state if original is None else state.having(refilled(original, order))
    undone = (
        one.kind == "switch reversal" and order.key in one.of and one.status not in OVER
        for one in state.there()
    )
    gone = any(line.returned or line.away for line in order.lines if line.quantity > 0)
    if order.kind == "switch" and (any(undone) or gone):
        return None
    return moved(state, back(order.took)) if there(state, back(order.took)) else None


def taken_again(state: State, order: Order) -> State | None:
    if order.kind == "return":
        original = state.get(order.of[0])
        return state if original is None else state.with_one(taken_off(original, order))
    return moved(state, order.took) if there(state, order.took) else None


def taken_off(order: Order, back: Order) -> Order | None:
    """Give an order what a return takes of it once more: of what is not sent yet, if it was that."""
    for line in back.lines:
        of = next(one for one in order.lines if one.number == line.number)
        unsent = 0 if back.by_parcels else of.to_ship
        there = (
            max(min(of.remaining, of.out - (of.back or 0)), unsent) if of.shipped else of.remaining
        )
        if there < line.quantity:
            return None
        if of.shipped and unsent >= line.quantity:
            less = replace(of, returned=of.returned + line.quantity, counted=True)
            over = "returned" if less.back == less.shipped else "shipped"
            less = less if less.to_ship else replace(less, status=over)
            lines = tuple(less if one is of else replace(one, counted=True) for one in order.lines)
            order = over_by(replace(order, lines=lines))
        else:
            order = returned(order, line.number, line.quantity)
    return order


def there(state: State, took: tuple[tuple[int, int, int], ...]) -> bool:
    """Tell whether what is to be taken is there."""
    for key, number, quantity in took:
        order = state.get(key)
        if quantity > 0:
            if order is None or order.is_nothing:
                return False
            line = next(one for one in order.lines if one.number == number)
            if line.left < quantity:
                return False
    return True


def refilled(order: Order, back: Order) -> Order:
    """Give an order back what a return took; where all had been returned, it is as it was before."""
    gone = order.status == "cancelled" and not any(one.remaining for one in order.lines)
    status = ("completed" if order.was_complete else "received") if gone else order.status
    status = back.from_status if order.status == "returned" else status
    came = {line.number: line.quantity for line in back.lines}
    lines = tuple(
        _more(order, line, came[line.number], status, by_parcels=back.by_parcels)
        if line.number in came
        else replace(line, counted=True)
        for line in order.lines
    )
    waits = any(one.to_ship for one in lines) and not any(one.to_ship for one in order.lines)
    if waits and status in ("shipped", "delivered"):
        status = "partly shipped" if any(one.out for one in lines) else "received"
    return over_by(replace(order, status=status, lines=lines))


def _more(order: Order, line: Line, quantity: int, status: str, *, by_parcels: bool) -> Line:
    """Give a line more: what had not gone out is to be sent, unless nothing more is."""
    ended = line.status == "cancelled" and not line.remaining
    more = replace(line, returned=line.returned - quantity, counted=True)
    if line.status == "returned":
        more = replace(more, status=status if status in DONE else "shipped")
    uncounted = line.returned + line.away - (line.back or 0)
    if line.back is not None and (by_parcels or uncounted < quantity):
        return replace(more, back=line.back - quantity)
    if ended:
        stayed = status in DONE and not line.seats and any(one.shipped for one in order.lines)
        if stayed and status == "completed":
            return replace(more, status=status, shipped=0)
        more = replace(more, status="received" if stayed or status in WAITS else status)
    if more.shipped is None or not more.unsent or more.status not in DONE:
        return more
    if more.seats:
        return all_held(more)
    if more.status == "completed":
        return more
    return replace(more, status="partly shipped" if more.shipped else "received")
