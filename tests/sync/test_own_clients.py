"""What our own clients were given stands, whatever is placed with vendors and pulled from them."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.customer import Customer, identity
from orderglot.core.order import HUB, Order, Reference, native
from orderglot.faces.client import Client
from orderglot.sync.place import place
from orderglot.sync.placement_checks import Terms
from orderglot.wire.message import Request, Response, Send
from tests.sync.hubs import Hub, hubs
from tests.sync.vendors import PLACING

each = pytest.mark.parametrize("name", PLACING)
ANYHOW = Terms(without=("ship_to", "lines"))


async def traded(*names: str) -> list[Hub]:
    """Open hubs that know each other as customers, and sell the same."""
    members = await hubs(*names)
    for hub in members:
        await hub.trade(members)
        await hub.stock("P0001", "A0001", "B0001")
    return members


async def ordered(partner: Hub, ours: Hub, name: str) -> tuple[Client, str, Order]:
    """Let a partner order at our face of a dialect: gives his client, the id he is given, our order."""
    there = await partner.buying(ours, name)
    known_id = native(await there.client.place(there.source.outgoing(await partner.order())), name)
    return there.client, known_id, await ours.book.get(Reference(name, known_id))


@each
def test_an_order_that_was_placed_with_a_vendor_is_found_by_the_id_that_the_client_was_told(
    name: str,
) -> None:
    async def work() -> None:
        partner, ours, vendor = await traded("P", "A", "B")
        # The vendor's own order has the number that our client is given.
        await vendor.order()
        client, known_id, order = await ordered(partner, ours, name)
        await place(ours.book, await ours.buying(vendor, name), order, ANYHOW)
        assert known_id == native(await client.get(Reference(name, known_id)), name)
        if dialects.dialect(name).flows.page is not None:
            await ours.pull(vendor, name)

        mine = await ours.book.get(Reference(name, known_id))
        assert (order.id, order.customer) == (mine.id, mine.customer)
        assert known_id == native(await client.get(Reference(name, known_id)), name)
        there = [ref.id for ref in mine.references if ref.dialect == f"{name}@B"]
        assert there not in ([], [known_id])

    asyncio.run(work())


@each
def test_no_id_of_ours_is_ever_written_to_a_vendor(name: str) -> None:
    """The hub's own id of the customer, and what our clients know him by, stay here."""

    async def work() -> None:
        ours, vendor = await hubs("A", "B")
        await vendor.trade([vendor])
        sent: list[bytes] = []

        def watching(send: Send) -> Send:
            async def watched(request: Request) -> Response:
                sent.append(request.body + request.path.encode() + request.query.encode())
                return await send(request)

            return watched

        # Of several, so that no number is by chance the vendor's as well.
        references = (Reference(name, "7700077"), Reference(f"{name}@B", str(vendor.customer.id)))
        own = await ours.book.keep_customer(
            Customer(name="Sample Store", number="OWN", references=references)
        )
        _, _, order = [await ours.order() for _ in range(3)]
        await vendor.stock(order.lines[0].sku)
        order = await ours.book.change(
            replace(
                order,
                customer=identity(own),
                references=(Reference(name, "8800088"), Reference("kole@X", "9900099")),
            )
        )
        ours.between = watching
        there = await ours.buying(vendor, name)
        await place(ours.book, there, order, replace(ANYHOW, also=True))

        everything = b"\n".join(sent)
        assert everything
        for id in ("7700077", "8800088", "9900099", str(order.id), str(own.id)):
            assert id.encode() not in everything, id

    asyncio.run(work())


@each
def test_the_item_id_of_one_vendor_is_never_written_to_another(name: str) -> None:
    async def work() -> None:
        ours, vendor = await traded("A", "B")
        order = await ours.order()
        lines = tuple(replace(line, item_id="555000111") for line in order.lines)
        order = await ours.change(order, lines=lines)
        there = await ours.buying(vendor, name)
        await place(ours.book, there, order, ANYHOW)

        [theirs] = await vendor.orders()
        assert [line.sku for line in order.lines] == [line.sku for line in theirs.lines]
        assert "555000111" not in {line.item_id for line in theirs.lines}
        mine = await ours.book.get(Reference(HUB, str(order.id)))
        written = [line.item_id for line in there.source.outgoing(mine).lines]
        assert [line.item_id for line in mine.lines] == written, "he may know it by now"

    asyncio.run(work())
