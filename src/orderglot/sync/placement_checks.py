"""Placement checks: why an order of the book may not be sent to a vendor, told before it is sent."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.open_cancellations import open_request
from orderglot.core.order import Identity, Line, Order, id_at, is_channel
from orderglot.core.parties import Role
from orderglot.core.ports import PLACED, Book
from orderglot.core.values import Kind, Status
from orderglot.sync.notes import PLACING, Placing, read
from orderglot.sync.packing import packed_for
from orderglot.sync.vendor import Vendor
from orderglot.wire.loss import in_its_boxes, untaken
from orderglot.wire.whole_quantities import fractions

ENDED = frozenset({Status.CANCELLED, Status.FAILED, Status.RETURNED})
"""What is not to be delivered any more."""

NEVER = frozenset({Kind.RETURN, Kind.QUOTE, Kind.ADJUSTMENT})
"""Kinds of orders in which nothing is bought."""

DELIVERY = (
    *(f"ship_to.{name}" for name in ("company", "first_name", "last_name", "line_1", "line_2")),
    *(f"ship_to.{name}" for name in ("city", "state", "postal_code", "country", "country_name")),
    *("lines.deliver_by", "lines.box", "lines.details.unit_code", "lines.details.ship_to"),
    *("lines.details.cancelled", "lines.details.shipped", "lines.details.returned"),
    *(
        f"{part}.schedule.{day}"
        for part in ("details", "lines.details")
        for day in ("wanted", "not_before", "cancel_after")
    ),
    *("details.parties", "details.shipments"),
)
"""The members of an order on which it depends what is delivered, where to and when."""

MONEY = (
    *("discount.code", "discount.amount", "discount.voucher", "discount.voucher_amount"),
    *("lines.discount_code", "lines.promotions.code"),
    *("details.allowance_charges", "lines.details.allowance_charges"),
)
"""The members on which it depends what it costs. Prices and sums are compared afterwards."""

OF_PRICES = (
    *("details.prices_include_tax", "lines.details.prices_include_tax"),
    "lines.details.price_quantity",
)
"""What a price means: it costs something else where a vendor is told the price without it."""

PRICE = "lines.unit_price"

PIECES = frozenset({"C62", "EA", "H87"})
"""The codes of units in which a quantity without a unit is counted."""


class Terms(Struct, frozen=True, kw_only=True):
    """What a person has said about a placing.

    ``absent``: the vendor was asked and does not have the order. ``also``: it may go to a second
    vendor. ``without``: these members may be lost, dotted, each with all that is inside it.
    """

    absent: bool = False
    also: bool = False
    without: tuple[str, ...] = ()


NO_TERMS = Terms()


async def refusals(book: Book, vendor: Vendor, order: Order, terms: Terms) -> tuple[Problem, ...]:
    """Give everything that speaks against sending an order to a vendor, each with the next step."""
    elsewhere = () if terms.also else await _elsewhere(book, vendor, order)
    return (
        *_state(order),
        *_kind(vendor, order),
        *_lines(vendor, order),
        *await _boxes(book, vendor, order),
        *_test(vendor, order),
        *_currency(vendor, order, (await book.seller()).currency, terms),
        *_customer(vendor, order),
        *_with_another(elsewhere),
        *_lost(vendor, order, terms),
    )


def _state(order: Order) -> Iterator[Problem]:
    if order.deleted is not None:
        reason = "The order is deleted; there is nothing to be placed."
        yield Problem("deleted", Rule.STATE, reason)
    elif order.status in ENDED:
        reason = f"The order is {order.status}; what is to be delivered needs a new order."
        yield Problem("status", Rule.STATE, reason)
    elif order.status is Status.DRAFT:
        reason = "The order is a draft; submit it first."
        yield Problem("status", Rule.STATE, reason)
    else:
        yield from _asked(order)


def demand_unasked(order: Order) -> None:
    """Raise Invalid where an order is asked to be cancelled."""
    for problem in _asked(order):
        raise Invalid(problem)


def _asked(order: Order) -> Iterator[Problem]:
    if open_request(order) is not None:
        reason = (
            "The order is asked to be cancelled; answer that first: 'orderglot orders "
            f"answer-cancellation {order.number or order.id}'."
        )
        yield Problem("details.cancellations", Rule.STATE, reason)


def _kind(vendor: Vendor, order: Order) -> Iterator[Problem]:
    shows_kind = order.kind is Kind.SALE or "kind" in vendor.dialect.can.takes
    if order.kind in NEVER:
        reason = f"This is a {order.kind}, not a sale; settle it with the vendor himself."
        yield Problem("kind", Rule.STATE, reason)
    elif not shows_kind:
        reason = f"A {order.kind} would be a sale at {vendor.name}; place it where it can be said."
        yield Problem("kind", Rule.STATE, reason)


def _lines(vendor: Vendor, order: Order) -> Iterator[Problem]:
    if vendor.dialect.can.whole:
        yield from fractions(in_its_boxes(order, vendor.dialect.can))
    for place, line in enumerate(order.lines, 1):
        if line.quantity < 0 and order.kind not in vendor.dialect.can.gives_back:
            reason = (
                f"{line.quantity} of {line.sku or 'nothing'} takes back, which a new order at "
                f"{vendor.name} cannot say; take the line out and return it there."
            )
            yield Problem(f"lines[{line.number or place}].quantity", Rule.RANGE, reason)
        if line.status in ENDED:
            reason = f"The line is {line.status}; take it out before the order is placed."
            yield Problem(f"lines[{line.number or place}].status", Rule.STATE, reason)


async def _boxes(book: Book, vendor: Vendor, order: Order) -> tuple[Problem, ...]:
    """Name each line that fills no whole boxes at a vendor who sells by these."""
    try:
        await packed_for(book, vendor.dialect, order)
    except Invalid as error:
        return error.problems
    return ()


def _test(vendor: Vendor, order: Order) -> Iterator[Problem]:
    if vendor.channel.test is not None and vendor.channel.test != order.test:
        kinds = ("live", "test")
        reason = (
            f"This is a {kinds[order.test]} order, and {vendor.name} is a "
            f"{kinds[vendor.channel.test]} account; place it with the other account."
        )
        yield Problem("test", Rule.MISMATCH, reason)


def _currency(vendor: Vendor, order: Order, usual: str, terms: Terms) -> Iterator[Problem]:
    """Hold the currency against the vendor's.

    Where nobody knows his and his wire names none, he is taken to sell in the seller's own.
    """
    theirs = vendor.channel.currency or vendor.dialect.currency
    named = "currency" in vendor.dialect.can.takes
    setting = f"currency of [channels.{vendor.channel.name}]"
    if theirs and order.currency and order.currency != theirs:
        reason = (
            f"The order is in {order.currency}, and {vendor.name} sells in {theirs}; give it in "
            f"{theirs}, or set {setting} if that is not so."
        )
        yield Problem("currency", Rule.CURRENCY, reason)
    elif not (theirs or named or "currency" in terms.without or order.currency in ("", usual)):
        reason = (
            f"{vendor.name} is told no currency, and the order is in {order.currency}; set "
            f"{setting}, or say --without currency."
        )
        yield Problem("currency", Rule.CURRENCY, reason)


def _customer(vendor: Vendor, order: Order) -> Iterator[Problem]:
    """Hold the customer against the one that the key speaks for, else against the vendor's ids."""
    customer, own = order.customer, vendor.channel.customer
    if customer is None:
        return
    name = customer.number or str(customer.id)
    if own and not is_customer(customer, own):
        reason = (
            f"The order is of customer {name}, and the key of {vendor.name} speaks for {own}; "
            "place it with a key of theirs."
        )
        yield Problem("customer", Rule.MISMATCH, reason)
    elif not own and "customer" in vendor.dialect.can.takes and not id_at(customer, vendor.name):
        reason = (
            f"{vendor.name} has no id for customer {name}; give them one with 'orderglot customer "
            f"change {name} --known-as {vendor.name}=ID', or set customer of "
            f"[channels.{vendor.channel.name}] if the key speaks for them alone."
        )
        yield Problem("customer", Rule.UNKNOWN, reason)


