"""What may be placed: whatever speaks against it is told by name, before anything is sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.cancellation_requests import CancellationState
from orderglot.core.cancelling import answer, ask
from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.customer import Customer
from orderglot.core.errors import HubError, Invalid
from orderglot.core.fields import every_field
from orderglot.core.line_details import LineDetails
from orderglot.core.order import (
    Address,
    Discount,
    Identity,
    Line,
    LinePricing,
    Order,
    Reference,
)
from orderglot.core.order_details import OrderDetails, PaymentMade
from orderglot.core.parties import Party, Role
from orderglot.core.schedule import Schedule
from orderglot.core.shipments import Shipment
from orderglot.core.values import Kind, Status
from orderglot.sync.place import place
from orderglot.sync.placement_checks import DELIVERY, MONEY, OF_PRICES, Terms
from orderglot.sync.placement_results import How, Placed
from orderglot.wire.loss import untaken
from tests.full_records import full
from tests.sync.hubs import RENO
from tests.sync.vendors import PLACING as DIALECTS
from tests.sync.vendors import Vendor, noted_as_placed, vendor

each = pytest.mark.parametrize("name", DIALECTS)

NOON = datetime(2024, 5, 21, 12, tzinfo=UTC)
PLAIN = Terms(without=("ship_to", "lines.deliver_by", "lines.box"))
SALES_ALONE = [name for name in DIALECTS if "kind" not in dialects.dialect(name).can.takes]
WHOLE = [name for name in DIALECTS if dialects.dialect(name).can.whole]
OWNED = [name for name in DIALECTS if "customer" in dialects.dialect(name).can.takes]


@dataclass
class Attempt:
    """What came of trying to place one order, and what the vendor heard of it."""

    came: Placed | HubError
    asked: int

    @property
    def reason(self) -> str:
        """Give the reason why nothing was sent."""
        assert isinstance(self.came, Invalid), self.came
        assert self.asked == 0
        return self.came.message


def tried(
    name: str,
    change: Callable[[Order], Order],
    terms: Terms = PLAIN,
    prepare: Callable[[Vendor, Order], Awaitable[Order | None]] | None = None,
    **channel: Any,
) -> Attempt:
    """Try to place an order that the vendor would take, but for one change."""

    async def work() -> Attempt:
        async with vendor(name) as shop:
            draft = replace(shop.implementation.draft, customer=None)
            changed = change(draft)
            shop.book = shop.store.of(replace(shop.book.caller, tests=True))
            order = await shop.book.place(changed)
            if prepare is not None:
                order = await prepare(shop, order) or order
            there = shop.vendor(continued=False)
            there = replace(there, channel=replace(there.channel, **channel))
            try:
                came: Placed | HubError = await place(shop.book, there, order, terms)
            except HubError as error:
                came = error
            return Attempt(came, len(shop.asked))

    return asyncio.run(work())


@each
@pytest.mark.parametrize("kind", [Kind.RETURN, Kind.QUOTE, Kind.ADJUSTMENT])
def test_what_is_no_sale_is_not_sent(name: str, kind: Kind) -> None:
    assert (
        f"This is a {kind}, not a sale" in tried(name, lambda one: replace(one, kind=kind)).reason
    )


@pytest.mark.parametrize("kind", [Kind.RENEWAL, Kind.SWITCH, Kind.TRANSFER])
@pytest.mark.parametrize("name", SALES_ALONE)
def test_what_a_wire_would_make_a_sale_of_is_not_sent(name: str, kind: Kind) -> None:
    reason = tried(name, lambda one: replace(one, kind=kind)).reason

    assert f"A {kind} would be a sale at {name}@there" in reason


@each
@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED, Status.DRAFT])
def test_what_has_ended_or_not_begun_is_not_sent(name: str, status: Status) -> None:
    assert str(status) in tried(name, lambda one: replace(one, status=status)).reason


@each
def test_what_is_deleted_is_not_sent(name: str) -> None:
    assert "is deleted" in tried(name, lambda one: replace(one, deleted=NOON)).reason


@each
def test_what_is_asked_to_be_cancelled_is_not_sent(name: str) -> None:
    def asked(order: Order) -> Order:
        return ask(order, "Twice.", "Ann", NOON)

    assert "answer-cancellation" in tried(name, asked).reason
    refused = tried(
        name, lambda one: answer(asked(one), CancellationState.REFUSED, "Bob", NOON), PLAIN
    )
    assert isinstance(refused.came, Placed)


@each
def test_what_is_asked_to_be_cancelled_at_the_last_moment_is_not_sent_either(name: str) -> None:
    async def meanwhile(shop: Vendor, order: Order) -> None:
        await shop.book.change(ask(order, "Twice.", "Ann", NOON))

    assert "answer-cancellation" in tried(name, lambda one: one, prepare=meanwhile).reason


def _first(order: Order, **change: Any) -> Order:
    line, *others = order.lines
    return replace(order, lines=(replace(line, **change), *others))


@each
def test_a_line_below_nought_is_not_bought(name: str) -> None:
    reason = tried(name, lambda one: _first(one, quantity=-2)).reason

    assert "quantity: -2 of" in reason
    assert "takes back" in reason


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_not_whole_is_not_rounded(name: str) -> None:
    reason = tried(name, lambda one: _first(one, quantity=Decimal("1.5"), unit="kg")).reason

    assert "quantity: 1.5 kg of" in reason
    assert "not a whole quantity" in reason


@pytest.mark.parametrize("name", sorted({*DIALECTS} - {*WHOLE}))
def test_what_is_not_whole_is_sent_where_that_can_be_said(name: str) -> None:
    assert tried(name, lambda one: _first(one, quantity=Decimal("1.5"), unit="kg")).asked


@each
def test_a_cancelled_line_is_not_bought(name: str) -> None:
    assert (
        "The line is cancelled"
        in tried(name, lambda one: _first(one, status=Status.CANCELLED)).reason
    )


@each
@pytest.mark.parametrize("test", [False, True])
def test_a_test_order_goes_to_a_test_account_alone(name: str, test: bool) -> None:
    def change(order: Order) -> Order:
        return replace(order, test=test)

    asked = tried(name, change, test=not test)
    kinds = ("live", "test")

    assert f"This is a {kinds[test]} order" in asked.reason
    assert f"a {kinds[not test]} account" in asked.reason
    assert isinstance(tried(name, change, test=test).came, Placed)
    assert isinstance(tried(name, change).came, Placed)


@each
def test_another_currency_than_the_vendors_is_not_sent(name: str) -> None:
    reason = tried(name, lambda one: replace(one, currency="EUR"), currency="GBP").reason

    assert f"in EUR, and {name}@there sells in GBP" in reason


@pytest.mark.parametrize(
    "name", [name for name in DIALECTS if "currency" not in dialects.dialect(name).can.takes]
)
def test_a_currency_that_a_vendor_is_not_told_is_not_sent(name: str) -> None:
    reason = tried(name, lambda one: replace(one, currency="JPY")).reason

    assert "JPY" in reason
    assert "currency of [channels.there]" in reason


def test_a_vendor_who_sells_in_one_currency_is_known_to() -> None:
    assert "sells in USD" in tried("kole", lambda one: replace(one, currency="EUR")).reason


async def _of(shop: Vendor, order: Order, **customer: Any) -> Order:
    added = await shop.book.keep_customer(Customer(number="C-1", name="Corner Shop", **customer))
    mine = replace(order, customer=Identity(id=added.id))
    return await shop.book.change(mine)


@pytest.mark.parametrize("name", OWNED)
def test_a_customer_without_an_id_there_is_not_sent(name: str) -> None:
    reason = tried(name, lambda one: one, prepare=_of).reason

    assert f"orderglot customer change C-1 --known-as {name}@there=ID" in reason


@pytest.mark.parametrize("name", OWNED)
def test_a_customer_whom_our_clients_know_is_not_so_known_to_the_vendor(name: str) -> None:
    async def prepare(shop: Vendor, order: Order) -> Order:
        return await _of(shop, order, references=(Reference(name, "601"),))

    assert "has no id for customer C-1" in tried(name, lambda one: one, prepare=prepare).reason


@each
def test_the_customer_for_whom_a_key_speaks_needs_no_id(name: str) -> None:
    came = tried(name, lambda one: one, prepare=_of, customer="C-1").came

    assert isinstance(came, Placed)
    assert How.SENT is came.how


@each
def test_another_customer_than_the_keys_is_not_sent(name: str) -> None:
    reason = tried(name, lambda one: one, prepare=_of, customer="C-2").reason

    assert f"is of customer C-1, and the key of {name}@there speaks for C-2" in reason


@each
def test_what_another_vendor_has_is_sent_only_with_also(name: str) -> None:
    def change(order: Order) -> Order:
        return replace(order, references=(*order.references, Reference("kole@else", "12404")))

    assert "is with kole@else already; say --also" in tried(name, change).reason
    assert isinstance(tried(name, change, replace(PLAIN, also=True)).came, Placed)


@each
def test_what_is_under_way_to_another_vendor_is_sent_only_with_also(name: str) -> None:
    async def prepare(shop: Vendor, order: Order) -> None:
        now = shop.book.now()
        async with shop.book.together() as unit:
            noted_as_placed(unit, order, "kole@else", now)

    assert "is with kole@else already" in tried(name, lambda one: one, prepare=prepare).reason


def test_what_a_client_of_ours_was_told_is_no_other_vendor() -> None:
    def change(order: Order) -> Order:
        return replace(order, references=(Reference("komet", "48"),))

    assert isinstance(tried("kole", change).came, Placed)


STREET = replace(RENO, company="Sample")
UNTOLD = {
    "adobe": "ship_to.company, ship_to.line_1, ship_to.city, ship_to.state, "
    "ship_to.postal_code, ship_to.country",
    "catalyst": "ship_to.company, ship_to.line_1, ship_to.city, ship_to.state, ship_to.postal_code",
    "komet": "ship_to.company, ship_to.line_1, ship_to.city, ship_to.state, "
    "ship_to.postal_code, ship_to.country",
}


@pytest.mark.parametrize("name", UNTOLD)
def test_an_address_that_a_wire_cannot_carry_is_told_before(name: str) -> None:
    def change(order: Order) -> Order:
        return replace(order, ship_to=STREET)

    reason = tried(name, change, Terms()).reason
    assert f"{name}@there cannot be told {UNTOLD[name]}; say --without ship_to" in reason
    assert isinstance(tried(name, change, Terms(without=("ship_to",))).came, Placed)


@each
def test_a_discount_that_a_wire_cannot_carry_is_told_before(name: str) -> None:
    def change(order: Order) -> Order:
        return replace(order, discount=Discount(code="SPRING", amount=Decimal("5.00")))

    asked = tried(name, change)
    assert "discount.code" in asked.reason
    assert ("discount.amount" in asked.reason) == (name != "catalyst")


DAY = date(2024, 6, 1)
TEN_OFF = (AllowanceCharge(code="TEN", amount=Decimal(10)),)

OF_DETAILS: dict[str, OrderDetails] = {
    "details.allowance_charges": OrderDetails(allowance_charges=TEN_OFF),
    "details.schedule.wanted": OrderDetails(schedule=Schedule(wanted=DAY)),
    "details.schedule.not_before": OrderDetails(schedule=Schedule(not_before=DAY)),
    "details.schedule.cancel_after": OrderDetails(schedule=Schedule(cancel_after=DAY)),
    "details.parties": OrderDetails(parties=(Party(role=Role.SHIP_TO, number="S-2"),)),
    "details.shipments": OrderDetails(shipments=(Shipment(tracking="T-1"),)),
    "details.prices_include_tax": OrderDetails(prices_include_tax=True),
}
OF_LINE_DETAILS: dict[str, LineDetails] = {
    "lines.details.allowance_charges": LineDetails(allowance_charges=TEN_OFF),
    "lines.details.schedule.wanted": LineDetails(schedule=Schedule(wanted=DAY)),
    "lines.details.schedule.not_before": LineDetails(schedule=Schedule(not_before=DAY)),
    "lines.details.schedule.cancel_after": LineDetails(schedule=Schedule(cancel_after=DAY)),
    "lines.details.ship_to": LineDetails(ship_to="S-2"),
    "lines.details.unit_code": LineDetails(unit_code="KGM"),
    "lines.details.cancelled": LineDetails(cancelled=1),
    "lines.details.shipped": LineDetails(shipped=1),
    "lines.details.returned": LineDetails(returned=1),
    "lines.details.prices_include_tax": LineDetails(prices_include_tax=True),
    "lines.details.price_quantity": LineDetails(price_quantity=100),
}


def detailed(member: str) -> Callable[[Order], Order]:
    """Make the change that gives an order, or its first line, one member of its details."""
    if member in OF_DETAILS:
        return partial(replace, details=OF_DETAILS[member])
    return partial(_first, details=OF_LINE_DETAILS[member])


def test_every_member_of_the_details_that_matters_is_tried() -> None:
    listed = [one for one in (*DELIVERY, *MONEY, *OF_PRICES) if "details." in one]
    assert sorted(listed) == sorted([*OF_DETAILS, *OF_LINE_DETAILS])


IN_NEITHER = (
    *("details.tax_lines", "details.second_currency", "details.payments", "details.refunds"),
    *("details.responses", "details.schedule.promised"),
    *("details.hold_reason", "details.cancel_reason", "details.cancellations"),
    *("lines.details.tax_lines", "lines.details.item_numbers", "lines.details.schedule.promised"),
)
"""The details on which neither delivery nor money depends."""


def test_every_member_of_the_details_is_sorted_once() -> None:
    sorted_out = [one for one in (*DELIVERY, *MONEY, *OF_PRICES, *IN_NEITHER) if "details." in one]
    for name in every_field():
        if name.startswith(("details.", "lines.details.")):
            within = [one for one in sorted_out if name == one or name.startswith(f"{one}.")]
            assert 1 == len(within), f"{name}: does delivery depend on it, money, or neither?"


@each
@pytest.mark.parametrize("member", [*OF_DETAILS, *OF_LINE_DETAILS])
def test_details_that_delivery_or_money_depends_on_are_told_before(name: str, member: str) -> None:
    takes = dialects.dialect(name).can.takes
    matters = member not in takes and (member not in OF_PRICES or "lines.unit_price" in takes)
    came = tried(name, detailed(member))

    if matters:
        assert f"cannot be told {member}; say --without {member} if" in came.reason
        came = tried(name, detailed(member), replace(PLAIN, without=(*PLAIN.without, member)))
    assert isinstance(came.came, Placed)


HARMLESS = OrderDetails(
    tax_lines=(TaxLine(name="VAT", amount=Decimal(1)),),
    parties=(Party(role=Role.CARRIER, name="Post"),),
    payments=(PaymentMade(id="P-1", amount=Decimal(1)),),
    schedule=Schedule(promised=DAY),
)


@each
def test_details_that_neither_depends_on_keep_no_order_back(name: str) -> None:
    def change(order: Order) -> Order:
        return replace(_first(order, details=LineDetails(unit_code="C62")), details=HARMLESS)

    assert isinstance(tried(name, change).came, Placed)


def test_everything_that_speaks_against_it_is_told_at_once() -> None:
    reason = tried(
        "kole",
        lambda one: replace(_first(one, quantity=-2), kind=Kind.RETURN, status=Status.CANCELLED),
    ).reason

    assert ["status: ", "kind: ", "lines[1].quantity: "] == [
        one for one in ("status: ", "kind: ", "lines[1].quantity: ") if one in reason
    ]


# What a dialect declares that a new order carries is what its client sends.

EMPTY: dict[str, Any] = {
    "customer": Identity(),
    "ship_to": Address(),
    "bill_to": Address(),
    "pricing": LinePricing(),
}


def _with(struct: Any, path: list[str], source: Any) -> Any:
    """Give a thing one member of another thing, at any depth; the first of many."""
    name, *rest = path
    value = getattr(source, name)
    if not rest:
        return replace(struct, **{name: value})
    inner = getattr(struct, name)
    if isinstance(inner, tuple):
        first = inner[0] if inner else type(value[0])()
        return replace(struct, **{name: (_with(first, rest, value[0]), *inner[1:])})
    if inner is None:
        inner = EMPTY[name] if name in EMPTY else type(value)()
    return replace(struct, **{name: _with(inner, rest, value)})


async def _asked(name: str, change: Callable[[Order], Order]) -> list[object]:
    """Give what a vendor is sent of an order that nobody knows yet."""
    async with vendor(name) as shop:
        with contextlib.suppress(HubError):
            await shop.client.place(replace(change(shop.implementation.draft), id=0))
        return [(one.method, one.path, str(one.query), one.body) for one in shop.asked]


def _numbers(order: Order) -> Order:
    """Let texts that some wire has as numbers be numbers."""
    line, *others = order.lines
    return replace(
        order,
        integration="71",
        category="72",
        tax_code="73",
        assigned_user="74",
        location="75",
        discount=replace(order.discount, code="76", voucher="77"),
        shipping=replace(order.shipping, option="78"),
        lines=(replace(line, item_id="79", carrier_id="80"), *others),
    )


CHANGED = [_numbers(full(Order, number)) for number in (3, 4, 5)]
KNOWN = {"id", "version", "references", "links", "customer"}


@pytest.mark.long
@each
def test_what_a_new_order_carries_is_what_is_sent(name: str) -> None:
    async def work() -> set[str]:
        base = await _asked(name, lambda one: one)
        return {
            field
            for field in every_field()
            for other in CHANGED
            if field.split(".")[0] not in KNOWN
            and base != await _asked(name, partial(_with, path=field.split("."), source=other))
        }

    takes = dialects.dialect(name).can.takes
    assert sorted(takes - KNOWN) == sorted(asyncio.run(work()))


@each
def test_whether_a_new_order_says_whose_it_is_is_what_is_declared(name: str) -> None:
    async def work() -> bool:
        customers = [Identity(references=(Reference(name, id),)) for id in ("601", "602")]
        changes = [partial(replace, customer=customer) for customer in customers]
        one, other = [await _asked(name, change) for change in changes]
        return one != other

    assert ("customer" in dialects.dialect(name).can.takes) is asyncio.run(work())


@each
def test_what_a_wire_loses_is_told_only_where_something_is_said(name: str) -> None:
    can = dialects.dialect(name).can

    assert () == untaken(Order(lines=(Line(sku="A", quantity=1),)), name, can, (*DELIVERY, *MONEY))
