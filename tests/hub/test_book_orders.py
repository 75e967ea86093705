"""The orders of an open book in a Python program: what our own API does, asynchronous and blocking."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from orderglot import Address, Line, Order, Reference, dialects, open_book
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.product import Product, Tier
from orderglot.core.values import Kind, Status
from orderglot.dialects.orderglot.tables import NAME
from orderglot.hub.book_orders import BookOrders
from orderglot.hub.library import OpenBook

WANTED = Order(po_number="PO-1", lines=(Line(sku="MUG", quantity=24),))


def trial(url: Path, work: Callable[[OpenBook], Awaitable[None]]) -> None:
    """Do some work with the book of a seller of mugs and towels, with two customers."""

    async def opened() -> None:
        async with open_book(f"sqlite:///{url}/book.db", "acme", create=True, who="Ann") as book:
            for sku, price in (("MUG", "1.20"), ("TOWEL", "0.85")):
                tiers = (Tier(price=Decimal(price)),)
                await book.keep_product(Product(sku=sku, currency="USD", tiers=tiers))
            for number in ("C-1", "C-2"):
                known = (Reference("kole", f"X{number}"),)
                await book.keep_customer(Customer(number=number, references=known))
            await work(book)

    asyncio.run(opened())


def methods() -> set[str]:
    return {name for name in dir(BookOrders) if not name.startswith("_")}


def test_there_is_a_method_for_each_operation_on_orders() -> None:
    names = {"as": "view", "return": "take_back"}
    operations = (one.name.partition(".") for one in dialects.dialect(NAME).operations)
    asked = {
        names.get(name, name.replace("-", "_")) for of, _, name in operations if of == "orders"
    }

    assert asked | {"walk", "as_text"} == methods()


@pytest.mark.parametrize("name", sorted(methods()))
def test_each_says_what_it_does_and_takes_a_version_if_it_writes(name: str) -> None:
    method = inspect.getattr_static(BookOrders, name)
    reads = {"list", "walk", "get", "linked", "events", "view", "as_text", "create"}

    assert (method.__doc__ or "").strip().partition("\n")[0].endswith(".")
    names = inspect.signature(getattr(BookOrders(None, None), name)).parameters  # type: ignore[arg-type]
    assert (name not in reads) is ("version" in names)


def test_an_order_is_created_at_the_sellers_prices_for_whom_it_names(tmp_path: Path) -> None:
    async def work(book: OpenBook) -> None:
        customer = (await book.customers())[0]
        for whose in (customer, customer.id, "C-1", "kole:XC-1"):
            made = await book.orders.create(WANTED, customer=whose)
            assert (identity(customer), Decimal("28.80")) == (made.customer, made.totals.total)
        named = Order(lines=WANTED.lines, customer=identity(customer))
        assert identity(customer) == (await book.orders.create(named)).customer
        assert (await book.orders.create(WANTED)).customer is None
        with pytest.raises(NotFound):
            await book.orders.create(WANTED, customer="C-9")

    trial(tmp_path, work)


def test_what_is_not_for_whoever_orders_to_say_is_refused_by_name(tmp_path: Path) -> None:
    line = Line(sku="MUG", quantity=24, unit_price=Decimal(1))

    async def work(book: OpenBook) -> None:
        with pytest.raises(Invalid) as refused:
            await book.orders.create(Order(status=Status.SHIPPED, currency="USD", lines=(line,)))
        fields = ["status", "currency", "lines.unit_price"]
        assert fields == [one.field for one in refused.value.problems]
        with pytest.raises(Invalid, match="sku"):
            await book.orders.create(Order(lines=(Line(sku="CUP", quantity=1),)))
        assert 0 == (await book.orders.list(total=True)).total

    trial(tmp_path, work)


def test_orders_are_listed_by_filter_by_what_a_person_types_and_page_by_page(
    tmp_path: Path,
) -> None:
    async def work(book: OpenBook) -> None:
        ids = [
            (await book.orders.create(Order(po_number=f"PO-{one}", lines=WANTED.lines))).id
            for one in range(5)
        ]
        page = await book.orders.list(sort="-created", limit=2, total=True)
        assert (ids[:2:-1], 5) == ([one.id for one in page.orders], page.total)
        assert page.next is not None
        further = await book.orders.list(sort="-created", limit=2, after=page.next.after)
        assert ids[2:0:-1] == [one.id for one in further.orders]
        assert [ids[3]] == [one.id async for one in book.orders.walk(q="PO-3")]
        assert ids == [one.id async for one in book.orders.walk(filter="lines.sku = MUG")]
        with pytest.raises(Invalid, match="filter"):
            await book.orders.list(filter="colour = red")
        with pytest.raises(Invalid, match="limit"):
            await book.orders.list(limit=101)

    trial(tmp_path, work)


def test_an_order_goes_through_all_steps_of_its_life(tmp_path: Path) -> None:
    async def work(book: OpenBook) -> None:
        orders = book.orders
        order = await orders.create(WANTED, customer="C-1")
        assert Status.PROCESSING is (await orders.confirm(order)).status
        assert Status.ON_HOLD is (await orders.hold(order.id, "no credit")).status
        assert Status.PROCESSING is (await orders.release("PO-1")).status
        corrected = await orders.correct(
            order, {1: 12}, add={"TOWEL": 3}, po_number="", ship_to=Address(city="Reno")
        )
        assert ("", [12, 3]) == (corrected.po_number, [one.quantity for one in corrected.lines])
        assert corrected.ship_to is not None
        street = await orders.correct(order, ship_to={"line_1": "1 Road"})
        assert Address(city="Reno", line_1="1 Road") == street.ship_to
        assert Decimal(1) == (await orders.reprice(order, {1: Decimal(1)})).lines[0].unit_price
        assert Decimal("1.2") == (await orders.reprice(order)).lines[0].unit_price
        assert "C-2" == ((await orders.move(order, "C-2")).customer or identity(Customer())).number
        assert "Ring twice." == (await orders.note(order, "Ring twice.")).notes
        asked = await orders.cancel(order, {2: 1}, ask=True, by="Bob", reason="too many")
        assert asked.details is not None
        assert "Bob" == asked.details.cancellations[0].asked_by
        await orders.answer_cancellation(order, "accept")
        (half,) = (await orders.split(order, {1: 6})).made
        assert [order.id] == [one.id for one in await orders.linked(half)]
        assert Status.CANCELLED is (await orders.cancel(half, reason="sold out")).status
        parcel = await orders.ship(order, {1: 6}, carrier="UPS", tracking="1Z1")
        assert Status.PARTLY_SHIPPED is parcel.status
        assert Status.SHIPPED is (await orders.ship(order)).status
        assert Status.DELIVERED is (await orders.deliver(order)).status
        back = await orders.take_back(order, {1: 1}, reason="broken")
        assert [Kind.RETURN] == [one.kind for one in back.made]
        swapped = await orders.exchange(order, {1: 1}, goods={"TOWEL": 2})
        assert [Kind.RETURN, Kind.SALE] == [one.kind for one in swapped.made]
        assert Status.COMPLETED is (await orders.complete(order)).status
        assert [48] == [
            (await orders.change(await orders.create(WANTED), CHANGE)).lines[0].quantity
        ]
        assert {"Ann"} == {one.who for one in await orders.events(order)}
        await orders.delete(order, reason="entered twice")
        with pytest.raises(NotFound):
            await orders.get(order)

    trial(tmp_path, work)


CHANGE = {"lines": [{"number": 1, "quantity": 48}]}


def test_who_says_of_which_version_is_not_overtaken(tmp_path: Path) -> None:
    async def work(book: OpenBook) -> None:
        order = await book.orders.create(WANTED)
        await book.orders.note(order, "Ring twice.", version=order.version)
        with pytest.raises(Conflict, match="Version 2 of the order is here by now"):
            await book.orders.ship(order, version=order.version)
        with pytest.raises(Conflict):
            await book.orders.change(order, CHANGE, version=order.version)
        assert Status.RECEIVED is (await book.orders.get(order)).status

    trial(tmp_path, work)


def test_an_order_is_written_as_another_dialect_does_with_what_that_loses(tmp_path: Path) -> None:
    async def work(book: OpenBook) -> None:
        order = await book.orders.create(WANTED, customer="C-1")
        view = await book.orders.view(order, "kole", form="xml")
        assert view.body.decode() == await book.orders.as_text(order, "kole", form="xml")
        assert b"<customer_id>XC-1</customer_id>" in view.body
        assert {"currency", "lines.number"} <= set(view.losses)
        with pytest.raises(Invalid, match="There is no dialect 'klingon'"):
            await book.orders.as_text(order, "klingon")
        nobodys = await book.orders.create(WANTED)
        with pytest.raises(
            Invalid, match="shows an order by its customer, and this one is nobody's"
        ):
            await book.orders.as_text(nobodys, "adobe")

    trial(tmp_path, work)


def test_a_book_can_be_awaited_and_closed_by_itself(tmp_path: Path) -> None:
    async def work() -> None:
        book = await open_book(f"sqlite:///{tmp_path}/book.db", "acme", create=True)
        assert () == (await book.orders.list()).orders
        await book.close()
        await book.close()

    asyncio.run(work())
