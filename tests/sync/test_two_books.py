"""Two books that disagree: whose id it is, whose change, and what never changes hands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.cancellation_requests import CancellationState
from orderglot.core.cancelling import ask
from orderglot.core.customer import Customer
from orderglot.core.order import HUB, Order, Reference, native
from orderglot.core.values import Status
from orderglot.sync.conflicts import disagreements
from tests.sync.vendors import LISTING, Vendor, vendor

T = TypeVar("T")

each = pytest.mark.parametrize("name", LISTING)
COUNT = 3
NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)


def carries(*fields: str) -> list[str]:
    """Name the dialects that can list and whose wire carries some fields."""
    return [one for one in LISTING if not dialects.dialect(one).can.loses.intersection(fields)]


def between(name: str, work: Callable[[Vendor], Awaitable[T]], count: int = COUNT) -> T:
    async def worked() -> T:
        async with vendor(name, count) as shop:
            return await work(shop)

    return asyncio.run(worked())


async def first_there(shop: Vendor) -> Order:
    found = [order async for order in shop.implementation.book.walk()]
    return found[0]


async def here(shop: Vendor, theirs: Order) -> Order:
    """Give the book's order that is a vendor's."""
    return await shop.book.get(Reference(shop.channel.reference, native(theirs, shop.dialect.name)))


async def change_there(shop: Vendor, **members: object) -> Order:
    order = await first_there(shop)
    later = (order.modified or shop.book.now()) + timedelta(minutes=1)
    changed = replace(order, **{"modified": later, **members})
    return await shop.implementation.book.change(changed)


@each
def test_two_vendors_of_one_dialect_may_have_the_same_id(name: str) -> None:
    async def work() -> None:
        async with AsyncExitStack() as stack:
            one = await stack.enter_async_context(vendor(name, COUNT))
            other = await stack.enter_async_context(vendor(name, COUNT))
            other.store, other.book, other.at = one.store, one.book, "elsewhere"
            await change_there(other, po_number="PO-ELSEWHERE")
            assert COUNT == (await one.pulled()).checkpoint.new
            found = await other.pulled(continued=False)

            certificate = found.certificate
            assert certificate is not None
            seen = certificate.new + certificate.changed + certificate.same + certificate.aside
            assert COUNT == seen
            theirs = await first_there(one)
            mine = await here(one, theirs)
            assert theirs.po_number == mine.po_number or "po_number" in one.dialect.can.loses
            assert mine == await one.book.get(Reference(name, native(theirs, name)))

    asyncio.run(work())


@each
def test_an_id_that_our_client_was_told_stays_whatever_is_placed_or_pulled(name: str) -> None:
    async def work(shop: Vendor) -> None:
        own = await shop.book.place(Order(po_number="OWN", status=Status.RECEIVED))
        shown = Reference(name, native(own, name))
        reference = Reference(shop.channel.reference, "77001")
        await shop.book.change(replace(own, references=(*own.references, reference)))
        await shop.pulled()

        assert own.id == (await shop.book.get(shown)).id
        assert own.id == (await shop.book.get(Reference(HUB, str(own.id)))).id

    between(name, work)


@pytest.mark.parametrize("name", carries("status"))
def test_what_the_vendor_ships_arrives_though_a_note_was_written_here(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        mine = await here(shop, await first_there(shop))
        await shop.book.change(replace(mine, assigned_user="42", modified=FAR))
        theirs = await change_there(shop, status=Status.COMPLETED)
        found = await shop.pulled()

        assert 1 == found.checkpoint.changed
        mine = await here(shop, theirs)
        assert (shop.shown(theirs).status, "42") == (mine.status, mine.assigned_user)

    between(name, work)


FAR = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", carries("status"))
def test_what_is_cancelled_here_stays_cancelled_while_the_vendor_changes_nothing(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        mine = await here(shop, await first_there(shop))
        await shop.book.change(replace(mine, status=Status.CANCELLED))
        found = await shop.pulled()

        assert (0, COUNT) == (found.checkpoint.changed, found.checkpoint.same)
        assert Status.CANCELLED is (await here(shop, await first_there(shop))).status

    between(name, work)


@pytest.mark.parametrize("name", carries("status"))
def test_what_both_changed_is_taken_from_its_master_and_told(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        mine = await here(shop, await first_there(shop))
        await shop.book.change(replace(mine, status=Status.CANCELLED))
        theirs = await change_there(shop, status=Status.COMPLETED)
        found = await shop.pulled()

        certificate = found.certificate
        assert certificate is not None
        assert (1, 4) == (certificate.conflicts, certificate.code)
        (one,) = await disagreements(shop.book)
        assert ("status", "cancelled", str(shop.shown(theirs).status), False) == (
            one.field,
            one.ours,
            one.theirs,
            one.ours_stands,
        )
        assert shop.shown(theirs).status is (await here(shop, theirs)).status

    between(name, work)


@pytest.mark.parametrize("name", carries("status", "lines"))
def test_a_request_to_cancel_what_he_completed_meanwhile_came_too_late(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        mine = await here(shop, await first_there(shop))
        await shop.book.change(ask(replace(mine, status=Status.PROCESSING), "", "Ann", NOON))
        theirs = await change_there(shop, status=Status.COMPLETED)
        await shop.pulled()

        found = await here(shop, theirs)
        assert found.details is not None
        assert [CancellationState.TOO_LATE] == [one.state for one in found.details.cancellations]
        events = [event.what for event in await shop.book.events(found.id)]
        assert 1 == events.count("cancellation too late")

    between(name, work)


@each
def test_a_pull_never_changes_whose_order_it_is(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        mine = await here(shop, await first_there(shop))
        moved = await shop.book.change(replace(mine, customer=None))
        await change_there(shop, po_number="PO-AGAIN", status=Status.COMPLETED)
        await shop.pulled()

        assert moved.customer == (await here(shop, await first_there(shop))).customer

    between(name, work)


@pytest.mark.parametrize("name", carries("lines"))
def test_lines_that_are_not_shown_any_more_are_kept(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        before = await here(shop, await first_there(shop))
        theirs = await change_there(shop, lines=(), status=Status.COMPLETED)
        await shop.pulled()

        assert before.lines
        assert before.lines == (await here(shop, theirs)).lines

    between(name, work)


@each
def test_our_own_order_that_comes_back_through_another_account_is_recognised(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        shop.at = "the-same-by-another-name"
        found = await shop.pulled(continued=False)

        certificate = found.certificate
        assert certificate is not None
        assert COUNT == len([order async for order in shop.book.walk()])
        # Without lines nobody can be sure that it is the same order; then a person is asked.
        aside = COUNT if "lines" in shop.dialect.can.loses else 0
        assert (0, aside) == (certificate.new, certificate.aside)

    between(name, work)


@each
def test_a_customer_of_the_same_number_is_not_taken_for_another_vendors(name: str) -> None:
    async def work(shop: Vendor) -> None:
        theirs = await first_there(shop)
        number = theirs.customer.number if theirs.customer else ""
        partner = await shop.book.keep_customer(Customer(number=number or "C1", name="Partner"))
        await shop.pulled()

        async for order in shop.book.walk():
            assert order.customer is None or order.customer.id != partner.id

    between(name, work)


@pytest.mark.parametrize("name", [one for one in carries("lines", "created") if one != "komet"])
def test_our_own_order_that_was_changed_and_comes_by_another_account_is_put_aside(
    name: str,
) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        theirs = await first_there(shop)
        more = replace(theirs.lines[0], quantity=theirs.lines[0].quantity + 24)
        await change_there(shop, lines=(more, *theirs.lines[1:]))
        shop.at = "the-same-by-another-name"
        found = await shop.pulled(continued=False)

        assert (0, 1) == (found.checkpoint.new, found.checkpoint.rejected)

    between(name, work)
