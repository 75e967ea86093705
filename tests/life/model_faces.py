"""What every face has to show by the plain model, in the words of each vendor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tests.life.book_model import NOT_COMING, OVER, SWITCHES, ZERO, Line, Order, State, payable
from tests.life.model_changes import detailed
from tests.life.writes.catalyst import STATUSES

Shown = Mapping[str, Any]
"""What faces show, by the face and what it is asked."""

KOLE = {
    **dict.fromkeys(("received", "processing"), "PROCESSING"),
    "charged": "CHARGED",
    **dict.fromkeys(("packing", "partly shipped"), "PACKAGING"),
    **dict.fromkeys(("shipped", "delivered", "completed"), "SHIPPED"),
    **dict.fromkeys(("on hold", "draft"), "HOLD"),
    **dict.fromkeys(("cancelled", "failed", "returned"), "VOID"),
}
ADOBE = {
    "draft": "",
    **dict.fromkeys(("completed", "shipped", "delivered"), "1000"),
    "failed": "1004",
    **dict.fromkeys(("cancelled", "returned"), "1008"),
}
TYPES = {
    "sale": "NEW",
    "quote": "PREVIEW",
    "return": "RETURN",
    "switch": "SWITCH",
    "switch reversal": "REVERT_SWITCH",
    "renewal": "RENEWAL",
}
CATALYST = {
    **STATUSES,
    "partly shipped": STATUSES["packing"],
    "delivered": STATUSES["completed"],
    "returned": STATUSES["cancelled"],
}


def kodaris_word(status: str) -> str:
    return status.title()


def expected(state: State, touched: Iterable[int]) -> Shown:
    """Give what every face has to show: all lists, and the items of the orders ``touched``."""
    orders = state.there()
    mine = [one for one in orders if one.customer == 1]
    shown: dict[str, Any] = {
        "kole": {one.id: _kole(one) for one in mine if one.is_shown("kole")},
        "kodaris": {one.id: _kodaris(one) for one in orders if one.is_shown("kodaris")},
        "catalyst": {one.id: _catalyst(one) for one in orders},
        "adobe": {one.id: _adobe(one, state) for one in mine if one.is_shown("adobe")},
        "orderglot": {one.id: _ours(one, state) for one in orders},
    }
    shown["adobe"] = with_common_names(shown["adobe"])
    for key in touched:
        if (order := state.get(key)) is not None:
            shown[f"items {order.id}"] = [_item(order, line) for line in order.lines]
            shown[f"komet {order.id}"] = _komet(order)
            shown[f"linked {order.id}"] = _linked(state, order)
            shown[f"kole in xml {order.id}"] = shown["kole"].get(order.id)
            shown[f"orderglot {order.id}"] = shown["orderglot"][order.id]
            shown[f"orderglot linked {order.id}"] = {one.id for one in _every_linked(state, order)}
    return shown


def with_common_names(orders: Any) -> Any:
    """Name subscriptions by the first line that has them, whatever they are called."""
    names: dict[str, str] = {}
    for id, order in sorted(orders.items()):
        for number, *_, seats in order["lines"]:
            names.setdefault(seats, f"{id}/{number}" if seats else "")
    return {
        id: {**order, "lines": [(*line, names[seats]) for *line, seats in order["lines"]]}
        for id, order in orders.items()
    }


def _sign(order: Order) -> int:
    return -1 if order.kind == "return" else 1


def _kole(order: Order) -> Any:
    due = _known(order.total) if order.figures else None
    owed = None if due is None else due - order.paid
    return {
        "status": KOLE[order.status],
        "po_number": order.po_number,
        "items": [(line.sku, _sign(order) * line.quantity) for line in order.lines],
        "due": due,
        "owed": owed,
    }


def _kodaris(order: Order) -> Any:
    return {"status": kodaris_word(order.status), "total": _known(order.total)}


def _catalyst(order: Order) -> Any:
    return {
        "status": CATALYST[order.status],
        "name": order.name,
        "total": _known(order.total) or ZERO,
        "shipping": order.shipping,
        "off": order.off,
        "quote": order.kind == "quote",
        "invoiced": order.bill == "paid in full",
        "customer": order.customer,
    }


def _adobe(order: Order, state: State) -> Any:
    goes = [line for line in order.lines if order.kind in SWITCHES and line.quantity < 0]
    came = [line for line in order.lines if line not in goes]
    of = [state.orders[key].id for key in order.of[:1]]
    names = order.kind in ("return", "switch reversal")
    return {
        "type": TYPES[order.kind],
        "status": ADOBE.get(order.status, "1002"),
        "of": str(of[0]) if of and names else "",
        "lines": [
            (
                line.number,
                line.sku,
                line.quantity,
                ADOBE.get(line.status, "1002"),
                line.remaining if line.counted else None,
                line.seats,
            )
            for line in came
        ],
        "cancelling": [(line.sku, -line.quantity) for line in goes],
    }


def _item(order: Order, line: Any) -> Any:
    total = None if line.total is None else _sign(order) * line.total
    return (line.sku, _sign(order) * line.quantity, line.price, total)


def _komet(order: Order) -> Any:
    withdrawn = order.status == "cancelled" and not order.received
    if order.customer != 1 or withdrawn or not order.is_shown("komet"):
        return None
    items = [_item(order, line) for line in order.lines]
    items = [(quantity, total) for _, quantity, _, total in items]
    status = 1 if order.status == "draft" else 2
    return {"status": status, "items": items, "total": _known(order.total)}


def _linked(state: State, order: Order) -> Any:
    if not order.is_shown("kodaris"):
        return None
    return {one.id for one in _every_linked(state, order) if one.is_shown("kodaris")}


def _every_linked(state: State, order: Order) -> list[Order]:
    return [one for one in state.there() if one.key in order.of or order.key in one.of]


def _ours(order: Order, state: State) -> Any:
    due = _known(order.total) if order.figures else None
    return {
        "kind": order.kind,
        "status": order.status,
        "name": order.name,
        "po_number": order.po_number,
        "customer": order.customer,
        "lines": [_our_line(order, one) for one in detailed(order)],
        "total": _known(order.total),
        "bill": order.bill,
        "amounts": [due, None if due is None else due - order.paid],
        "paid": order.paid,
        "links": {state.orders[key].id for key in order.of},
    }


def _our_line(order: Order, line: Line) -> Any:
    """Give a line as the book has it: of goods that came back it counts below zero, of seats not.

    Seats come back without a price.
    """
    below = order.kind == "return" and line.price is not None
    gone = abs(line.quantity) - (line.shipped or 0)
    cancelled = gone if line.status in NOT_COMING else line.cancelled
    back = line.out if line.status == "returned" else 0
    return {
        "line": (line.number, line.sku, line.price, line.status),
        "ordered": -line.quantity if below else line.quantity,
        "became": (cancelled, line.out, back if line.back is None else line.back),
        "left": line.remaining if line.counted else None,
    }


def _known(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else payable(amount)


def counts(state: State, status: str) -> Shown:
    """Give how many orders of a status each face has by the model."""
    shown = expected(state, ())
    code = ADOBE.get(status, "1002")
    words = {"catalyst": CATALYST[status], "kodaris": kodaris_word(status), "adobe": code}
    orders = state.there()
    turnover = sum((_turnover(one) for one in orders), ZERO)
    return {
        "book": (len(orders), sum(len(one.lines) for one in orders), turnover, 0),
        **{
            f"{face} of a status": sum(one["status"] == word for one in shown[face].values())
            for face, word in words.items()
            if word
        },
    }


def _turnover(order: Order) -> Decimal:
    """Tell what a seller has sold by an order, below zero by a return."""
    if order.status in OVER or order.kind == "quote":
        return ZERO
    total = order.total or ZERO
    return -abs(total) if order.kind == "return" else total
