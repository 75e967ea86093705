"""What each step is told: the members of a request into the step that is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from orderglot.core import goods_steps, lifecycle, reassigning, steps
from orderglot.core.cancellation_requests import CancellationState
from orderglot.core.correcting import Correction
from orderglot.core.errors import Rule
from orderglot.core.goods_steps import Made
from orderglot.core.order import Line, Order
from orderglot.core.ports import UnitOfWork
from orderglot.core.quantities import Quantity
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.steps import Work
from orderglot.dialects.orderglot import known_members
from orderglot.dialects.orderglot.changes import customer_named
from orderglot.dialects.orderglot.drafts import changed_address, read_customer, read_quantity
from orderglot.dialects.orderglot.step_shapes import CORRECTED_SHIPPING
from orderglot.dialects.orderglot.tables import LONGEST_NOTES
from orderglot.wire.form import Form


class Taken(Struct, frozen=True):
    """A step as it is asked for: what is done, and what its event says."""

    work: Work
    name: str
    why: str = ""


Read = Callable[[Form], Taken]
Make = Callable[[UnitOfWork, Order], Awaitable[Made]]


def _quantities(form: Form) -> dict[int, Quantity]:
    """Read how much of which line, by their numbers."""
    found: dict[int, Quantity] = {}
    for one in form.each("line"):
        number = one.whole("number", required=True)
        if number in found:
            one.refuse("number", Rule.DUPLICATE, f"Line {number} is named twice.")
        elif number is not None:
            found[number] = read_quantity(one)
    return found


def _goods(form: Form, name: str) -> tuple[Line, ...]:
    """Read how much of which SKU is to come."""
    return tuple(
        Line(sku=one.text("sku", required=True), quantity=read_quantity(one))
        for one in form.each(name)
    )


def _reason(form: Form) -> str:
    return form.text("reason")


def plain(name: str, step: Callable[[Order], Order]) -> Read:
    return lambda _form: Taken(steps.alone(lambda order, _now: step(order)), name)


def read_hold(form: Form) -> Taken:
    reason = form.text("reason", required=True)
    return Taken(steps.alone(lambda order, _now: lifecycle.hold(order, reason)), "hold", reason)


def read_ship(form: Form) -> Taken:
    content = _quantities(form)
    parcel = Shipment(
        carrier=form.text("carrier"),
        service=form.text("service"),
        tracking=form.text("tracking"),
        tracking_url=form.text("tracking_url"),
        lines=tuple(ShippedLine(number=number, quantity=one) for number, one in content.items()),
    )
    return Taken(steps.alone(lambda order, now: lifecycle.ship(order, parcel, now)), "ship")


def read_complete(_form: Form) -> Taken:
    return Taken(steps.alone(lifecycle.complete), "complete")


def read_cancel(form: Form) -> Taken:
    reason, wanted, by = _reason(form), _quantities(form), form.text("by")
    if form.flag("ask"):
        return Taken(steps.asking_to_cancel(reason, wanted, by), "ask", reason)
    if by:
        form.refuse("by", Rule.UNEXPECTED, "It goes with `ask`.")
    return Taken(steps.cancelling_for(reason, wanted), "cancel", reason)


ANSWERS = {
    "accept": CancellationState.ACCEPTED,
    "refuse": CancellationState.REFUSED,
    "too-late": CancellationState.TOO_LATE,
}


def read_answer(form: Form) -> Taken:
    word, reason = form.choice("answer", ANSWERS, required=True), _reason(form)
    state = ANSWERS.get(word, CancellationState.REFUSED)
    return Taken(steps.answering(state, reason, form.text("by")), "answer", reason)


def read_correct(form: Form) -> Taken:
    texts = {name: form.text(name) for name in CORRECTED_SHIPPING if name in form.members}
    head: dict[str, Any] = {
        name: form.text(name, longest=LONGEST_NOTES if name == "notes" else None)
        for name in ("po_number", "notes")
        if name in form.members
    }
    lines: dict[str, Any] = {
        "quantities": _quantities(form),
        "removed": tuple(_numbers(form, "remove")),
        "added": _goods(form, "add"),
    }
    addresses = {name: form.inside(name) for name in ("bill_to", "ship_to")}
    if not form.members.keys() - {"reason"}:
        reason = f"Say what is to be corrected: {', '.join(sorted(known_members.STEPS['correct'].names))}."
        form.refuse("", Rule.REQUIRED, reason)

    async def work(unit: UnitOfWork, order: Order) -> Order:
        inner = Form({name: one.members for name, one in addresses.items()})
        places: dict[str, Any] = {
            name: changed_address(inner, name, getattr(order, name)) for name in addresses
        }
        correction = Correction(**head, **lines, **places, shipping=texts)
        return await steps.correcting_as(correction)(unit, order)

    for name in addresses:
        changed_address(form, name, None)
    return Taken(work, "correct", _reason(form))


def _numbers(form: Form, name: str) -> list[int]:
    """Read a list of the numbers of lines."""
    values = form.members.get(name) or []
    if not isinstance(values, list):
        form.refuse(name, Rule.MALFORMED, "This must be a list of line numbers.")
        return []
    each = {str(place): value for place, value in enumerate(values)}
    inner = Form(each, form.name_of(name), form.problems)
    read = [inner.whole(place, required=True, least=1) for place in each]
    return [number for number in read if number is not None]


def read_reprice(form: Form) -> Taken:
    prices = {}
    for one in form.each("line"):
        number, price = one.whole("number", required=True), one.amount("price")
        if price is not None and price < 0:
            one.refuse("price", Rule.RANGE, f"{price} is less than nothing.")
        if number in prices:
            one.refuse("number", Rule.DUPLICATE, f"Line {number} is named twice.")
        elif number is not None:
            prices[number] = price
    return Taken(steps.repricing_at(prices), "reprice", _reason(form))


def read_move(form: Form) -> Taken:
    if form.members.get("customer") is None:
        form.refuse("customer.id", Rule.REQUIRED, "Say whose it is to be.")
    named = read_customer(form)

    async def work(unit: UnitOfWork, order: Order) -> Order:
        assert named is not None
        customer = await customer_named(unit, named.references[0])
        return await reassigning.move(unit, order, customer)

    return Taken(work, "move", _reason(form))


def read_note(form: Form) -> Taken:
    text = form.text("text", required=True, longest=LONGEST_NOTES)
    return Taken(steps.alone(lambda order, _now: lifecycle.note(order, text)), "note", text)


def read_delete(form: Form) -> Taken:
    return Taken(steps.alone(lifecycle.delete), "delete", _reason(form))


def read_split(form: Form) -> Make:
    wanted, why = _quantities(form), _reason(form)
    if not wanted:
        form.refuse("line", Rule.REQUIRED, "Say what goes into the new order.")
    return lambda unit, order: goods_steps.split_order(unit, order, wanted, why)


def read_return(form: Form) -> Make:
    wanted, why = _quantities(form), _reason(form)
    return lambda unit, order: goods_steps.return_goods(unit, order, wanted, why)


def read_exchange(form: Form) -> Make:
    wanted, goods, why = _quantities(form), _goods(form, "for"), _reason(form)
    if not goods:
        form.refuse("for", Rule.REQUIRED, "Say what is sent instead.")
    return lambda unit, order: goods_steps.exchange_goods(unit, order, wanted, goods, why)
