"""The client's flows: a new order, one order, a page of the history, taking an order back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from orderglot.core.catching_up import OVER
from orderglot.core.errors import Upstream
from orderglot.core.order import Identity, Line, Link, Order, Reference, native
from orderglot.core.query import Page, Window
from orderglot.core.values import Kind, Relation, Status
from orderglot.dialects.adobe.drafts import Draft
from orderglot.dialects.adobe.filters import END, EVER, NEVER, START, TARGET, Search, search_of
from orderglot.dialects.adobe.history import GET_HISTORY
from orderglot.dialects.adobe.orders import CREATE_ORDER, GET_ORDER, Pick
from orderglot.dialects.adobe.tables import LONGEST_PAGE, NAME
from orderglot.dialects.adobe.wire import write_customer
from orderglot.wire.dialect import Flows
from orderglot.wire.flow import Flow, call
from orderglot.wire.whole_quantities import whole_pieces


def place(order: Order) -> Flow[Order]:
    """Place an order for its customer, or for the client's own where it names none to Adobe."""
    draft = Draft(type="", customer=write_customer_of(order), order=order)
    return (yield from call(CREATE_ORDER, draft))


def write_customer_of(order: Order) -> str:
    """Give the customer of an order as Adobe knows them, "" where it does not."""
    known = order.customer and any(ref.dialect == NAME for ref in order.customer.references)
    return write_customer(order) if known else ""


def get(ref: Reference) -> Flow[Order]:
    """Get one order of the client's customer by Adobe's id."""
    return (yield from call(GET_ORDER, Pick("", ref.id)))


def page(window: Window) -> Flow[Page]:
    """List a page of the orders of the client's customer, newest first."""
    shown = yield from call(GET_HISTORY, window.after or search_of(window, ""))
    following = None
    if shown.next is not None:
        offset = window.offset + len(shown.orders)
        following = replace(window, after=shown.next.after, offset=offset)
    return replace(shown, window=window, next=following)


def tell(theirs: Order, ours: Order) -> Flow[None] | None:
    """Return all that is left of an order that was cancelled here, which is how Adobe cancels one."""
    over = ours.status is not Status.CANCELLED or theirs.status in OVER
    if over or theirs.kind not in (Kind.SALE, Kind.RENEWAL):
        return None
    return _returned(theirs, ours)


def _returned(theirs: Order, ours: Order) -> Flow[None]:
    """Return what no return was made of yet; raises Upstream where a return is not carried out."""
    customer, id = write_customer_of(ours), native(ours, NAME)
    returns = yield from _returns_of(customer, id)
    if lines := _left(theirs, returns):
        link = Link(Relation.RETURN_OF, Identity(references=(Reference(NAME, id),)))
        back = Order(
            id=ours.id,
            created=ours.created,
            kind=Kind.RETURN,
            po_number=theirs.po_number,
            currency=theirs.currency,
            lines=lines,
            links=(link,),
        )
        draft = Draft(type="", customer=customer, order=back)
        returns = (*returns, (yield from call(CREATE_ORDER, draft)))
    shown = yield from call(GET_ORDER, Pick(customer, id))
    under_way = [native(one, NAME) for one in returns if one.status is Status.RECEIVED]
    if under_way and shown.status not in OVER:
        raise Upstream(f"Adobe took the return {under_way[0]}, and has not carried it out yet.")


def _returns_of(customer: str, id: str) -> Flow[tuple[Order, ...]]:
    """Fetch the returns that there are of an order, but for those that came to nothing."""
    filters = (("order-type", "RETURN"), (TARGET, id), (START, EVER), (END, NEVER))
    search: Search | str | None = Search(customer=customer, filters=filters, limit=LONGEST_PAGE)
    found = list[Order]()
    while search is not None:
        shown = yield from call(GET_HISTORY, search)
        found += (one for one in shown.orders if one.status is not Status.FAILED)
        search = shown.next.after if shown.next is not None else None
    return tuple(found)


def _left(theirs: Order, returns: Iterable[Order]) -> tuple[Line, ...]:
    """Give the lines of which something may still be returned, with how much that is."""
    gone = Counter[int]()
    for one in returns:
        for line in one.lines:
            gone[line.number] += abs(whole_pieces(line))
    lines = list[Line]()
    for line in theirs.lines:
        back = min(gone[line.number], whole_pieces(line))
        gone[line.number] -= back
        left = line.remaining if line.remaining is not None else whole_pieces(line) - back
        if left > 0 and line.status is not Status.CANCELLED:
            lines.append(
                Line(
                    number=line.number,
                    sku=line.sku,
                    quantity=left,
                    currency=line.currency,
                    deployment=line.deployment,
                )
            )
    return tuple(lines)


FLOWS = Flows(place=place, get=get, page=page, tell=tell)
