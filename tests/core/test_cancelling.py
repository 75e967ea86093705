"""Cancelling by agreement: what is asked, what is answered, and what has to wait until then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.cancellation_requests import CancellationRequest, CancellationState
from orderglot.core.cancelling import answer, ask
from orderglot.core.correcting import Correction, correct, put_in
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, HubError, Invalid, Rule
from orderglot.core.line_quantities import cancelled, shipped, to_ship
from orderglot.core.open_cancellations import closed_by_itself, open_request
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity
from orderglot.core.reassigning import reassign
from orderglot.core.repricing import reprice
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Kind, Status

ASKED, ACCEPTED = CancellationState.ASKED, CancellationState.ACCEPTED
REFUSED, TOO_LATE = CancellationState.REFUSED, CancellationState.TOO_LATE
NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)
ORDER = Order(
    status=Status.PROCESSING,
    lines=(
        Line(number=1, sku="A", quantity=5, status=Status.PROCESSING),
        Line(number=2, sku="B", quantity=Decimal("1.5"), unit="kg", status=Status.PROCESSING),
    ),
)


def asked(order: Order = ORDER, wanted: dict[int, Quantity] | None = None) -> Order:
    return ask(order, "Twice.", "Ann", NOON, wanted)


def answered(order: Order, state: CancellationState = ACCEPTED) -> Order:
    return answer(order, state, "Bob", LATER, "So be it.")


def requests(order: Order) -> tuple[CancellationRequest, ...]:
    assert order.details is not None
    return order.details.cancellations


def outcome(order: Order) -> tuple[CancellationState | None, Status, list[Quantity]]:
    state = requests(order)[-1].state
    return state, order.status, [cancelled(line) for line in order.lines]


def test_what_is_asked_changes_nothing_but_that_it_is_asked() -> None:
    order = asked()

    assert ORDER == replace(order, details=None)
    assert (
        CancellationRequest(state=ASKED, asked=NOON, asked_by="Ann", reason="Twice."),
    ) == requests(order)


def test_what_is_accepted_is_cancelled() -> None:
    order = answered(asked())

    assert (ACCEPTED, Status.CANCELLED, [5, Decimal("1.5")]) == outcome(order)
    assert order.details is not None
    assert "Twice." == order.details.cancel_reason
    assert lifecycle.cancel(ORDER, "Twice.").lines == order.lines
    request = requests(order)[0]
    assert (LATER, "Bob", "So be it.") == (request.answered, request.answered_by, request.answer)


@pytest.mark.parametrize("kind", [Kind.RETURN, Kind.SWITCH, Kind.SWITCH_REVERSAL])
def test_nobody_asks_for_a_part_of_what_is_cancelled_as_a_whole(kind: Kind) -> None:
    order = replace(ORDER, kind=kind)

    with pytest.raises(Conflict, match=f"A {kind} is cancelled as a whole"):
        asked(order, {1: 2})
    assert Status.CANCELLED is answered(asked(order)).status


def test_so_much_as_was_asked_is_cancelled() -> None:
    order = answered(asked(wanted={1: 2}))

    assert (ACCEPTED, Status.PROCESSING, [2, 0]) == outcome(order)


@pytest.mark.parametrize("state", [REFUSED, TOO_LATE])
def test_what_is_not_accepted_leaves_all_as_it_was(state: CancellationState) -> None:
    order = answered(asked(), state)

    assert (state, Status.PROCESSING, [0, 0]) == outcome(order)
    assert ORDER.lines == order.lines


def test_several_conversations_stay() -> None:
    order = answered(asked(answered(asked(wanted={1: 2}), REFUSED), wanted={2: 1}))

    assert [REFUSED, ACCEPTED] == [one.state for one in requests(order)]
    assert [[(1, 2)], [(2, 1)]] == [
        [(line.number, line.quantity) for line in one.lines] for one in requests(order)
    ]


STEPS: dict[str, Callable[[Order], Order]] = {
    "ship": lambda order: lifecycle.ship(order, Shipment(), NOON),
    "cancel": lambda order: lifecycle.cancel(order, ""),
    "complete": lambda order: lifecycle.complete(order, NOON),
    "correct": lambda order: correct(order, Correction(po_number="P"), {}),
    "add": lambda order: put_in(order, (Line(sku="A", quantity=1),), {}),
    "reprice": lambda order: reprice(order, {}, {1: Decimal(1)}),
    "move": lambda order: reassign(order, Customer(id=7), ()),
    "ask": asked,
}


@pytest.mark.parametrize("step", STEPS)
def test_until_it_is_answered_the_order_is_let_alone(step: str) -> None:
    with pytest.raises(Conflict, match="This order is asked to be cancelled; answer that"):
        STEPS[step](asked())


@pytest.mark.parametrize("step", sorted(STEPS.keys() - {"add", "ask"}))
def test_once_it_is_answered_the_order_goes_on(step: str) -> None:
    assert STEPS[step](ORDER).status is STEPS[step](answered(asked(), REFUSED)).status


def test_it_can_be_held_and_released_and_noted_meanwhile() -> None:
    held = lifecycle.hold(asked(), "Who knows.")

    assert ACCEPTED is outcome(answered(held))[0]
    assert lifecycle.note(lifecycle.release(held), "Call them.").status is Status.PROCESSING


def test_what_went_out_meanwhile_is_left_and_the_rest_is_cancelled() -> None:
    order = lifecycle.put_into(asked(wanted={1: 4}), Status.PARTLY_SHIPPED, NOON)
    parcel = Shipment(lines=(ShippedLine(number=1, quantity=3),))
    assert order.details is not None
    order = replace(order, details=replace(order.details, shipments=(parcel,)))

    assert closed_by_itself(order, "Eve", LATER) is order
    order = answered(order)
    assert (ACCEPTED, [2, 0]) == outcome(order)[::2]
    assert [3, 0] == [shipped(line) for line in order.lines]


@pytest.mark.parametrize("status", [Status.SHIPPED, Status.COMPLETED, Status.DELIVERED])
def test_where_all_went_out_meanwhile_it_is_too_late(status: Status) -> None:
    order = lifecycle.put_into(asked(), status, NOON)

    assert (TOO_LATE, status, [0, 0]) == outcome(answered(order))
    assert (TOO_LATE, status, [0, 0]) == outcome(closed_by_itself(order, "Eve", LATER))
    assert "Eve" == requests(closed_by_itself(order, "Eve", LATER))[0].answered_by


@pytest.mark.parametrize(
    ("status", "state"), [(Status.COMPLETED, TOO_LATE), (Status.CANCELLED, ACCEPTED)]
)
def test_what_a_vendor_says_of_the_whole_order_alone_counts(
    status: Status, state: CancellationState
) -> None:
    order = replace(asked(), status=status)

    assert state is outcome(closed_by_itself(order, "", LATER))[0]
    assert state is outcome(answered(order))[0]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED])
def test_where_it_was_given_up_meanwhile_it_is_as_if_accepted(status: Status) -> None:
    order = lifecycle.put_into(asked(), status, NOON)

    assert (ACCEPTED, status) == outcome(closed_by_itself(order, "", LATER))[:2]
    assert (ACCEPTED, status) == outcome(answered(order))[:2]


def test_where_its_line_is_gone_it_is_as_if_accepted() -> None:
    order = asked(wanted={2: 1})
    order = replace(order, lines=order.lines[:1])

    assert ACCEPTED is outcome(closed_by_itself(order, "", LATER))[0]


def test_of_lines_that_share_a_number_all_are_counted() -> None:
    lines = (
        replace(ORDER.lines[0], number=0),
        replace(ORDER.lines[1], number=0, status=Status.SHIPPED),
    )
    order = asked(replace(ORDER, lines=lines))

    assert closed_by_itself(order, "", LATER) is order


def test_nobody_asks_for_more_than_is_left_or_of_what_is_over() -> None:
    with pytest.raises(Invalid) as refused:
        asked(wanted={1: 6, 7: 1})
    assert [("quantity", Rule.SPENT, 1), ("number", Rule.UNKNOWN, 7)] == [
        (one.field, one.rule, one.line) for one in refused.value.problems
    ]
    for status in (Status.COMPLETED, Status.CANCELLED, Status.SHIPPED, Status.DRAFT):
        with pytest.raises(Conflict):
            asked(lifecycle.put_into(ORDER, status, NOON))
    with pytest.raises(Conflict):
        asked(replace(ORDER, deleted=NOON))


@pytest.mark.parametrize("order", [ORDER, answered(asked(), REFUSED)])
def test_where_nobody_asks_there_is_nothing_to_answer(order: Order) -> None:
    with pytest.raises(Conflict, match="Nobody asks"):
        answered(order)


ACTS: tuple[Callable[[Order], Order], ...] = (
    asked,
    lambda order: asked(order, {1: 2}),
    lambda order: asked(order, {1: 1, 2: Decimal("0.5")}),
    answered,
    lambda order: answered(order, REFUSED),
    lambda order: answered(order, TOO_LATE),
    lambda order: lifecycle.ship(order, Shipment(lines=(ShippedLine(number=1, quantity=1),)), NOON),
    lambda order: lifecycle.cancel(order, "", {2: 1}),
    lambda order: lifecycle.hold(order, "Why."),
    lifecycle.release,
    lambda order: lifecycle.put_into(order, Status.SHIPPED, NOON),
    lambda order: lifecycle.put_into(order, Status.CANCELLED, NOON),
    lambda order: lifecycle.put_into(order, Status.PROCESSING, NOON),
)


@given(st.lists(st.sampled_from(ACTS), max_size=12))
def test_whatever_is_asked_and_answered_no_more_than_one_question_is_open(
    acts: list[Callable[[Order], Order]],
) -> None:
    order = ORDER
    for act in acts:
        try:
            now = closed_by_itself(act(order), "", LATER)
        except HubError:
            continue
        before = requests(order) if order.details else ()
        after = requests(now) if now.details else ()
        kept = [one for one in before if one.state is not ASKED]
        assert kept == list(after[: len(kept)])
        assert [ASKED] * (open_request(now) is not None) == [
            one.state for one in after if one.state is ASKED
        ]
        if open_request(now) is not None:
            assert any(to_ship(line) for line in now.lines)
        order = now
