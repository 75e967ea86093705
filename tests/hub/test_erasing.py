"""A customer is erased: nothing of them is left in any byte, and what was ordered and what it comes to is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from orderglot.config import Config
from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, ShippingAccount, identity
from orderglot.core.erasures import ERASING
from orderglot.core.order import (
    Address,
    Line,
    Notification,
    Order,
    Reference,
    Shipping,
    Totals,
    Unknown,
)
from orderglot.core.order_details import OrderDetails
from orderglot.core.parties import Party, Role
from orderglot.core.ports import Answered, Note
from orderglot.core.rejects import REJECT, Reject, StoredResponse
from orderglot.hub.erasing import erase_customer
from orderglot.hub.journals import recorder_of
from orderglot.hub.opening import Hub, opened
from tests.journal.exchanges import exchange
from tests.postgres import new_database
from tests.stored_bytes import everything, everything_in

MARK = "Zöe Q&A Markquist"
ASCII = "markquist"
"""A part of it that every spelling of it has, in small letters."""

PHONE = "+49 30 5550177"
WHOLE = Address(
    company=f"{MARK} Ltd",
    first_name="Zöe",
    last_name="Markquist",
    line_1="Markquist Lane 7",
    city="Markquistville",
    postal_code="MQ1",
    country="DE",
    phone=PHONE,
    email="zoe@markquist.example",
)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give where a new book is to be."""
    return f"sqlite:///{tmp_path}/book.db" if request.param == "sqlite" else new_database()


def stored(url: str) -> bytes:
    """Give every byte that is stored of a book and its journal, in small letters."""
    if url.startswith("postgres"):
        return everything_in(url).lower()
    path = Path(url.removeprefix("sqlite:///"))
    return (everything(path) + everything(path.with_name("book.db.exchanges"))).lower()


def an_order(customer: Customer, **more: object) -> Order:
    """Give an order that says all of its customer wherever it can."""
    order = Order(
        customer=identity(customer),
        name=f"For {MARK}",
        notes=f"Ring {PHONE} and ask for Markquist; 2 boxes.",
        currency="EUR",
        bill_to=WHOLE,
        ship_to=replace(
            WHOLE, company="The Other Markquist", unknown=(Unknown("kole", ("x",), MARK),)
        ),
        shipping=Shipping(
            attention=MARK, notifications=(Notification(type="TRACKING", email=WHOLE.email),)
        ),
        lines=(
            Line(number=1, sku="AA124", quantity=3, unit_price=Decimal("1.50"), ship_name=MARK),
        ),
        totals=Totals(total=Decimal("4.50")),
        details=OrderDetails(
            parties=(
                Party(role=Role.END_USER, name=MARK, address=WHOLE),
                Party(role=Role.CARRIER, name="UPS"),
            )
        ),
        extras={"adobe.contact": {"mail": WHOLE.email, "size": 3}},
        unknown=(Unknown("kole", ("who",), {"name": MARK}, client=True),),
    )
    return replace(order, **more)


BODY = (
    f'{{"company": "{MARK}", "mail":"zoe@markquist.example", "total": 4.50, "note": "Z\\u00f6e Q&A Markquist"}}'
).encode()
XML = "<order><name>Zöe Q&amp;A Markquist</name><total>4.50</total></order>".encode()


