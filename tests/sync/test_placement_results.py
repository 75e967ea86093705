"""What a vendor has taken is compared with what is here, and differs until the two agree."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from orderglot.core.boxes import unpacked
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Conflict, HubError, Invalid, NotFound, Upstream
from orderglot.core.order import (
    Address,
    Discount,
    Line,
    Order,
    Reference,
    Shipping,
    Totals,
    id_at,
    native,
)
from orderglot.core.quantities import Quantity
from orderglot.core.values import Status
from orderglot.dialects import dialect as dialect_of
from orderglot.sync.discrepancies import Pending, pending, settle_differences
from orderglot.sync.notes import PLACING, STATE
from orderglot.sync.place import place, settle
from orderglot.sync.placement_results import How, Placed
from orderglot.sync.recovery import Unknown
from orderglot.sync.vendor_states import read_state, state_name
from orderglot.wire.loss import loses
from orderglot.wire.message import Request, Response, Send
from tests.full_records import full
from tests.sync.failing import lost_once
from tests.sync.test_place import ANYHOW, _later, done, orders_there, placed
from tests.sync.vendors import LISTING, Vendor
from tests.sync.vendors import PLACING as DIALECTS

T = TypeVar("T")

each = pytest.mark.parametrize("name", DIALECTS)

SHOWS_GOODS = [one for one in DIALECTS if not loses(dialect_of(one).can, "lines.quantity")]
SHOWS_PRICES = [
    one
    for one in SHOWS_GOODS
    if not loses(dialect_of(one).can, "lines.unit_price")
    # Whoever is told a price refuses another one himself.
    and "lines.unit_price" not in dialect_of(one).can.takes
]
KNOWS_CUSTOMERS = [one for one in DIALECTS if "customer" in dialect_of(one).can.takes]


def _takes(name: str) -> frozenset[str]:
    return dialect_of(name).can.takes


async def now_here(shop: Vendor, order: Order) -> Order:
    return await shop.book.get(Reference("orderglot", str(order.id)))


async def otherwise(shop: Vendor) -> list[Pending]:
    return [one async for one in pending(shop.book, dialect_of)]


async def changed_there(shop: Vendor, change: Callable[[Order], Order]) -> None:
    """Let the vendor change the only order that he has."""
    (there,) = await orders_there(shop)
    await shop.implementation.book.change(change(there))


def _all_lines(order: Order, **change: Any) -> Order:
    return replace(order, lines=tuple(replace(line, **change) for line in order.lines))


async def last_word_of(shop: Vendor, order: Order) -> Order:
    """Give the vendor's last state of an order."""
    (note,) = await shop.book.notes(STATE, state_name(shop.channel.reference, order.id))
    return read_state(note)[1]


