"""A plain model of one book: what each order is, and what each face has to show of it.

It knows the words of five vendors and nothing of how the hub works. A state is never changed: a write
gives another one, or None where it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")

NOT_COMING = frozenset({"cancelled", "failed"})
DONE = frozenset({"completed", "shipped", "delivered"})
OPEN = frozenset({"received", "processing", "charged", "packing"})
WAITS = frozenset({"on hold", "draft", "partly shipped"})
"""What an order can be without its lines being so."""

SWITCHES = frozenset({"switch", "switch reversal"})


@dataclass(frozen=True)
class Line:
    """A line; of ``quantity`` so much was cancelled, shipped, returned, and switched away.

    ``left`` is None until something of the line can be taken back; ``seats`` names what is held by it.
    """

    number: int
    sku: str
    quantity: int
    price: Decimal | None = None
    status: str = "received"
    cancelled: int = 0
    shipped: int | None = None
    returned: int = 0
    back: int | None = None
    """How much of it came back as goods; None where nobody counted that."""
    away: int = 0
    counted: bool = False
    seats: str = ""

    @property
    def remaining(self) -> int:
        """How much neither came back nor was cancelled or switched away."""
        return self.quantity - self.cancelled - self.returned - self.away

    @property
    def left(self) -> int:
        """How much can be taken back still."""
        return 0 if self.status == "cancelled" else max(0, self.remaining)

    @property
    def returnable(self) -> int:
        """How much may come back: of what went out by parcels no more than that."""
        return min(self.left, self.out - (self.back or 0)) if self.shipped else self.left

    @property
    def out(self) -> int:
        """How much went out, what came back included."""
        if self.shipped is not None:
            return self.shipped
        whole = self.status in DONE or self.status == "returned"
        return abs(self.quantity) - self.cancelled if whole else 0

    @property
    def total(self) -> Decimal | None:
        return None if self.price is None else self.price * self.quantity

    @property
    def to_ship(self) -> int:
        if self.status in (*DONE, *NOT_COMING, "returned"):
            return 0
        there = max(0, abs(self.quantity) - self.cancelled - (self.shipped or 0))
        return min(there, max(0, self.remaining)) if self.counted else there


@dataclass(frozen=True)
class Order:
    """An order: ``key`` is what the trial calls it, ``id`` what the hub does once that is known."""

    key: int
    id: int = 0
    made: int = 0
    """The turn in which it was made, 0 in that very turn."""
    customer: int = 1
    kind: str = "sale"
    status: str = "received"
    name: str = ""
    po_number: str = ""
    lines: tuple[Line, ...] = ()
    off: Decimal = ZERO
    shipping: Decimal = ZERO
    paid: Decimal = ZERO
    paid_before: Decimal = ZERO
    """What of it was paid before somebody called it paid in full."""
    bill: str = "unpaid"
    figures: bool = True
    """Whether its bill says what is due."""
    received: bool = True
    was_complete: bool = False
    summed: bool = True
    """Whether somebody has summed it up: what nobody knows of it is nothing then."""
    deleted: bool = False
    seats: bool = False
    """Whether it was made by Adobe's clients, so that its lines are held as subscriptions."""
    of: tuple[int, ...] = ()
    """The keys of the orders that it returns, switches or undoes."""
    from_status: str = "shipped"
    """Of a return: which status the order had that it is of."""
    took: tuple[tuple[int, int, int], ...] = ()
    """What a switch took: so much of which line of which order; below zero it gave that back."""

    def is_shown(self, vendor: str) -> bool:
        """Tell whether a vendor's API has a word for an order as it is."""
        if vendor == "catalyst":
            return True
        return self.kind != "quote" and (self.status != "draft" or vendor == "komet")

    @property
    def goods(self) -> Decimal | None:
        if not self.summed:
            return None
        goods = sum((line.total or ZERO for line in self.lines), ZERO)
        return -goods if self.kind == "return" else goods

    @property
    def discounted(self) -> Decimal | None:
        if self.goods is None:
            return None
        return max(payable(self.goods) - self.off, min(payable(self.goods), ZERO))

    @property
    def total(self) -> Decimal | None:
        return None if self.discounted is None else self.discounted + self.shipping


