"""Showing: moments, money, quantities and statuses as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from orderglot.core.customer import Customer
from orderglot.core.journal import Row
from orderglot.core.line_quantities import cancelled, returned, shipped
from orderglot.core.order import Address, Line, Order
from orderglot.core.quantities import Quantity, size
from orderglot.core.values import Status
from orderglot.wire.changes import example

NOTHING = Markup('<span class="soft">none</span>')

MOST_SPELLED, MOST_PLACES = 10**15, 12
"""An amount is written out where it is smaller, to so many places."""

SHAPES = {
    Status.DRAFT: "",
    Status.RECEIVED: "",
    Status.PROCESSING: "",
    Status.CHARGED: "",
    Status.PACKING: "part",
    Status.PARTLY_SHIPPED: "part",
    Status.SHIPPED: "done",
    Status.DELIVERED: "done",
    Status.COMPLETED: "done",
    Status.RETURNED: "gone",
    Status.ON_HOLD: "held",
    Status.CANCELLED: "gone",
    Status.FAILED: "bad",
}
"""The shape that stands before the word of a status, by the name of its style."""


def members(named: Mapping[str, Any]) -> str:
    """Show some members with their values on one line."""
    return ", ".join(f"{name}: {value}" for name, value in named.items())


def when(moment: datetime | None, zone: tzinfo, *, seconds: bool = False) -> Markup:
    """Show a moment by the reader's clock; what the clock in Greenwich shows stands behind it."""
    if moment is None:
        return NOTHING
    utc = moment.astimezone(UTC)
    try:
        local = utc.astimezone(zone)
    except OverflowError:
        local = utc
    form = "%H:%M:%S" if seconds else "%H:%M"
    same_year = local.year == datetime.now(UTC).year
    # The platform's own %e and %Y differ from one to another for the first thousand years.
    day = f"{local.day} {local:%b}" + ("" if same_year else f" {local.year}")
    return Markup('<time datetime="{}" title="{} UTC">{} {}</time>').format(
        utc.isoformat().replace("+00:00", "Z"),
        utc.isoformat(sep=" ", timespec="seconds")[:19],
        day,
        local.strftime(form),
    )


def money(amount: Decimal | None, currency: str = "") -> Markup:
    """Show an amount to the last digit, in cents at least, before its currency."""
    if amount is None:
        return Markup('<span class="soft">?</span>')
    plain = str(amount)
    if amount.is_finite() and abs(amount) < MOST_SPELLED:
        places = -int(amount.normalize().as_tuple().exponent)
        plain = f"{amount:,.{min(max(places, 2), MOST_PLACES)}f}"
    return Markup("{}{}").format(
        plain, Markup(" <small>{}</small>").format(currency) if currency else ""
    )


def number(quantity: Quantity | None) -> str:
    """Show a quantity as it was counted."""
    return "" if quantity is None else f"{quantity:,}"


def state(order: Order) -> Markup:
    """Show the status of an order as a shape and a word, and how far it has come where that is in between."""
    words = str(order.status)
    if order.status is Status.PARTLY_SHIPPED:
        whole = sum(size(one.quantity) for one in order.lines)
        words = f"part shipped {number(sum(map(shipped, order.lines)))} of {number(whole)}"
    elif order.status is Status.ON_HOLD and order.details and order.details.hold_reason:
        words = f"on hold: {order.details.hold_reason}"
    return shaped(order.status, words)


def shaped(status: Status | None, words: str = "") -> Markup:
    """Show a status as a shape and a word."""
    if status is None:
        return NOTHING
    return Markup('<span class="s {}">{}</span>').format(SHAPES[status], words or str(status))


def bar(line: Line) -> Markup:
    """Draw what became of a line: how much went out, came back, was cancelled, is still to come."""
    whole = float(size(line.quantity)) or 1.0
    back, gone, off = (float(part(line)) for part in (returned, shipped, cancelled))
    shares = (("out", gone - back), ("back", back), ("off", off))
    counted = ((shipped(line), "shipped"), (returned(line), "back"), (cancelled(line), "cancelled"))
    parts = ", ".join(f"{number(many)} {what}" for many, what in counted if many) or "nothing yet"
    words = f"{parts} of {number(size(line.quantity))}"
    drawn, at = Markup(""), 0.0
    for name, share in shares:
        width = max(0.0, min(100.0 - at, 100.0 * share / whole))
        drawn += Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height="6"/>').format(
            name, at, width
        )
        at += width
    return Markup(
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><title>{}</title>{}</svg>'
    ).format(words, words, drawn)


def address(place: Address | None) -> Markup:
    """Show an address on several lines."""
    if place is None:
        return NOTHING
    rows = (
        place.company,
        _full(place.first_name, place.last_name),
        place.line_1,
        place.line_2,
        _full(place.city, place.state, place.postal_code),
        place.country_name or place.country,
        place.phone,
        place.email,
    )
    return Markup("<br>").join(filter(None, rows)) or NOTHING


def who(order: Order, owner: Customer | None = None) -> str:
    """Name whose order it is: as is on record of the ``owner``, else as the order has it."""
    names = list[str]()
    if owner is not None:
        company = owner.bill_to.company if owner.bill_to else ""
        names += [owner.name, company, _full(owner.first_name, owner.last_name)]
    for to in (order.bill_to, order.ship_to):
        names += [to.company, _full(to.first_name, to.last_name)] if to else []
    names.append(order.customer.number if order.customer else "")
    return next(filter(None, names), "")


def came(order: Order) -> str:
    """Say from where an order came: its source, else the first dialect that knows it by an id."""
    return order.source or next((one.dialect for one in order.references), "")


WORDS = {"kept": "taken over", "placed": "created"}
"""What some events are called where people read them."""


def event(what: str) -> str:
    """Say what happened."""
    return WORDS.get(what, what)


def _full(*names: str) -> str:
    return " ".join(filter(None, names))


def tone(row: Row) -> str:
    """Say whether an exchange went well, by the name of its style."""
    return "no" if row.status == 0 or row.status >= 400 or row.reason else "ok"


def day(moment: date | None) -> Markup:
    """Show a day."""
    return NOTHING if moment is None else Markup.escape(moment.isoformat())


FILTERS = {
    "when": when,
    "money": money,
    "number": number,
    "state": state,
    "shaped": shaped,
    "bar": bar,
    "address": address,
    "who": who,
    "came": came,
    "event": event,
    "day": day,
    "members": members,
    "tone": tone,
    "example": example,
    "shipped": shipped,
    "returned": returned,
    "cancelled": cancelled,
}
