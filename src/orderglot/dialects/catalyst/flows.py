"""The client's flows: a page, one order, a new order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from orderglot.core.errors import HubError, NotFound, Rule, Unsupported, Upstream, invalid
from orderglot.core.order import Line, Order, Reference, native
from orderglot.core.query import And, Compare, Operator, Page, Query, Sort, Window
from orderglot.core.values import Status
from orderglot.dialects.catalyst.changes import CREATE_ORDER, DELETE_ORDER, UPDATE_ORDER
from orderglot.dialects.catalyst.drafts import Draft, draft_of
from orderglot.dialects.catalyst.items import ADD_PRODUCTS, Items
from orderglot.dialects.catalyst.loss import known_totals, round_status
from orderglot.dialects.catalyst.markers import marked
from orderglot.dialects.catalyst.orders import GET_ORDER, LIST_ORDERS, Listing, One
from orderglot.dialects.catalyst.sublists import (
    LIST_ADDRESSES,
    LIST_PRODUCTS,
    LIST_STATUSES,
    Part,
)
from orderglot.dialects.catalyst.tables import NAME, PAGE_SIZE
from orderglot.wire.dialect import Flows
from orderglot.wire.flow import Flow, call

NEWEST = (Sort("created", descending=True),)


def place(order: Order) -> Flow[Order]:
    """Place an order, put its items in, and fetch what the vendor made of it.

    What an earlier attempt has begun is known by its mark, and completed. Where the vendor refuses
    the items, the order is deleted again.
    """
    if not order.lines:
        raise invalid("lines", Rule.REQUIRED, "An order has at least one line; add one.")
    order = marked(order)
    ref = yield from _begun(order)
    there = (yield from get(ref)).lines if ref else ()
    ref = ref or (yield from _created(order))
    if lacking := _lacking(order.lines, there):
        try:
            yield from call(ADD_PRODUCTS, Items(ref.id, lacking))
        except HubError:
            yield from call(DELETE_ORDER, One(ref.id))
            raise
    return (yield from get(ref))


def find(order: Order) -> Flow[Order | None]:
    """Fetch what ``place`` has made of an order so far, if the vendor shows it."""
    ref = yield from _begun(marked(order))
    return (yield from get(ref)) if ref else None


def get(ref: Reference) -> Flow[Order]:
    """Get one order by the vendor's id, with what it contains."""
    shown = yield from call(GET_ORDER, One(ref.id))
    return (yield from _filled(shown.order, ref.id))


def tell(theirs: Order, ours: Order) -> Flow[None] | None:
    """Tell the site the status that an order came into; of parcels its API has nothing."""
    if round_status(theirs.status) is round_status(ours.status):
        return None
    return _put_into(native(ours, NAME), ours.status)


def _put_into(id: str, status: Status) -> Flow[None]:
    """Put an order into the site's own status of a meaning; raises Unsupported where it has none."""
    number, skip = 0, 0
    while not number:
        listed = yield from call(LIST_STATUSES, Part(skip=skip, limit=PAGE_SIZE))
        rows = listed.site.statuses
        number = next((row.id for row in rows if row.means is status), 0)
        skip += len(rows)
        if not number and (not rows or skip >= listed.total):
            raise Unsupported(f"The site has no status that means {status}; give it one there.")
    yield from call(UPDATE_ORDER, Draft({"statusTypeId": number}, id=id))


def page(window: Window) -> Flow[Page]:
    """List a page of orders with what they contain, oldest first; what ``where`` can say is asked."""
    listed = yield from call(LIST_ORDERS, Listing(window, window.where))
    orders = list[Order]()
    for order in listed.orders:
        filled = yield from _filled(order, native(order, NAME))
        orders.append(filled)
    return replace(listed, orders=tuple(orders))


def _filled(order: Order, id: str) -> Flow[Order]:
    """Fetch the items and addresses of an order, which the vendor lists apart."""
    part = Part(id)
    lines = list[Line]()
    total = None
    while total is None or len(lines) < total:
        found = yield from call(LIST_PRODUCTS, replace(part, skip=len(lines)))
        if not _goes_on(lines, found.order.lines, found.total):
            break
        lines.extend(found.order.lines)
        total = found.total
    there = (yield from call(LIST_ADDRESSES, part)).order
    if there.ship_to is not None:
        residential = order.ship_to.residential if order.ship_to else None
        order = replace(order, ship_to=replace(there.ship_to, residential=residential))
    order = replace(order, lines=tuple(lines), bill_to=there.bill_to)
    return replace(order, totals=known_totals(order))


def _goes_on(before: Sequence[Line], more: Sequence[Line], total: int) -> bool:
    """Tell whether a further page of items brings some; raises Invalid where too few have come."""
    if more and {line.id for line in before if line.id} & {line.id for line in more}:
        reason = f"The same items are shown again, and {total} are counted."
        raise invalid("items", Rule.DUPLICATE, reason)
    if not more and len(before) < total:
        reason = f"{total} items are counted, and {len(before)} are shown."
        raise invalid("items", Rule.MISMATCH, reason)
    return bool(more)


def _created(order: Order) -> Flow[Reference]:
    """Create an order without its items.

    The vendor does not say which id it got. So where its answer does not tell, it is the one with
    the mark, or else the newest order of that customer and name, unless that was there before.
    """
    alike = _alike(order)
    before = yield from _newest(alike)
    created = yield from call(CREATE_ORDER, draft_of(order))
    if created.references:
        return created.references[0]
    ref = (yield from _begun(order)) or (yield from _newest(alike))
    if ref is None or ref == before:
        raise Upstream("The vendor took the order and does not show it; look for it there.")
    return ref


def _begun(order: Order) -> Flow[Reference | None]:
    """Ask for the order with the mark of this one; None as well where it has no mark."""
    if not order.integration:
        return None
    number = int(order.integration)
    mark = Compare("whole:integration", Operator.EQ, number)
    return (yield from _newest(And((mark, *_alike(order).parts)), order.integration))


def _alike(order: Order) -> And:
    parts: list[Query] = [Compare("name", Operator.EQ, order.name)]
    if order.customer is not None:
        id = native(order.customer, NAME)
        if id.isdigit() and id != "0":
            parts.append(Compare(f"customer.native:{NAME}", Operator.EQ, int(id)))
    return And(tuple(parts))


def _newest(alike: Query, mark: str = "") -> Flow[Reference | None]:
    """Ask for the newest order of a kind; with a mark only where it shows that."""
    try:
        listed = yield from call(LIST_ORDERS, Listing(Window(sort=NEWEST, limit=1), alike))
    except NotFound:
        return None
    found = [order for order in listed.orders if not mark or order.integration == mark]
    return next((ref for order in found for ref in order.references), None)


def _lacking(lines: tuple[Line, ...], there: tuple[Line, ...]) -> tuple[Line, ...]:
    """Give the lines that are not there yet, by product and pieces."""
    left = Counter((line.sku.upper(), line.quantity) for line in there)
    lacking = list[Line]()
    for line in lines:
        known = line.sku.upper(), line.quantity
        if left[known]:
            left[known] -= 1
        else:
            lacking.append(line)
    return tuple(lacking)


FLOWS = Flows(tell=tell, place=place, find=find, get=get, page=page)