async def filled(hub: Hub) -> tuple[Customer, Customer]:
    """Fill a book with all that is kept of a customer, and with another customer."""
    hub.store.by(Person("ada", "desk"))
    seller = await hub.store.add_seller("acme", currency="EUR")
    book = hub.book(seller, tests=True)
    mine = await book.keep_customer(
        Customer(
            number="zoe@markquist.example",
            name=MARK,
            first_name="Zöe",
            last_name="Markquist",
            email=WHOLE.email,
            phone=PHONE,
            tax_id="DE-Markquist",
            bill_to=WHOLE,
            shipping_accounts=(ShippingAccount(carrier="UPS", number="MARKQUIST1"),),
            references=(Reference("kole@far", "zoe@markquist.example"),),
            extras={"adobe.contact": MARK},
        )
    )
    other = await book.keep_customer(
        Customer(number="C2", name="Corner Shop", email="c@shop.example")
    )
    async with book.together() as unit:
        live = await unit.place(an_order(mine), why=f"{MARK} asked for it")
        await unit.place(an_order(mine, test=True))
        await unit.place(
            an_order(
                other,
                bill_to=None,
                ship_to=None,
                details=None,
                name="Theirs",
                notes="",
                unknown=(),
                extras={},
                shipping=Shipping(),
                lines=(Line(number=1, sku="AA124", quantity=9),),
            )
        )
        reject = Reject(
            dialect="kole",
            channel="kole@far",
            first=NOW,
            last=NOW,
            reason=f"{MARK} is new",
            answers=(StoredResponse(200, "application/xml", XML),),
        )
        unit.note(Note(kind=REJECT, name="one", document=msgspec.json.encode(reject)))
        for kind in ("webhook-waiting/wh-1", "webhook-delivery/wh-1", "placing"):
            unit.note(Note(kind=kind, name="one", document=BODY))
        unit.note(Note(kind=REJECT, name="two", document=b'{"reason":"Corner Shop"}'))
        unit.remember(
            Answered(dialect="kole", key="k", asked="x", answer=BODY, expires=NOW + timedelta(9999))
        )
        unit.happened("pull.failed", {"job": "far.pull", "reason": f"{MARK} is no date"})
    async with book.together() as unit:
        found = await unit.get(Reference("", str(live.id)))
        # An earlier version has stood in the file, and elsewhere than the present one.
        await unit.change(replace(found, notes=found.notes + " Markquist " * 400))
    recorder = recorder_of(Config(database=hub.url))
    assert recorder is not None
    whole = Caller(seller=seller.id, name="kole:X1")
    recorder(
        exchange(
            whole,
            body=BODY,
            answer=XML,
            orders=(live.id,),
            path="/orders/Z%C3%B6e%20Q%26A%20Markquist",
        )
    )
    recorder(
        exchange(whole, query="name=Z%C3%B6e+Q%26A+Markquist", reason=f"no {MARK}", answer=b"{}")
    )
    recorder(exchange(whole, body=b'{"company": "Corner Shop"}'))
    recorder(exchange(None, body=BODY))
    await recorder.close()
    return mine, other


def test_nothing_is_left_in_any_byte_and_sums_and_quantities_are(url: str) -> None:
    async def run() -> None:
        async with opened(url, create=True) as hub:
            mine, other = await filled(hub)
            seller = await hub.seller("acme")
            before = [one async for one in hub.book(seller, tests=True).walk()]
            expected = await erase_customer(hub, seller, mine, dry=True)
            assert {
                *("customers", "orders", "order_events", "answers", "notes", "exchanges")
            } == set(expected)
            assert (1, 2, 1, 4, 3) == tuple(
                expected[one] for one in ("customers", "orders", "answers", "notes", "exchanges")
            )
            assert expected == await erase_customer(hub, seller, mine)
            assert {} == await erase_customer(
                hub, seller, await hub.book(seller).customer(Reference("", str(mine.id)))
            )
            book = hub.book(seller, tests=True)
            after = [one async for one in book.walk()]
            for old, new in zip(before, after, strict=True):
                assert old.totals == new.totals
                assert [(one.sku, one.quantity, one.unit_price) for one in old.lines] == [
                    (one.sku, one.quantity, one.unit_price) for one in new.lines
                ]
            assert {"adobe.contact": {"mail": "erased", "size": 3}} == after[0].extras
            assert after[0].details is not None
            assert after[0].bill_to is not None
            assert "UPS" == after[0].details.parties[1].name
            assert "DE" == after[0].bill_to.country
            assert before[-1] == after[-1]
            assert "Corner Shop" == (await book.customer(Reference("", str(other.id)))).name
            assert "erased" == (await book.events(after[0].id))[-1].what
            assert [] == [*await book.notes(ERASING)]
            assert "customer.erased" == (await hub.store.acts(seller.id))[0].what
            feed = await book.feed()
            assert not feed.more

    asyncio.run(run())
    found = stored(url)
    assert ASCII.encode() not in found
    assert b"5550177" not in found
    assert b"corner shop" in found


class Cut(Exception):
    """What cuts an erasure off."""


async def once_more(url: str, lasts: int) -> dict[str, int]:
    """Erase in a program that is cut off at its so manieth step."""
    steps = iter(range(lasts))

    def on_step(*_: object) -> None:
        if next(steps, None) is None:
            raise Cut

    async with opened(url) as hub:
        hub.store.by(Person("ada", "desk"))
        seller = await hub.seller("acme")
        every = await hub.book(seller).customers()
        mine = next(one for one in every if one.number != "C2")
        return await erase_customer(hub, seller, mine, on_step)


def test_what_was_cut_off_at_each_step_goes_on(url: str) -> None:
    async def run() -> None:
        async with opened(url, create=True) as hub:
            await filled(hub)
        cut, done = 0, dict[str, int]()
        while not done:
            try:
                done = await once_more(url, 1)
            except Cut:
                cut += 1
        assert cut >= 5
        assert (2, 3) == (done["orders"], done["exchanges"])

    asyncio.run(run())
    assert ASCII.encode() not in stored(url)