def is_customer(customer: Identity, text: str) -> bool:
    """Tell whether a customer is meant by their number, the hub's id, or ``kole:ID``."""
    names = {f"{ref.dialect}:{ref.id}" for ref in customer.references}
    return text in {customer.number, str(customer.id), *names}


async def _elsewhere(book: Book, vendor: Vendor, order: Order) -> tuple[str, ...]:
    """Name the other channels that have an order, or to which it is under way.

    What was placed before there were channels is with a dialect's vendor, whichever that was.
    """
    there = {ref.dialect for ref in order.references if is_channel(ref.dialect)}
    for note in await book.notes(PLACING):
        channel, _, id = note.name.rpartition("/")
        if id == str(order.id) and not read(note, Placing).refused:
            there.add(channel)
    placed = (event.what.partition(": ") for event in await book.events(order.id))
    there |= {name for what, _, name in placed if what == PLACED and name}
    own = {vendor.name, *((vendor.dialect.name,) if vendor.source.continued else ())}
    return tuple(sorted(there - own))


def _with_another(elsewhere: tuple[str, ...]) -> Iterator[Problem]:
    if elsewhere:
        reason = (
            f"The order is with {', '.join(elsewhere)} already; say --also if it is to be bought "
            "a second time."
        )
        if not all(map(is_channel, elsewhere)):
            reason += " It was placed before accounts had names: say --is ID if this one has it."
        yield Problem("references", Rule.DUPLICATE, reason)


def _lost(vendor: Vendor, order: Order, terms: Terms) -> Iterator[Problem]:
    """Name what the vendor would not be told, and delivery or money depends on."""
    dialect = vendor.dialect
    priced = OF_PRICES if PRICE in dialect.can.takes else ()
    members = (*DELIVERY, *MONEY, *priced)
    lost = untaken(_in_question(order), dialect.name, dialect.can, members)
    if order.ship_to and order.ship_to.country:
        lost = tuple(name for name in lost if name != "ship_to.country_name")
    left = [name for name in lost if not allowed(name, terms.without)]
    if left:
        reason = (
            f"{vendor.name} cannot be told {', '.join(left)}; say --without "
            f"{','.join(_outer(left))} if it may go without."
        )
        yield Problem(left[0], Rule.UNEXPECTED, reason)


def _in_question(order: Order) -> Order:
    """Leave those parties alone that goods go to, and those codes of units that are not pieces."""
    if order.details is not None:
        parties = tuple(one for one in order.details.parties if one.role is Role.SHIP_TO)
        order = replace(order, details=replace(order.details, parties=parties))
    return replace(order, lines=tuple(map(_without_pieces, order.lines)))


def _without_pieces(line: Line) -> Line:
    if line.details is None or line.details.unit_code not in PIECES:
        return line
    return replace(line, details=replace(line.details, unit_code=""))


def allowed(name: str, without: tuple[str, ...]) -> bool:
    """Tell whether a dotted member, or what it is inside of, is among these."""
    return any(name == one or name.startswith(f"{one}.") for one in without)


def _outer(names: list[str]) -> list[str]:
    """Name what stands around members, a member of a line or of the details in full."""
    whole = ("lines.", "details.")
    return list(dict.fromkeys(n if n.startswith(whole) else n.split(".")[0] for n in names))
