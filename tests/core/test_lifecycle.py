"""The life of an order: its steps, what each needs, and what it does to lines and status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, HubError, Invalid, Rule
from orderglot.core.line_quantities import cancelled, returned, shipped, to_ship
from orderglot.core.order import Address, Line, Order
from orderglot.core.order_details import OrderDetails
from orderglot.core.quantity_equations import of_quantities
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Kind, Status

NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
ORDER = Order(
    status=Status.PROCESSING,
    lines=(
        Line(number=1, sku="A", quantity=5, status=Status.PROCESSING),
        Line(number=2, sku="B", quantity=Decimal("1.5"), unit="kg", status=Status.PROCESSING),
    ),
)


def parcel(*lines: tuple[int, int | Decimal]) -> Shipment:
    content = tuple(ShippedLine(number=number, quantity=quantity) for number, quantity in lines)
    return Shipment(carrier="UPS", tracking="1Z", lines=content)


def statuses(order: Order) -> list[Status | None]:
    return [order.status, *(line.status for line in order.lines)]


def problems(step: Callable[[], object]) -> list[tuple[str, Rule, int | None]]:
    with pytest.raises(Invalid) as refused:
        step()
    return [(one.field, one.rule, one.line) for one in refused.value.problems]


def test_an_order_is_confirmed_with_its_lines() -> None:
    received = lifecycle.put_into(ORDER, Status.RECEIVED, NOON)

    assert [Status.PROCESSING] * 3 == statuses(lifecycle.confirm(received))
    with pytest.raises(Conflict):
        lifecycle.confirm(ORDER)


def test_an_order_is_held_for_a_reason_and_goes_on_from_where_its_lines_are() -> None:
    sent = lifecycle.ship(ORDER, parcel((1, 2)), NOON)
    held = lifecycle.hold(sent, "No credit.")

    assert Status.ON_HOLD is held.status
    assert held.details is not None
    assert "No credit." == held.details.hold_reason
    assert [("reason", Rule.REQUIRED, None)] == problems(lambda: lifecycle.hold(sent, " "))
    with pytest.raises(Conflict):
        lifecycle.ship(held, parcel((1, 1)), NOON)
    assert sent == lifecycle.release(held)


def test_of_an_order_with_a_part_on_its_way_that_is_what_its_status_says() -> None:
    sent = lifecycle.ship(ORDER, parcel((1, 2)), NOON)

    assert [Status.PARTLY_SHIPPED, Status.PARTLY_SHIPPED, Status.PROCESSING] == statuses(sent)
    assert [(2, 3), (0, Decimal("1.5"))] == [(shipped(one), to_ship(one)) for one in sent.lines]
    assert sent.details is not None
    assert (NOON, "1Z") == (sent.details.shipments[0].date, sent.details.shipments[0].tracking)


def test_a_parcel_that_says_nothing_has_all_that_is_left() -> None:
    sent = lifecycle.ship(lifecycle.ship(ORDER, parcel((1, 2)), NOON), Shipment(), NOON)

    assert [Status.SHIPPED] * 3 == statuses(sent)
    assert sent.details is not None
    assert parcel((1, 3), (2, Decimal("1.5"))).lines == sent.details.shipments[1].lines
    assert [Status.DELIVERED] * 3 == statuses(lifecycle.deliver(sent))


def test_no_more_is_shipped_than_is_left_of_each_line() -> None:
    asked = parcel((1, 6), (2, 0), (7, 1))

    assert [
        ("quantity", Rule.SPENT, 1),
        ("quantity", Rule.RANGE, 2),
        ("number", Rule.UNKNOWN, 7),
    ] == problems(lambda: lifecycle.ship(ORDER, asked, NOON))


def test_lines_that_share_a_number_go_out_together_or_not_at_all() -> None:
    alike = replace(ORDER, lines=tuple(replace(one, number=0) for one in ORDER.lines))
    sent = lifecycle.ship(alike, Shipment(), NOON)

    assert [5, Decimal("1.5")] == [shipped(one) for one in sent.lines]
    assert [("number", Rule.DUPLICATE, 0)] == problems(
        lambda: lifecycle.ship(alike, parcel((0, 1)), NOON)
    )


def test_an_order_of_nothing_is_not_cancelled_by_being_released() -> None:
    nothing = replace(ORDER, lines=(replace(ORDER.lines[0], quantity=0),))

    assert Status.RECEIVED is lifecycle.release(lifecycle.hold(nothing, "Why.")).status


@pytest.mark.parametrize("kind", [Kind.RETURN, Kind.QUOTE, Kind.SWITCH, Kind.SWITCH_REVERSAL])
def test_of_what_is_no_sale_nothing_is_shipped(kind: Kind) -> None:
    with pytest.raises(Conflict):
        lifecycle.ship(replace(ORDER, kind=kind), Shipment(), NOON)


@pytest.mark.parametrize("kind", [Kind.RETURN, Kind.SWITCH, Kind.SWITCH_REVERSAL])
def test_what_took_of_others_is_cancelled_as_a_whole(kind: Kind) -> None:
    order = replace(ORDER, kind=kind)

    with pytest.raises(Conflict, match=f"A {kind} is cancelled as a whole"):
        lifecycle.cancel(order, "Too many.", {1: 2})
    assert Status.CANCELLED is lifecycle.cancel(order, "Too many.").status


def test_part_of_a_line_is_cancelled_and_the_rest_goes_out() -> None:
    less = lifecycle.cancel(ORDER, "Sold out.", {1: 2, 2: Decimal("1.5")})

    assert [Status.PROCESSING, Status.PROCESSING, Status.CANCELLED] == statuses(less)
    assert [2, Decimal("1.5")] == [cancelled(one) for one in less.lines]
    assert [Status.SHIPPED, Status.SHIPPED, Status.CANCELLED] == statuses(
        lifecycle.ship(less, Shipment(), NOON)
    )


def test_what_went_out_is_not_cancelled() -> None:
    sent = lifecycle.ship(ORDER, parcel((1, 2)), NOON)
    less = lifecycle.cancel(sent, "Too late.")

    assert [Status.SHIPPED, Status.SHIPPED, Status.CANCELLED] == statuses(less)
    assert (3, 2) == (cancelled(less.lines[0]), shipped(less.lines[0]))
    with pytest.raises(Conflict):
        lifecycle.cancel(less, "Again.")


def test_a_held_order_stays_held_as_long_as_something_is_left_of_it() -> None:
    held = lifecycle.hold(ORDER, "No credit.")

    part, whole = lifecycle.cancel(held, "One.", {1: 1}), lifecycle.cancel(held, "All.")
    assert OrderDetails(hold_reason="No credit.", cancel_reason="One.") == part.details
    assert OrderDetails(cancel_reason="All.") == whole.details
    assert (Status.ON_HOLD, Status.CANCELLED) == (part.status, whole.status)


@pytest.mark.parametrize(
    "step",
    [
        lambda order: lifecycle.cancel(order, ""),
        lambda order: lifecycle.ship(order, Shipment(), NOON),
        lambda order: lifecycle.hold(order, "Why."),
        lambda order: lifecycle.complete(order, NOON),
    ],
    ids=("cancel", "ship", "hold", "complete"),
)
def test_a_deleted_order_takes_no_step(step: Callable[[Order], Order]) -> None:
    with pytest.raises(Conflict):
        step(replace(ORDER, deleted=NOON))


def test_completing_says_when() -> None:
    done = lifecycle.complete(replace(ORDER, completes=NOON), NOON)

    assert [Status.COMPLETED] * 3 == statuses(done)
    assert (NOON, None) == (done.completed, done.completes)


def test_an_order_that_is_no_draft_any_more_is_received_and_a_completed_one_says_when() -> None:
    draft = Order(status=Status.DRAFT)

    assert NOON == lifecycle.put_into(draft, Status.PROCESSING, NOON).received
    assert NOON == lifecycle.put_into(ORDER, Status.COMPLETED, NOON).completed
    assert lifecycle.put_into(ORDER, Status.SHIPPED, NOON).completed is None


def test_a_new_order_is_billed_and_taxed_as_its_customer_unless_it_says_how() -> None:
    home, branch = Address(city="Reno"), Address(city="Elko")
    customer = Customer(id=7, bill_to=home, tax_exempt=True)

    taken = lifecycle.receive(Order(), customer, NOON)
    assert (NOON, home, True) == (taken.received, taken.bill_to, taken.tax_exempt)
    other = lifecycle.receive(Order(bill_to=branch, tax_exempt=False), customer, NOON)
    assert (branch, False) == (other.bill_to, other.tax_exempt)
    assert NOON == lifecycle.receive(Order(), None, NOON).received


def test_lines_go_along_with_the_status_that_an_order_is_put_into() -> None:
    assert [Status.COMPLETED] * 3 == statuses(lifecycle.put_into(ORDER, Status.COMPLETED, NOON))
    done = lifecycle.put_into(ORDER, Status.COMPLETED, NOON)
    assert [Status.CANCELLED] * 3 == statuses(lifecycle.put_into(done, Status.CANCELLED, NOON))


def test_an_order_that_is_taken_up_again_has_its_lines_back() -> None:
    less = lifecycle.cancel(ORDER, "Sold out.", {1: 5})
    again = lifecycle.put_into(
        lifecycle.put_into(less, Status.CANCELLED, NOON), Status.RECEIVED, NOON
    )

    assert [Status.RECEIVED, Status.CANCELLED, Status.RECEIVED] == statuses(again)


def test_a_line_that_was_returned_stays_so() -> None:
    back = replace(ORDER.lines[0], remaining=0, status=Status.CANCELLED)
    before = replace(ORDER, lines=(back, ORDER.lines[1]))
    done = lifecycle.put_into(before, Status.COMPLETED, NOON)

    assert [Status.COMPLETED, Status.CANCELLED, Status.COMPLETED] == statuses(done)


def test_what_was_counted_stays_when_an_order_is_called_done() -> None:
    sent = lifecycle.ship(ORDER, parcel((1, 3)), NOON)
    for done in (lifecycle.complete(sent, NOON), lifecycle.put_into(sent, Status.COMPLETED, NOON)):
        assert (3, 0) == (shipped(done.lines[0]), to_ship(done.lines[0]))
    again = lifecycle.put_into(done, Status.PROCESSING, NOON)
    assert (3, 2) == (shipped(again.lines[0]), to_ship(again.lines[0]))


def test_an_order_that_is_cancelled_whole_and_taken_up_again_has_its_lines_back() -> None:
    gone = lifecycle.cancel(ORDER, "Sold out.")
    again = lifecycle.put_into(gone, Status.PROCESSING, NOON)

    assert [Status.CANCELLED] * 3 == statuses(gone)
    assert replace(ORDER, received=NOON) == again


def test_a_reason_goes_with_its_status() -> None:
    held = lifecycle.put_into(lifecycle.hold(ORDER, "No credit."), Status.PROCESSING, NOON)

    assert held.details is None


def test_lines_without_a_status_are_where_their_order_is() -> None:
    bare = replace(
        ORDER, status=Status.PACKING, lines=tuple(replace(x, status=None) for x in ORDER.lines)
    )

    assert Status.PACKING is lifecycle.release(lifecycle.hold(bare, "Why.")).status
    assert Status.PACKING is lifecycle.cancel(bare, "", {1: 1}).status


def test_what_a_parcel_has_is_not_shipped_once_more() -> None:
    details = OrderDetails(shipments=(parcel((1, 3)),))
    came = replace(ORDER, status=Status.PARTLY_SHIPPED, details=details)
    sent = lifecycle.ship(came, Shipment(), NOON)

    assert sent.details is not None
    assert parcel((1, 2), (2, Decimal("1.5"))).lines == sent.details.shipments[1].lines


def test_what_is_cancelled_of_a_line_cannot_be_returned() -> None:
    counted = replace(ORDER, lines=(replace(ORDER.lines[0], remaining=5),))

    assert 3 == lifecycle.cancel(counted, "", {1: 2}).lines[0].remaining


def test_a_cart_that_is_given_up_was_never_received() -> None:
    assert lifecycle.put_into(Order(status=Status.DRAFT), Status.CANCELLED, NOON).received is None


@pytest.mark.parametrize("status", [Status.ON_HOLD, Status.PARTLY_SHIPPED, Status.DRAFT])
def test_a_status_that_says_nothing_of_lines_leaves_them(status: Status) -> None:
    assert ORDER.lines == lifecycle.put_into(ORDER, status, NOON).lines


LINES = st.lists(
    st.builds(Line, number=st.just(0), quantity=st.integers(1, 9), status=st.just(Status.RECEIVED)),
    min_size=1,
    max_size=3,
)
SOME = st.dictionaries(st.integers(1, 3), st.integers(1, 9), max_size=3)
STEPS = st.lists(
    st.one_of(
        SOME.map(lambda some: lambda order: lifecycle.ship(order, parcel(*some.items()), NOON)),
        SOME.map(lambda some: lambda order: lifecycle.cancel(order, "", some)),
        st.sampled_from(list(Status)).map(
            lambda to: lambda order: lifecycle.put_into(order, to, NOON)
        ),
        st.sampled_from(
            [
                lifecycle.confirm,
                lifecycle.deliver,
                lifecycle.release,
                lambda order: lifecycle.hold(order, "Why."),
                lambda order: lifecycle.complete(order, NOON),
            ]
        ),
    ),
    max_size=12,
)


@given(LINES, STEPS)
def test_quantities_are_conserved_by_whatever_steps(
    lines: list[Line], steps: list[Callable[[Order], Order]]
) -> None:
    order = Order(lines=tuple(replace(one, number=n) for n, one in enumerate(lines, 1)))
    for step in steps:
        try:
            order = step(order)
        except HubError:
            continue
        assert not list(of_quantities(order))
        for line in order.lines:
            assert line.quantity >= cancelled(line) + shipped(line) + to_ship(line)
            assert returned(line) <= shipped(line)


def test_what_is_noted_is_one_more_line_of_the_notes() -> None:
    once = lifecycle.note(ORDER, "Ring twice.")

    assert replace(ORDER, notes="Ring twice.\nNo, once.") == lifecycle.note(once, "No, once.")
    assert [("notes", Rule.REQUIRED, None)] == problems(lambda: lifecycle.note(ORDER, " "))


def test_what_is_deleted_is_gone_for_good() -> None:
    gone = lifecycle.delete(ORDER, NOON)

    assert replace(ORDER, deleted=NOON) == gone
    with pytest.raises(Conflict):
        lifecycle.delete(gone, NOON)
    with pytest.raises(Conflict):
        lifecycle.note(gone, "Why?")


def test_a_held_order_that_is_released_is_as_far_as_before() -> None:
    # A new order of Kole's is in process, and its lines are received.
    lines = tuple(replace(line, status=Status.RECEIVED) for line in ORDER.lines)
    order = replace(ORDER, status=Status.PROCESSING, lines=lines)

    assert Status.PROCESSING is lifecycle.release(lifecycle.hold(order, "No credit.")).status
    held = lifecycle.put_into(order, Status.ON_HOLD, NOON)
    assert Status.PROCESSING is lifecycle.release(held).status


def test_what_was_given_back_before_it_went_out_is_neither_sent_nor_cancelled() -> None:
    line = replace(ORDER.lines[0], remaining=1)
    order = replace(ORDER, lines=(line,))

    with pytest.raises(Invalid, match="Line 1 has 1 left to cancel, not 2"):
        lifecycle.cancel(order, "Sold out.", {1: 2})
    assert 1 == shipped(lifecycle.ship(order, parcel(), NOON).lines[0])