@dataclass(frozen=True)
class State:
    """All orders of a book by their keys, and the price of a piece today."""

    orders: Mapping[int, Order] = field(default_factory=dict)
    price: Decimal | None = None

    def having(self, *orders: Order) -> State:
        return replace(self, orders={**self.orders, **{one.key: one for one in orders}})

    def with_one(self, order: Order | None) -> State | None:
        """Give the state with another state of an order, None where that cannot be."""
        return None if order is None else self.having(order)

    def there(self) -> tuple[Order, ...]:
        """Give the orders that are not deleted, oldest first."""
        return tuple(one for one in self.orders.values() if not one.deleted)

    def get(self, key: int) -> Order | None:
        order = self.orders.get(key)
        return None if order is None or order.deleted else order

    def shown(self, key: int, vendor: str) -> Order | None:
        """Give an order of the customer's where a vendor's API has a word for it."""
        order = self.get(key)
        return order if order and order.customer == 1 and order.is_shown(vendor) else None

    def bound_to(self, order: Order) -> bool:
        """Tell whether an order is linked with another, or a switch that stands took of its seats."""
        for other in self.there():
            if order.key in other.of or (other.key in order.of):
                return True
            if other.status not in OVER and any(key == order.key for key, _, _ in other.took):
                return True
        return False


OVER = frozenset({"draft", *NOT_COMING})


def payable(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def priced(state: State, sku: str, pieces: int) -> Decimal:
    """Give the price of a piece by all pieces of its SKU in an order."""
    if sku != GOODS:
        return {OFFER: Decimal(80), OTHER_OFFER: Decimal(9)}[sku]
    if state.price is not None:
        return state.price
    return Decimal("0.85") if pieces >= 300 else Decimal("1.25")


GOODS, OFFER, OTHER_OFFER = "AA124", "61000001CA01A12", "61000009CA01A12"


# What becomes of an order


def billed(order: Order) -> Order:
    """Let the bill follow what an order comes to: what was paid stands."""
    if order.bill == "paid in full" and (order.total or ZERO) > order.paid:
        return replace(order, bill="partially paid" if order.paid else "unpaid")
    return order


def put(order: Order, status: str) -> Order:
    """Put an order into a status; its lines go along, but for those that came to an end before."""
    if status == order.status:
        return order
    lines = tuple(_along(line, order.status, status) for line in order.lines)
    return replace(
        order,
        status=status,
        lines=lines,
        received=order.received or status not in OVER,
        was_complete=order.was_complete or status == "completed",
    )


def as_far(line: Line, status: str) -> Line:
    """Give a line that is as far as its order, where both are open."""
    behind = {line.status, status} <= OPEN and FAR.index(line.status) < FAR.index(status)
    return replace(line, status=status) if behind else line


def detailed(order: Order) -> tuple[Line, ...]:
    return tuple(as_far(line, order.status) for line in order.lines)


FAR = ("received", "processing", "charged", "packing")


def _along(line: Line, before: str, status: str) -> Line:
    taken_up = before in NOT_COMING and status not in NOT_COMING and line.status in NOT_COMING
    spent = line.counted and line.quantity > 0 and line.remaining <= 0
    if spent or (line.cancelled and line.cancelled >= line.quantity):
        return line
    if line.status in NOT_COMING and not taken_up and not {before, status} <= NOT_COMING:
        return line
    if status in WAITS:
        return replace(line, status="received") if taken_up else as_far(line, before)
    return replace(line, status=status)


# Seats


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
                    line = replace(line, seats=own, status="completed")
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
                if line.number == number
                else line
                for line in order.lines
            )
            state = state.having(replace(order, lines=lines))
    return state


