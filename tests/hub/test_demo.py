"""The demo book: complete, the same every time, and never mixed up with somebody's own."""

import asyncio
from decimal import Decimal

import msgspec
import pytest

from orderglot import demo, dialects
from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference
from orderglot.core.values import InvoiceStatus, Status
from orderglot.demo import kole
from orderglot.faces.client import Client
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore

KOLE = demo.part("kole")


def filled() -> MemoryStore:
    store = MemoryStore()
    asyncio.run(demo.fill(store))
    return store


def client(store: MemoryStore, name: str) -> Client:
    dialect = dialects.dialect(name)
    credential = demo.credential(name, dialect.auth.fields)
    if dialect.customer:
        credential[dialect.customer] = str(demo.part(name).examples[dialect.customer])
    return Client(dialect, Server(dialect, store), credential)


async def every(client: Client) -> list[Order]:
    return [order async for order in client.walk()]


def test_every_part_belongs_to_a_dialect() -> None:
    assert set(demo.names()) <= set(dialects.names())


def test_the_demo_is_the_same_every_time() -> None:
    again = msgspec.json.encode(kole.part())
    assert msgspec.json.encode(KOLE) == again


@pytest.mark.parametrize("name", demo.names())
def test_the_demo_credential_comes_in_and_sees_the_demo_orders(name: str) -> None:
    async def seen() -> list[Reference]:
        comes_in = client(filled_store, name)
        return [(await comes_in.get(ref)).references[0] for ref in own]

    filled_store = filled()
    own = [order.references[0] for order in demo.part(name).orders]
    assert own == asyncio.run(seen())


@pytest.mark.parametrize("name", demo.names())
def test_the_shell_line_of_a_dialect_has_the_demos_credential(name: str) -> None:
    fields = dialects.dialect(name).auth.fields
    assert demo.part(name).key.secret in demo.curl(name, "http://here", fields)


def test_filling_a_demo_book_once_more_changes_nothing() -> None:
    async def twice() -> tuple[object, object]:
        store = MemoryStore()
        await demo.fill(store)
        first = (await store.sellers(), await store.keyring.credentials(1))
        await demo.fill(store)
        return first, (await store.sellers(), await store.keyring.credentials(1))

    first, second = asyncio.run(twice())
    assert first == second


def test_a_demo_book_that_was_left_half_done_is_completed() -> None:
    async def completed() -> int:
        store = MemoryStore()
        seller = await store.add_seller(KOLE.seller.name, tables={demo.MARK: []})
        book = store.of(Caller(seller=seller.id))
        await book.keep_customer(KOLE.customers[0])
        await book.keep_product(KOLE.products[0])
        await demo.fill(store)
        return (await store.counts(seller.id)).orders

    every = sum(len(demo.part(name).orders) for name in demo.names())
    assert every == asyncio.run(completed())


def test_only_a_marked_book_is_a_demo_book() -> None:
    async def own() -> bool:
        store = MemoryStore()
        await store.add_seller("acme")
        return await demo.is_demo(store)

    assert not asyncio.run(own())
    assert asyncio.run(demo.is_demo(filled()))


def test_the_kole_demo_has_three_pages_and_every_status() -> None:
    assert 2 * 25 < len(KOLE.orders) <= 3 * 25
    kole_statuses = {
        Status.PROCESSING,
        Status.CHARGED,
        Status.PACKING,
        Status.SHIPPED,
        Status.ON_HOLD,
        Status.CANCELLED,
    }
    assert kole_statuses == {order.status for order in KOLE.orders}
    bills = {order.invoice.status for order in KOLE.orders if order.invoice}
    assert set(InvoiceStatus) == bills


def test_every_demo_bill_adds_up() -> None:
    for order in KOLE.orders:
        assert order.invoice is not None
        ledger = order.invoice
        for sums in (ledger.due, ledger.owed, ledger.paid, ledger.refunded):
            parts = (sums.subtotal, sums.tax, sums.duty, sums.shipping)
            assert sum(part or Decimal(0) for part in parts) == sums.total
        assert ledger.due.subtotal == sum(line.total or Decimal(0) for line in order.lines)


def test_one_kole_order_has_every_field_that_the_wire_has() -> None:
    store = filled()
    reference = Reference("kole", str(KOLE.examples["order_id"]))
    rich = asyncio.run(client(store, "kole").get(reference))
    assert rich.notes
    assert rich.po_number
    assert len(rich.shipping.notifications) == 2
    assert rich.shipping.instructions
    assert rich.invoice is not None
    assert rich.invoice.number
    assert rich.invoice.paid.total
    assert rich.invoice.refunded.total
    assert None not in (rich.bill_to, rich.ship_to, rich.created, rich.modified, rich.received)


def test_an_order_can_be_placed_by_what_the_demo_says() -> None:
    async def placed() -> Order:
        store = MemoryStore()
        await demo.fill(store)
        template = KOLE.orders[0]
        line = msgspec.structs.replace(
            template.lines[0], sku=str(KOLE.examples["sku"]), quantity=int(KOLE.examples["pack"])
        )
        draft = Order(ship_to=template.ship_to, shipping=template.shipping, lines=(line,))
        return await client(store, "kole").place(draft)

    order = asyncio.run(placed())
    assert not order.test
    assert order.lines[0].total == Decimal("28.80")