@each
def test_what_is_taken_as_it_was_sent_differs_in_nothing(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        assert () == (await placed(shop, order)).differences
        assert () == (await placed(shop, order)).differences
        assert [] == await otherwise(shop)

    done(name, work)


@each
def test_the_word_that_is_kept_is_what_the_vendor_shows(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        shown = await shop.client.get(Reference(name, came.id))

        assert shown == await last_word_of(shop, order)

    done(name, work)


@pytest.mark.parametrize("name", LISTING)
def test_what_was_placed_comes_back_as_the_same(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        pulled = (await shop.pulled()).checkpoint

        assert (0, 0, 1) == (pulled.new, pulled.changed, pulled.same)
        assert came.order == await now_here(shop, order)

    done(name, work)


async def _dearer(shop: Vendor, order: Order) -> Order:
    """Say here that a piece costs 1.00, and there 2.50."""
    return await shop.book.change(_all_lines(order, unit_price=Decimal("1.00"), total=None))


@pytest.mark.parametrize("name", SHOWS_PRICES)
def test_a_price_that_was_taken_otherwise_is_told(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        shop.between(_changing(shop, lambda one: _all_lines(one, unit_price=Decimal("2.50"))))
        order = await _dearer(shop, order)
        came = await placed(shop, order)

        assert [line for line in came.differences if "take 2.5" in line and "1.00" in line]
        assert came.differences == (await placed(shop, order)).differences

    done(name, work)


def _changing(
    shop: Vendor, change: Callable[[Order], Order]
) -> Callable[[Request, Send], Awaitable[Response]]:
    """Let the vendor make something else of an order, before he shows it."""
    made: list[Order] = []

    async def stand(request: Request, send: Send) -> Response:
        if request.method == "GET" or "list" in request.path:
            for there in await orders_there(shop):
                if there.lines and not made and there.status is not Status.DRAFT:
                    made.append(await shop.implementation.book.change(change(there)))
        return await send(request)

    return stand


@pytest.mark.parametrize("name", SHOWS_GOODS)
def test_goods_that_were_taken_otherwise_are_told(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        quantity = order.lines[0].quantity
        await changed_there(shop, lambda one: _first(one, quantity=quantity + 5))
        again = await settle(shop.book, shop.vendor(), came.order, came.id)

        assert [
            line
            for line in again.differences
            if line.startswith(f"they have {_pieces(order, 5)} of")
            and re.search(rf"here (is|are) {_pieces(order)}", line)
        ]

    done(name, work)


def _pieces(order: Order, more: int = 0) -> Quantity:
    """Count the pieces of an order's first line, were it so many boxes or pieces more."""
    line = order.lines[0]
    return unpacked(replace(line, quantity=line.quantity + more)).quantity


def _first(order: Order, **change: Any) -> Order:
    line, *others = order.lines
    return replace(order, lines=(replace(line, **change), *others))


@pytest.mark.parametrize("name", KNOWS_CUSTOMERS)
def test_another_customer_than_was_sent_is_told(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        theirs = await shop.client.get(Reference(name, came.id))
        assert theirs.customer is None or id_at(theirs.customer, name) != "501"
        if theirs.customer is None:
            return
        mine = await shop.book.keep_customer(
            Customer(number="C-1", references=(Reference(shop.channel.reference, "501"),))
        )
        mended = await shop.book.change(replace(came.order, customer=identity(mine)))
        again = await settle(shop.book, shop.vendor(), mended, came.id)

        there = id_at(theirs.customer, name)
        assert f"they have it as customer {there}'s, here it is 501's" in again.differences

    done(name, work)


@pytest.mark.parametrize("name", ["kole", "kodaris"])
def test_another_address_than_was_sent_is_told(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        city = (came.order.ship_to or Address()).city
        await changed_there(
            shop,
            lambda one: replace(one, ship_to=replace(one.ship_to or Address(), city="Elsewhere")),
        )
        again = await settle(shop.book, shop.vendor(), came.order, came.id)

        assert (f"ship_to.city: they have Elsewhere, here is {city}",) == again.differences

    done(name, work)


def test_what_the_vendor_cannot_show_is_no_difference() -> None:
    async def work(shop: Vendor, order: Order) -> None:
        richer = replace(
            _all_lines(order, unit_price=Decimal("1.00"), total=Decimal("24.00")),
            totals=Totals(total=Decimal("24.00")),
        )
        assert () == (await placed(shop, await shop.book.change(richer))).differences

    # Kodaris lists headers: no line and no price is ever shown.
    async def of_lines(shop: Vendor, order: Order) -> None:
        priced = _all_lines(order, unit_price=Decimal("0.01"))
        came = await placed(shop, await shop.book.change(replace(priced, totals=Totals())))
        assert [] == [line for line in came.differences if "0.01" in line]

    done("kodaris", of_lines)


class Silence:
    """A connection that breaks when something that is not done twice was done, until it is over."""

    def __init__(self) -> None:
        self.begun = False
        self.over = False

    async def __call__(self, request: Request, send: Send) -> Response:
        """Send a request, and keep the answer back."""
        if self.begun and not self.over:
            raise Upstream("The connection broke.")
        response = await send(request)
        if "idempotency-key" in request.headers and not self.over:
            self.begun = True
            raise Upstream("The connection broke.")
        return response


@each
def test_an_order_corrected_while_the_answer_was_lost_is_told(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        silence = Silence()
        shop.between(silence)
        keys = name == "komet"
        with pytest.raises(Unknown):
            await placed(shop, order, idempotent=keys)
        silence.over = True
        quantity = order.lines[0].quantity
        here = await now_here(shop, order)
        mended = await shop.book.change(_first(here, quantity=quantity + 36))
        _later(shop)
        came = await placed(shop, mended, idempotent=keys)

        assert 1 == len(await orders_there(shop))
        assert [
            one
            for one in came.differences
            if one.startswith(f"they have {_pieces(order)} of ")
            and f"here are {_pieces(order, 36)}" in one
        ]

    done(name, work)


@each
def test_an_order_cancelled_while_the_answer_was_lost_is_told_and_never_sent_again(
    name: str,
) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        silence = Silence()
        shop.between(silence)
        with pytest.raises(Unknown):
            await placed(shop, order, idempotent=False)
        silence.over = True
        here = await now_here(shop, order)
        await shop.book.change(replace(here, status=Status.CANCELLED))
        _later(shop)
        before = len(await orders_there(shop))
        try:
            came: Placed | HubError = await placed(shop, order, idempotent=False)
        except HubError as error:
            came = error

        assert before == len(await orders_there(shop))
        if isinstance(came, Placed):
            assert [one for one in came.differences if one.startswith("here it is cancelled")]
        else:
            assert isinstance(came, Unknown), came

    done(name, work)


@each
def test_an_order_cancelled_before_it_arrived_is_not_sent_any_more(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        shop.between(lost_once())
        with pytest.raises(Unknown):
            await placed(shop, order, idempotent=False)
        here = await now_here(shop, order)
        await shop.book.change(replace(here, status=Status.CANCELLED))
        _later(shop)
        if dialect_of(name).flows.page is None:
            with pytest.raises(Unknown, match="no list to ask"):
                await placed(shop, order, idempotent=False)
        with pytest.raises(Invalid, match="is cancelled"):
            await placed(shop, order, idempotent=False, absent=dialect_of(name).flows.page is None)

        assert [] == await orders_there(shop)
        assert () == await shop.book.notes(PLACING)

    done(name, work)


@each
def test_what_is_taken_under_an_id_that_is_another_orders_here_is_unknown(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        channel = shop.channel.reference
        other = await shop.book.place(Order(number="OTHER", lines=(Line(sku="X", quantity=1),)))
        taken = [Reference(channel, str(id)) for id in await _next_ids(name)]
        await shop.book.change(replace(other, references=tuple(taken[:1])))
        with pytest.raises(Unknown, match=f"as {taken[0].id}"):
            await placed(shop, order)

        assert 1 == len(await orders_there(shop))
        assert 1 == len(await shop.book.notes(PLACING))

    done(name, work)


async def _next_ids(name: str) -> list[str]:
    """Give the id that a new vendor of the dialect gives to the first order placed with him."""
    from tests.sync.vendors import vendor

    async with vendor(name) as shop:
        there = await shop.client.place(replace(shop.implementation.draft, id=0, customer=None))
        return [native(there, name)]


@each
def test_the_id_of_another_order_is_not_taken_from_a_person(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        other = await shop.book.place(
            Order(po_number="PO-OTHER", lines=(Line(sku="ZZ999", item_id="999", quantity=1),))
        )
        with pytest.raises(HubError) as refusal:
            await settle(shop.book, shop.vendor(), other, came.id)

        assert isinstance(refusal.value, Conflict | Unknown)
        assert () == (await now_here(shop, other)).references

    done(name, work)


@each
def test_an_id_that_the_vendor_does_not_have_is_not_taken_from_a_person(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        with pytest.raises((NotFound, Invalid)):
            await settle(shop.book, shop.vendor(), order, "99887766")

        assert () == (await now_here(shop, order)).references

    done(name, work)


@each
def test_what_is_cancelled_here_afterwards_is_listed_until_he_is_told(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        await shop.book.change(replace(came.order, status=Status.CANCELLED))
        (listed,) = await otherwise(shop)

        assert (order.id, shop.channel.reference, came.id) == (
            listed.order,
            listed.channel,
            listed.id,
        )
        assert "here it is cancelled, and they have it as" in listed.differences[0]
        if dialect_of(name).flows.page is not None:
            await assert_same_once_changed(shop, status=Status.CANCELLED)

    done(name, work)


async def assert_same_once_changed(shop: Vendor, **members: Any) -> None:
    """Hold that nothing differs any more as soon as the vendor has changed the same."""
    await changed_there(shop, lambda one: replace(one, **members))
    await shop.pulled()
    assert [] == await otherwise(shop)


@each
def test_what_is_changed_here_afterwards_is_listed(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        quantity = order.lines[0].quantity
        await shop.book.change(_first(came.order, quantity=quantity + 36))
        (listed,) = await otherwise(shop)

        assert [one for one in listed.differences if f"here are {_pieces(order, 36)}" in one]

    done(name, work)


AFTERWARDS: dict[str, dict[str, Any]] = {
    "po_number": {"po_number": "PO-AFTERWARDS"},
    "notes": {"notes": "Afterwards"},
    "shipping.service": {"shipping": Shipping(carrier="UPS", service="AFTERWARDS")},
    "shipping.instructions": {"shipping": Shipping(instructions="Afterwards")},
    "discount.code": {"discount": Discount(code="4711")},
    "location": {"location": "77"},
}


@pytest.mark.parametrize(
    ("name", "member"),
    [(one, member) for one in DIALECTS for member in AFTERWARDS if member in _takes(one)],
)
def test_whatever_else_the_vendor_was_told_and_is_changed_here_is_listed(
    name: str, member: str
) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        assert () == came.differences
        await shop.book.change(replace(came.order, **AFTERWARDS[member]))
        (listed,) = await otherwise(shop)

        assert [one for one in listed.differences if one.startswith(f"{member}: it was sent as")]
        if not loses(dialect_of(name).can, member) and dialect_of(name).flows.page is not None:
            await assert_same_once_changed(shop, **AFTERWARDS[member])

    done(name, work)


@each
def test_what_a_person_lets_stand_is_listed_no_more(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        came = await placed(shop, order)
        changed = await shop.book.change(_first(came.order, quantity=order.lines[0].quantity + 36))
        (listed,) = await otherwise(shop)
        assert listed.differences == (await placed(shop, order)).differences
        settled = await settle_differences(shop.book, changed, dialect_of, [shop.channel.reference])

        assert (listed,) == settled
        assert [] == await otherwise(shop)
        assert () == (await placed(shop, order)).differences
        events = [event.what for event in await shop.book.events(order.id)]
        assert f"settled: {shop.channel.reference}" == events[-1]

    done(name, work)


@each
def test_what_could_not_be_compared_is_compared_the_next_time(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        notices: list[str] = []
        inner = shop.client.get

        async def silent(ref: Reference) -> Order:
            raise Upstream("The vendor is away.")

        shop.client.get = silent  # type: ignore[method-assign]
        came = await place(shop.book, shop.vendor(continued=False), order, ANYHOW, notices.append)
        assert How.SENT is came.how
        assert "could not be compared" in notices[0]
        shop.client.get = inner  # type: ignore[method-assign]
        # Kodaris shows no goods, and Komet not that an order is cancelled.
        await changed_there(
            shop, lambda one: replace(_first(one, quantity=99), status=Status.CANCELLED)
        )
        again = await placed(shop, order)
        other = _pieces(_first(order, quantity=99))
        assert [one for one in again.differences if "cancelled" in one or f"have {other} of" in one]

    done(name, work)


def test_nine_orders_like_it_with_other_marks_are_surely_not_it() -> None:
    async def work(shop: Vendor, order: Order) -> None:
        # Their marks are other ones, because they are other orders of some book.
        for number in range(1, 10):
            await shop.client.place(replace(order, id=number, references=()))
        await _placed_beside_nine(shop, order)

    done("catalyst", work)


def test_nine_orders_like_it_without_marks_are_surely_not_it_where_one_was_seen() -> None:
    async def work(shop: Vendor, order: Order) -> None:
        before = await shop.book.place(replace(order, id=0, number="BEFORE", name="Before"))
        await placed(shop, before)
        for _ in range(9):
            await shop.client.place(replace(order, id=0, references=()))
        await _placed_beside_nine(shop, order)

    done("catalyst", work)


async def _placed_beside_nine(shop: Vendor, order: Order) -> None:
    """Place an order whose first sending is lost, beside others that are like it."""
    before = len(await orders_there(shop))
    shop.between(lost_once())
    with pytest.raises(Unknown, match="none of them is it, for none bears its mark"):
        await placed(shop, order, idempotent=False)
    _later(shop)
    notices: list[str] = []
    mine = await now_here(shop, order)
    came = await place(shop.book, shop.vendor(continued=False), mine, ANYHOW, notices.append)

    assert How.SENT is came.how
    assert "none of them is it" in notices[0]
    assert before + 1 == len(await orders_there(shop))


# An order that says something in every member, placed and pulled.

OWN_VIEW = {"id", "version", "references", "modified"}


@each
def test_an_order_full_in_every_member_is_changed_by_nothing_but_the_vendor(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        full_order = replace(
            full(Order, 7),
            id=order.id,
            version=order.version,
            references=(),
            links=(),
            test=False,
            kind=order.kind,
            status=Status.RECEIVED,
            deleted=None,
            currency=order.currency,
            customer=None,
            created=order.created,
            modified=order.modified,
            ship_to=order.ship_to,
            shipping=order.shipping,
            location=order.location,
            integration="",
            po_number=order.po_number,
            lines=tuple(
                replace(full(Line, 7 + number), **_goods(line))
                for number, line in enumerate(order.lines)
            ),
        )
        kept = await shop.book.change(full_order)
        terms = replace(ANYHOW, without=("ship_to", "lines", "discount", "details"))
        came = await place(shop.book, shop.vendor(), kept, terms)
        assert _content(kept) == _content(came.order)
        if dialect_of(name).flows.page is None:
            return
        for _ in range(2):
            pulled = (await shop.pulled()).checkpoint
            assert (0, 0, 1) == (pulled.new, pulled.changed, pulled.same)
        assert came.order == await now_here(shop, order)

        await changed_there(shop, lambda one: replace(one, status=Status.CANCELLED))
        await shop.pulled()
        after = await now_here(shop, order)
        assert _content(replace(kept, status=after.status)) == _content(after)
        assert Status.CANCELLED is after.status

    done(name, work)


def _goods(line: Line) -> dict[str, Any]:
    """Give what the vendor has to know of a line to sell it."""
    names: tuple[str, ...] = (
        "number",
        "sku",
        "quantity",
        "item_id",
        "type",
        "deliver_by",
        "carrier_id",
    )
    texts = ("box", "mark_code", "subscription", "deployment", "discount_code", "currency")
    # A vendor who is told a price refuses another one, and one who is not shows his own.
    names = (*names, "unit_price", "total", "pricing")
    goods = {name: getattr(line, name) for name in (*names, *texts)}
    return {**goods, "status": None, "promotions": ()}


def _content(order: Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in Order.__struct_fields__ if name not in OWN_VIEW}
