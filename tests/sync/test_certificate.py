"""What a pull says of itself: whole or not, though it was stopped, narrow, or there is much to ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.order import Line, Order, Reference, native
from orderglot.core.query import Page
from orderglot.core.rejects import rejects_of
from orderglot.core.values import Status
from orderglot.sync import revisiting
from orderglot.sync.certificate import Certificate, Code, gaps
from orderglot.sync.pull import Progress
from orderglot.wire.message import Request, Response, Send
from tests.sync.test_hidden import NOW, first, set_clock
from tests.sync.test_pull import Stopped, _with_pages_of, done, each, stop_after
from tests.sync.vendors import Vendor


def certificate_of(found: Progress) -> Certificate:
    assert found.certificate is not None
    return found.certificate


async def known(shop: Vendor, *ids: str) -> None:
    """Put orders into the book that are known by the vendor's ids, and that he does not have."""
    references = [Reference(shop.channel.reference, id) for id in ids]
    await shop.book.keep(
        *(Order(references=(one,), lines=(Line(sku="X", quantity=1),)) for one in references)
    )


@each
def test_a_whole_pull_that_went_on_after_a_stop_is_whole(name: str) -> None:
    async def work(shop: Vendor) -> None:
        shop.client.dialect = _with_pages_of(shop, 5)
        with pytest.raises(Stopped):
            await shop.pulled(stop_after(3))
        found = await shop.pulled()
        certificate = certificate_of(found)

        assert found.resumed
        assert (Code.WHOLE, 0, 0) == (certificate.code, certificate.unseen, certificate.there)
        assert "not looked for" in certificate.sentence
        again = certificate_of(await shop.pulled())
        assert "not looked for" not in again.sentence

    done(name, work)


@each
def test_every_order_that_a_whole_pull_did_not_see_is_asked_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisiting, "MANY", 4)
    notices: list[str] = []

    async def work(shop: Vendor) -> None:
        await shop.pulled()
        await known(shop, *map(str, range(80_001, 80_008)))
        found = certificate_of(await shop.pulled(warn=notices.append))

        assert (Code.WHOLE, 7, 0) == (found.code, found.unseen, found.there)
        assert "7 that are known here are gone there" in found.sentence
        assert ["7 orders that the list did not show are asked for one by one."] == notices

    done(name, work, 3)


@each
def test_what_a_customers_list_lacks_and_the_vendor_still_has_is_a_sign(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(shop: Vendor) -> None:
        theirs = [one async for one in shop.implementation.book.walk()][-1]
        assert theirs.customer is not None
        whose = native(theirs.customer, name)
        await shop.pulled(customer=whose)
        hidden = native(theirs, name)
        page = shop.client.page

        async def lacking(*asked: Any) -> Page:
            found = await page(*asked)
            left = tuple(one for one in found.orders if native(one, name) != hidden)
            total = None if found.total is None else found.total - 1
            return replace(found, orders=left, total=total)

        monkeypatch.setattr(shop.client, "page", lacking)
        found = certificate_of(await shop.pulled(customer=whose))

        assert (Code.SIGNS, 1, 1) == (found.code, found.unseen, found.there)
        other = certificate_of(await shop.pulled(customer="another"))
        assert (Code.WHOLE, 0) == (other.code, other.unseen)

    done(name, work, 3)


@each
def test_an_open_order_that_cannot_be_read_any_more_stops_none_behind_it(name: str) -> None:
    async def work(shop: Vendor) -> None:
        set_clock(shop, NOW)
        await shop.pulled()
        await shop.pulled(since_last=True)
        oldest = native(await first(shop), name)
        last = [one async for one in shop.implementation.book.walk()][-1]
        changed = await shop.implementation.book.change(
            replace(last, status=Status.SHIPPED, po_number="LATER", modified=NOW)
        )
        shop.between(_garbled(oldest))
        set_clock(shop, NOW + timedelta(hours=3))
        found = certificate_of(await shop.pulled(since_last=True))

        mine = await shop.book.get(Reference(shop.channel.reference, native(changed, name)))
        assert shop.shown(changed).status is mine.status
        asked = any(one.path.endswith(f"/{oldest}") for one in shop.asked)
        aside = [one.id for _, one in await rejects_of(shop.book)]
        assert (found.aside > 0) == bool(aside)
        assert not asked or aside == [oldest]

    done(name, work, 4)


def _garbled(id: str) -> Callable[[Request, Send], Awaitable[Response]]:
    """Answer the question for one order with what is none."""

    async def stand(request: Request, send: Send) -> Response:
        response = await send(request)
        alone = request.path.endswith(f"/{id}") and response.status == 200
        return replace(response, body=b"}" + response.body) if alone else response

    return stand


def test_signs_outrank_what_was_put_aside_and_both_are_told() -> None:
    both = Certificate(channel="kole@there", until=NOW, aside=2, missed=1, conflicts=3)

    assert Code.SIGNS == both.code
    assert (
        "but for 1 that the vendor counts and did not show, 2 put aside, 3 changed on both sides"
        in both.sentence
    )


@pytest.mark.parametrize(
    ("ids", "missing"),
    [((), 0), (("7",), 0), (("7", "9"), 1), (("12", "3", "5", "x-1"), 7), (("5", "5", "6"), 0)],
)
def test_numbers_that_a_sequence_lacks_are_counted(ids: tuple[str, ...], missing: int) -> None:
    assert missing == gaps(ids)
