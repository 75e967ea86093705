"""Steps of a seller's that make a second order: so much of an order's first line goes, or comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.life.book_model import GOODS, ZERO, Line, Order, State, payable, priced
from tests.life.model_changes import billed, came_back, detailed, over_by
from tests.life.ways import Members
from tests.life.writes.seller import RUNNING, amounts, status_left, status_of
from tests.life.writes.write import SellerWrite, lines


@dataclass(frozen=True)
class Divides(SellerWrite):
    """Split an order, or take goods back; discounts, vouchers and taxes are not divided here."""

    name: str = "split"
    quantity: int = 2

    @property
    def command(self) -> str:
        return self.name

    def can_be_tried(self, state: State) -> bool:
        order = state.get(self.target)
        return order is None or not (order.off or order.voucher or order.rate)

    def of(self, state: State, order: Order) -> State | None:
        return (split if self.name == "split" else goods_back)(self, state, order)

    def members(self) -> Members:
        return lines(self.quantity)


@dataclass(frozen=True)
class Exchanges(Divides):
    """Take goods back, and sell so much of others for them: there are two new orders."""

    name: str = "exchange"
    more: int = 4
    sku: str = GOODS

    def of(self, state: State, order: Order) -> State | None:
        after = goods_back(self, state, order) if self.sku == GOODS else None
        if after is None:
            return None
        line = Line(1, GOODS, self.more, priced(state, GOODS, self.more))
        sale = Order(-self.key, lines=(line,), of=(order.key,), customer=order.customer)
        return after.having(replace(sale, name=order.name, po_number=order.po_number))

    def members(self) -> Members:
        goods = [{"sku": self.sku, "quantity": self.more}]
        return {**lines(self.quantity), "for": goods}


def split(write: Divides, state: State, order: Order) -> State | None:
    if order.status not in RUNNING | {"on hold"} or order.kind != "sale":
        return None
    if order.asked is not None:
        return None
    order = replace(order, lines=detailed(order))
    parts = amounts(order, write.quantity)
    if parts is None:
        return None
    line = next(one for one in order.lines if one.number == 1)
    stays = replace(line, quantity=line.quantity - write.quantity)
    if not stays.to_ship:
        stays = replace(stays, status="shipped" if stays.out else "cancelled")
    rest = tuple(stays if one is line else one for one in order.lines)
    rest = tuple(one for one in rest if one.quantity)
    if not any(one.out or one.to_ship for one in rest):
        return None
    return state.having(*divided(order, line, rest, write))


def divided(
    order: Order, line: Line, rest: tuple[Line, ...], write: Divides
) -> tuple[Order, Order]:
    """Give what is left of an order and its second part: paid in full, both are; shipping stays."""
    status = "processing" if line.status == "partly shipped" else line.status
    moved = Line(1, line.sku, write.quantity, line.price, status, counted=line.counted)
    lines = (replace(moved, seats=line.seats),)
    held = order.status != "partly shipped"
    second = replace(
        order,
        key=write.key,
        id=0,
        made=0,
        lines=lines,
        status=status_left(order, lines) if held else status_of(lines),
        shipping=ZERO,
        paid=ZERO,
        by_word=ZERO,
        last=0,
        of=(order.key,),
    )
    first = replace(order, lines=rest, status=status_left(order, rest))
    total, part = order.total or ZERO, second.total or ZERO
    if order.figures and order.paid >= total > 0:
        word = payable(order.by_word * part / order.paid)
        second = replace(second, paid=part, by_word=word, bill="paid in full")
        return replace(first, paid=order.paid - part, by_word=order.by_word - word), second
    return billed(first) if order.figures else first, replace(second, bill="unpaid")


def goods_back(write: Divides, state: State, order: Order) -> State | None:
    states = RUNNING | {"on hold", "shipped", "delivered", "completed", "returned"}
    if order.status not in states or order.kind != "sale":
        return None
    order = replace(order, lines=detailed(order))
    named = [one for one in order.lines if one.number == 1]
    if len(named) != 1 or named[0].seats:
        return None
    line = named[0]
    there = min(line.out - (line.back or 0), line.returnable)
    if line.quantity < 0 or there < write.quantity:
        return None
    lines = tuple(came_back(one, write.quantity) if one is line else one for one in order.lines)
    taken = Line(1, line.sku, write.quantity, line.price)
    new = Order(
        write.key,
        kind="return",
        customer=order.customer,
        name=order.name,
        po_number=order.po_number,
        lines=(taken,),
        of=(order.key,),
        figures=False,
        by_parcels=True,
        from_status=order.status,
    )
    return state.having(over_by(replace(order, lines=lines)), new)
