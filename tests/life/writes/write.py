"""A write: how a client asks for it, and what it comes to in the plain model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from orderglot.core import order as core
from orderglot.core.caller import Caller
from orderglot.core.errors import HubError
from orderglot.core.order import HUB, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.wire.message import Response
from tests.life.book_model import Line, Order, State, priced
from tests.life.doors import Doors

Sent = tuple[bool, int | tuple[int, int] | None]
"""Whether a write was taken, and the id of the order that it made or went into, where it says so.

One that made two orders says both: the second one is called by its key below zero.
"""


@dataclass(frozen=True)
class Write:
    """A write; ``key`` is what an order that it makes is called, ``target`` which one it is about."""

    key: int
    target: int = -1
    vendor: ClassVar[str] = ""
    """Whose client asks: of an order that his API has no word for he knows nothing."""
    is_one_request: ClassVar[bool] = True
    """Whether nobody's write comes between, so that two at once are as one after the other."""

    def expected(self, state: State) -> State | None:
        """Give the state after it, None where it is refused."""
        order = state.shown(self.target, self.vendor) if self.vendor else state.get(self.target)
        return None if order is None else self.of(state, order)

    def can_be_tried(self, state: State) -> bool:
        """Tell whether the model can tell what comes of it."""
        return True

    def of(self, state: State, order: Order) -> State | None:
        raise NotImplementedError

    async def send(self, doors: Doors, id: int) -> Sent:
        raise NotImplementedError


@dataclass(frozen=True)
class SellerWrite(Write):
    """A step of the seller's own, which the command of its name takes."""

    @property
    def command(self) -> str:
        """Name the command of ``orderglot orders``, or else the step."""
        raise NotImplementedError

    async def send(self, doors: Doors, id: int) -> Sent:
        async def work(unit: UnitOfWork) -> int | tuple[int, int] | None:
            return await self.take(unit, await unit.get(Reference(HUB, str(id))))

        try:
            return True, await doors.store.of(Caller(seller=doors.seller)).transact(work)
        except HubError:
            return False, None

    async def take(self, unit: UnitOfWork, order: core.Order) -> int | tuple[int, int] | None:
        """Take the step in a unit, and give the ids of the orders that it made, if any."""
        raise NotImplementedError


def bought(state: State, key: int, sku: str, quantity: int, **more: Any) -> Order:
    line = Line(1, sku, quantity, priced(state, sku, quantity))
    return Order(key, lines=(line,), **more)


def made(response: Response, id: Callable[[Response], Any]) -> Sent:
    return (True, int(id(response))) if 200 <= response.status < 300 else (False, None)