def back(took: Iterable[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
    return tuple((key, number, -quantity) for key, number, quantity in took)


def returned(order: Order, number: int, quantity: int) -> Order:
    """Take so much of a line back: of which nothing is left that is cancelled."""
    lines = tuple(
        _less(line, quantity) if line.number == number else replace(line, counted=True)
        for line in order.lines
    )
    return over_by(replace(order, lines=lines))


def _less(line: Line, quantity: int) -> Line:
    if line.shipped:
        return came_back(line, quantity)
    less = replace(line, returned=line.returned + quantity, counted=True)
    return less if less.left or line.away else replace(less, status="cancelled")


def came_back(line: Line, quantity: int) -> Line:
    """Give a line of which goods came back: with all that went out, it is returned."""
    count = (line.back or 0) + quantity
    now = replace(line, shipped=line.out, returned=line.returned + quantity, back=count)
    whole = count == now.shipped and not line.to_ship
    return replace(now, counted=True, status="returned" if whole else line.status)


def over_by(order: Order) -> Order:
    """Give an order that is over where nothing of its lines is still with its customer."""
    states = {line.status for line in order.lines}
    if states == {"cancelled"}:
        return replace(order, status="cancelled")
    return replace(order, status="returned") if states <= {"cancelled", "returned"} else order


def plus(state: State, order: Order, quantity: int) -> Order | None:
    """Put a line into an order, at the price of today by all its pieces; what was agreed stands."""
    if order.kind not in ("sale", "quote", "renewal") or order.status in (*NOT_COMING, "returned"):
        return None
    pieces = sum(
        line.quantity - line.cancelled
        for line in order.lines
        if line.sku == GOODS and line.status not in NOT_COMING
    )
    number = max([0, *(line.number for line in order.lines)]) + 1
    line = Line(number, GOODS, quantity, priced(state, GOODS, pieces + quantity))
    if order.status == "completed":
        line = replace(line, status="completed")
    status = "partly shipped" if order.status in ("shipped", "delivered") else order.status
    more = replace(order, lines=(*order.lines, line), status=status)
    return billed(replace(more, summed=True, figures=True))


# Giving up, and taking up again


def put_into(state: State, order: Order, value: str) -> State | None:
    """Put an order into a status; a return or switch gives back, or takes again, what it took."""
    after = state.having(put(order, value))
    if (order.status in OVER) is (value in OVER):
        return after
    return given_up(after, order) if value in OVER else taken_up(after, order)


def given_up(state: State, order: Order) -> State | None:
    return given_back(state, order) if order.kind in ("return", *SWITCHES) else state


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
        if original is None:
            return state
        for line in order.lines:
            if left_of(original, line.number) < line.quantity:
                return None
            original = returned(original, line.number, line.quantity)
        return state.having(original)
    return moved(state, order.took) if there(state, order.took) else None


def left_of(order: Order, number: int) -> int:
    """Count what is left of a line by the pieces alone, whatever its status."""
    return next(one for one in order.lines if one.number == number).remaining


def there(state: State, took: tuple[tuple[int, int, int], ...]) -> bool:
    """Tell whether what is to be taken is there."""
    for key, number, quantity in took:
        order = state.get(key)
        if quantity > 0 and order is not None:
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
    lines = tuple(_more(line, came.get(line.number, 0), status) for line in order.lines)
    return over_by(replace(order, status=status, lines=lines))


def _more(line: Line, quantity: int, status: str) -> Line:
    more = replace(line, returned=line.returned - quantity, counted=True)
    if not quantity:
        return more
    if line.back is not None:
        own = status if status in DONE else "shipped"
        was = own if line.status == "returned" else line.status
        return replace(more, back=line.back - quantity, status=was)
    ended = line.status == "cancelled" and not line.remaining
    return replace(more, status=status) if ended else more
