"""Placing what the version before channels had begun or done: never a second time by a slip."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import HubError, Invalid
from orderglot.core.order import Order, Reference, by_hub_id, id_at
from orderglot.stores import document
from orderglot.sync.notes import PLACING, Placing, noted
from orderglot.sync.place import place
from orderglot.sync.placement_checks import Terms
from orderglot.sync.placement_results import How, Placed
from orderglot.sync.recovery import Unknown
from tests.sync.test_place import ANYHOW, _later, done, orders_there
from tests.sync.vendors import LISTING, Vendor
from tests.sync.vendors import PLACING as DIALECTS

each = pytest.mark.parametrize("name", DIALECTS)


async def _begun(shop: Vendor, order: Order, key: str = "an-old-key") -> None:
    """Leave the note that the version before left of an order that was being sent."""
    now = shop.book.now()
    placing = Placing(
        dialect=shop.dialect.name, key=key, begun=now, sent=now, order=document.write(order)
    )
    async with shop.book.together() as unit:
        unit.note(noted(PLACING, f"{shop.dialect.name}/{order.id}", placing, None))


async def _sent(shop: Vendor, order: Order) -> None:
    """Let an order arrive at the vendor, as the version before sent it, and its answer get lost."""
    await shop.client.place(shop.vendor().source.outgoing(order), "an-old-key")
    _later(shop)


async def _sold(shop: Vendor) -> int:
    return len(await orders_there(shop))


async def _placed(
    shop: Vendor, order: Order, terms: Terms, *, continued: bool
) -> Placed | HubError:
    vendor = shop.vendor(continued=continued)
    try:
        return await place(shop.book, vendor, order, terms)
    except HubError as error:
        return error


@each
@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "lost"])
def test_what_was_under_way_is_resumed_by_the_channel_that_is_continued(
    name: str, arrived: bool
) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        await _begun(shop, order)
        if arrived:
            await _sent(shop, order)
        _later(shop)
        came = await _placed(shop, order, ANYHOW, continued=True)

        if isinstance(came, Placed):
            assert 1 == await _sold(shop)
            assert () == await shop.book.notes(PLACING)
            assert came.id == id_at(came.order, shop.channel.reference)
        else:
            assert isinstance(came, Unknown)
            assert arrived == await _sold(shop)

    done(name, work)


@each
@pytest.mark.parametrize("also", [True, False], ids=["also", "plain"])
def test_what_was_under_way_is_never_doubled_at_an_account_that_may_not_have_it(
    name: str, also: bool
) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        await _begun(shop, order)
        await _sent(shop, order)
        came = await _placed(shop, order, replace(ANYHOW, also=also), continued=False)

        assert 1 == await _sold(shop)
        if not also:
            assert isinstance(came, Invalid)
            assert f"is with {name} already" in came.message
        else:
            assert isinstance(came, Placed | Unknown)
            assert isinstance(came, Unknown) or () == await shop.book.notes(PLACING)

    done(name, work)


@pytest.mark.parametrize("name", [one for one in LISTING if one in DIALECTS])
def test_what_was_under_way_and_is_surely_not_there_may_be_bought_there_as_well(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        await _begun(shop, order)
        _later(shop)
        came = await _placed(shop, order, replace(ANYHOW, also=True), continued=False)

        assert isinstance(came, Placed)
        assert How.SENT is came.how
        # Where the first one went is still not known.
        assert 1 == len(await shop.book.notes(PLACING))

    done(name, work)


@pytest.mark.parametrize(
    "name", [one for one in LISTING if "po_number" not in dialects.dialect(one).can.loses]
)
def test_what_was_under_way_is_recognised_by_a_pull(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        await _begun(shop, order)
        await _sent(shop, order)
        done = await shop.pulled()

        assert 0 == done.checkpoint.new
        assert () == await shop.book.notes(PLACING)

    done(name, work)


@each
def test_what_was_placed_is_not_sent_again_to_an_account_that_may_have_it(name: str) -> None:
    async def work(shop: Vendor, order: Order) -> None:
        there = Reference(name, "70100")
        await shop.book.change(
            replace(order, references=(*order.references, there)), f"placed: {name}"
        )
        mine = await shop.book.get(by_hub_id(order.id))
        came = await _placed(shop, mine, ANYHOW, continued=False)

        assert isinstance(came, Invalid)
        assert "say --is ID" in came.message
        assert 0 == await _sold(shop)

    done(name, work)
