"""A plain model of one book: what each order is, and what each face has to show of it.

It knows the words of five vendors and nothing of how the hub works. A state is never changed: a write
gives another one, or None where it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    def coming(self) -> int:
        """How much of it a price goes by: what was not cancelled."""
        return (self.shipped or 0) if self.status in NOT_COMING else self.quantity - self.cancelled

    @property
    def to_ship(self) -> int:
        return 0 if self.status in (*DONE, *NOT_COMING, "returned") else self.unsent

    @property
    def unsent(self) -> int:
        """How much neither went out nor was cancelled or given back, as far as that is counted."""
        there = max(0, abs(self.quantity) - self.cancelled - (self.shipped or 0))
        given_up = self.remaining - (self.shipped or 0) + (self.back or 0)
        return max(0, min(there, given_up)) if self.counted else there


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
    voucher: Decimal | None = None
    shipping: Decimal = ZERO
    rate: Decimal = ZERO
    """The tax on its shipping, as a part of one."""
    paid: Decimal = ZERO
    by_word: Decimal = ZERO
    """How much of it is paid only because somebody called it paid in full."""
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
    by_parcels: bool = False
    """Of a return: whether it took what parcels had."""
    from_status: str = "shipped"
    """Of a return: which status the order had that it is of."""
    asked: int | None = None
    """How much of line 1 is asked to be cancelled, 0 where it is all of the order, None where nobody asks."""
    last: int = 0
    """The highest number of a line that was taken out."""
    took: tuple[tuple[int, int, int], ...] = ()
    """What a switch took: so much of which line of which order; below zero it gave that back."""

    def is_shown(self, vendor: str) -> bool:
        """Tell whether a vendor's API has a word for an order as it is."""
        if vendor == "catalyst":
            return True
        return self.kind != "quote" and (self.status != "draft" or vendor == "komet")

    @property
    def is_nothing(self) -> bool:
        return self.deleted or self.status in OVER or self.kind == "quote"

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
        goods = payable(self.goods)
        return max(goods - self.off - (self.voucher or ZERO), min(goods, ZERO))

    @property
    def total(self) -> Decimal | None:
        tax = payable(self.shipping * self.rate)
        return None if self.discounted is None else self.discounted + self.shipping + tax


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

    def by_age(self) -> State:
        """Let the orders go by their age: of those that were made at once, by their ids."""
        oldest_first = sorted(self.orders.values(), key=lambda one: (one.made, one.id))
        return replace(self, orders={one.key: one for one in oldest_first})

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
        linked = (order.key in other.of or other.key in order.of for other in self.there())
        return any(linked) or any(self.taken_of(order))

    def has_lost_seats(self, order: Order) -> bool:
        """Tell whether a switch or reversal that was not undone took seats of an order."""
        undone = {
            key
            for one in self.there()
            if one.kind == "switch reversal" and one.status not in OVER
            for key in one.of
        }
        return any(part > 0 and key not in undone for key, part in self.taken_of(order))

    def taken_of(self, order: Order) -> Iterator[tuple[int, int]]:
        """Give the keys of those that stand and took seats of an order, each with how many."""
        for other in self.there():
            if other.status not in OVER:
                yield from ((other.key, part) for key, _, part in other.took if key == order.key)


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
