"""A write: how a client asks for it, and what it comes to in the plain model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from orderglot.wire.message import Response
from tests.life.book_model import Line, Order, State, priced
from tests.life.doors import Doors
from tests.life.ways import WAYS, Members
from tests.life.ways import Sent as Sent


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
    """A step of the seller's own, taken in one of the three ways that there are."""

    way: str = field(default="http", kw_only=True)

    @property
    def command(self) -> str:
        """Name the command of ``orderglot orders``, or else the step."""
        raise NotImplementedError

    @property
    def step(self) -> str:
        """Name the step as our own API does."""
        return self.command

    async def send(self, doors: Doors, id: int) -> Sent:
        return await WAYS[self.way](doors, id, self.step, self.members())

    def members(self) -> Members:
        """Give what the step is told, in the members of our own API."""
        raise NotImplementedError


def lines(quantity: int) -> Members:
    """Say so much of line 1, or nothing of any line."""
    return {"line": [{"number": 1, "quantity": quantity}]} if quantity else {}


def bought(state: State, key: int, sku: str, quantity: int, **more: Any) -> Order:
    line = Line(1, sku, quantity, priced(state, sku, quantity))
    return Order(key, lines=(line,), **more)


def made(response: Response, id: Callable[[Response], Any]) -> Sent:
    return (True, int(id(response))) if 200 <= response.status < 300 else (False, None)
