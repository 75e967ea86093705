"""Customers and products are found by what they are called, and removed where nothing points at them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.customer_items import set_item_numbers
from orderglot.core.errors import Conflict, NotFound, Overtaken
from orderglot.core.order import Address, Line, Order, Reference, by_hub_id
from orderglot.core.ports import Note, UnitOfWork
from orderglot.core.product import Product
from orderglot.core.rejects import REJECT
from orderglot.stores import writes
from orderglot.stores.backend import Raced
from orderglot.stores.keyring import Key, Keyring
from orderglot.stores.store import BookStore
from tests.stores.shops import Shop

Removal = Callable[[UnitOfWork], Awaitable[None]]
Meanwhile = Callable[[BookStore], Awaitable[None]]

CUSTOMER = Customer(
    number="C1",
    name="Corner Shop",
    last_name="Example",
    email="ann@example.com",
    bill_to=Address(company="Corner Ltd"),
    references=(Reference("kole", "X00001"), Reference("kodaris@east", "4711")),
)
PRODUCT = Product(sku="AA124", upc="0123456789012", title="Mug")


def added(shop: Shop) -> Customer:
    shop.run(shop.book.keep_customer(Customer(number="C2", name="Other")))
    shop.run(shop.book.keep_product(Product(sku="BB1", title="Cup")))
    shop.run(shop.book.keep_product(PRODUCT))
    return shop.run(shop.book.keep_customer(CUSTOMER))


def drop(shop: Shop, thing: Customer | Product) -> None:
    async def work() -> None:
        async with shop.book.together() as unit:
            if isinstance(thing, Customer):
                await unit.drop_customer(thing)
            else:
                await unit.drop_product(thing)

    shop.run(work())


@pytest.mark.parametrize(
    "name",
    ["C1", "Corner Shop", "Example", "ann@example.com", "Corner Ltd", "X00001", "4711"],
)
def test_a_customer_is_found_by_whatever_they_are_called(shop: Shop, name: str) -> None:
    one = added(shop)

    assert (one,) == shop.run(shop.book.customers_called("nobody", name))


@pytest.mark.parametrize("name", ["AA124", "0123456789012", "Mug"])
def test_a_product_is_found_by_whatever_it_is_called(shop: Shop, name: str) -> None:
    added(shop)

    assert ["AA124"] == [one.sku for one in shop.run(shop.book.products_called("none", name))]


def test_nobody_is_called_nothing(shop: Shop) -> None:
    added(shop)

    assert () == shop.run(shop.book.customers_called("", "\0"))
    assert () == shop.run(shop.book.products_called(""))


def test_what_nothing_points_at_is_removed_with_its_names(shop: Shop) -> None:
    one = added(shop)
    drop(shop, one)
    drop(shop, shop.run(shop.book.products(["AA124"]))["AA124"])

    assert () == shop.run(shop.book.customers_called("C1", "X00001"))
    assert {} == shop.run(shop.book.products(["AA124"]))
    with pytest.raises(NotFound):
        shop.run(shop.book.customer(by_hub_id(one.id)))
    assert one.id != shop.run(shop.book.keep_customer(CUSTOMER)).id


def test_what_an_order_points_at_stays(shop: Shop) -> None:
    one = added(shop)
    order = Order(customer=identity(one), lines=(Line(number=1, sku="AA124"),))
    shop.run(shop.book.keep(order))
    with pytest.raises(Conflict, match="Customer C1 has 1 order; who has any is not removed"):
        drop(shop, one)
    with pytest.raises(Conflict, match="1 order has a line of AA124"):
        drop(shop, shop.run(shop.book.products(["AA124"]))["AA124"])

    assert one == shop.run(shop.book.customer(by_hub_id(one.id)))


def test_what_has_changed_meanwhile_is_not_removed(shop: Shop) -> None:
    one = added(shop)
    shop.run(shop.book.keep_customer(replace(one, phone="1")))
    with pytest.raises(Conflict):
        drop(shop, one)

    assert "1" == shop.run(shop.book.customer(by_hub_id(one.id))).phone


def elsewhere(shop: Shop) -> BookStore:
    """Open the book as another process has it."""
    return BookStore(shop.backend, shop.clock)


def removal_of(sku: str) -> Removal:
    async def remove(unit: UnitOfWork) -> None:
        await unit.drop_product((await unit.products([sku]))[sku])

    return remove


def racing(shop: Shop, remove: Removal, meanwhile: Meanwhile) -> None:
    """Do something else, and commit it, between what a removal reads and its own commit."""

    async def work() -> None:
        async with shop.book.together() as unit:
            await remove(unit)
            await meanwhile(elsewhere(shop))

    shop.run(work())


def test_a_product_that_was_just_ordered_is_not_removed(shop: Shop) -> None:
    added(shop)

    async def order(store: BookStore) -> None:
        await store.of(shop.book.caller).place(Order(lines=(Line(number=1, sku="AA124"),)))

    with pytest.raises(Overtaken):
        racing(shop, removal_of("AA124"), order)

    assert "Mug" == shop.run(shop.book.products(["AA124"]))["AA124"].title


def test_an_order_whose_product_was_just_removed_is_asked_again(shop: Shop) -> None:
    added(shop)

    async def place(unit: UnitOfWork) -> bool:
        found = await unit.products(["AA124"])
        if found:
            async with elsewhere(shop).of(shop.book.caller).together() as other:
                await other.drop_product(found["AA124"])
            await unit.place(Order(lines=(Line(number=1, sku="AA124"),)))
        return bool(found)

    assert not shop.run(shop.book.transact(place))
    assert [] == shop.walked()


def test_whoever_does_not_look_for_a_product_may_order_what_is_none(shop: Shop) -> None:
    shop.run(shop.book.place(Order(lines=(Line(number=1, sku="unheard of"),))))

    assert 1 == len(shop.walked())


def test_what_is_ordered_and_removed_at_once_is_one_of_both(shop: Shop) -> None:
    async def place(unit: UnitOfWork, sku: str) -> bool:
        found = await unit.products([sku])
        if found:
            await unit.place(Order(lines=(Line(number=1, sku=sku),)))
        return bool(found)

    async def remove(unit: UnitOfWork, sku: str) -> None:
        for product in (await unit.products([sku])).values():
            await unit.drop_product(product)

    books = [shop.book, elsewhere(shop).of(shop.book.caller)]
    for number in range(20):
        sku = f"S{number}"
        shop.run(shop.book.keep_product(Product(sku=sku)))
        ordered, removed = shop.gathered(
            books[number % 2].transact(lambda unit, sku=sku: place(unit, sku)),  # type: ignore[misc]
            books[(number + 1) % 2].transact(lambda unit, sku=sku: remove(unit, sku)),  # type: ignore[misc]
        )
        there = bool(shop.run(shop.book.products([sku])))
        assert there is (ordered is True) is isinstance(removed, Conflict), (ordered, removed)


def key_for(shop: Shop, customer: int) -> Caller:
    return Caller(seller=shop.seller.id, customer=customer)


async def issue(keyring: Keyring, caller: Caller) -> Key:
    return await keyring.issue_key(
        "kole", caller, lambda drawn: drawn.hex(), lambda drawn: drawn[:5].hex()
    )


def test_a_customer_who_was_just_given_a_key_is_not_removed(shop: Shop) -> None:
    one = added(shop)

    async def give(store: BookStore) -> None:
        await issue(store.keyring, key_for(shop, one.id))

    async def remove(unit: UnitOfWork) -> None:
        await unit.drop_customer(one)

    with pytest.raises(Overtaken):
        racing(shop, remove, give)

    assert one == shop.run(shop.book.customer(by_hub_id(one.id)))


def test_nobody_gets_a_key_for_a_customer_who_was_just_removed(shop: Shop) -> None:
    one = added(shop)
    drop(shop, one)

    with pytest.raises(NotFound, match=f"There is no customer {one.id} here"):
        shop.run(issue(shop.store.keyring, key_for(shop, one.id)))


def test_keys_that_let_nobody_in_any_more_keep_no_customer(shop: Shop) -> None:
    one = added(shop)
    keyring = shop.store.keyring
    key = shop.run(issue(keyring, key_for(shop, one.id)))
    shop.run(
        keyring.roll_key(
            shop.seller.id, "kole", key.id, lambda drawn: drawn.hex(), timedelta(days=1)
        )
    )
    with pytest.raises(Conflict, match="Customer C1 has 1 key;"):
        drop(shop, one)
    shop.run(keyring.end_key(shop.seller.id, "kole", key.id))
    drop(shop, one)

    assert [key.id] == [made.key.id for made in shop.run(keyring.keys(shop.seller.id))]


def test_a_customer_who_was_just_given_item_numbers_is_not_removed(shop: Shop) -> None:
    one = shop.run(shop.book.keep_customer(replace(added(shop), own_item_numbers=True)))

    async def give(store: BookStore) -> None:
        async with store.of(shop.book.caller).together() as unit:
            await set_item_numbers(unit, one, {"mine": "AA124"})

    async def remove(unit: UnitOfWork) -> None:
        await unit.drop_customer(one)

    with pytest.raises(Overtaken):
        racing(shop, remove, give)
    drop(shop, shop.customer(number="C9"))
    with pytest.raises(Conflict, match="1 item number"):
        drop(shop, one)


def test_no_item_numbers_are_left_of_a_customer_who_was_just_removed(shop: Shop) -> None:
    one = shop.run(shop.book.keep_customer(replace(added(shop), own_item_numbers=True)))

    async def give(unit: UnitOfWork) -> None:
        await set_item_numbers(unit, one, {"mine": "AA124"})

    async def remove(store: BookStore) -> None:
        async with store.of(shop.book.caller).together() as unit:
            await unit.drop_customer(one)

    with pytest.raises(Overtaken):
        racing(shop, give, remove)


def test_a_product_that_comes_again_is_not_taken_for_the_one_before(shop: Shop) -> None:
    added(shop)
    for version in (1, 2, 3):
        before = shop.run(shop.book.products(["AA124"]))["AA124"]
        assert version == before.version
        drop(shop, before)
        shop.run(shop.book.keep_product(PRODUCT))
        with pytest.raises(Conflict):
            shop.run(shop.book.keep_product(replace(before, title="changed")))
        with pytest.raises(Conflict):
            drop(shop, before)


def test_a_new_product_does_not_begin_anew_beside_one_that_came_and_went(shop: Shop) -> None:
    async def come_and_go(store: BookStore) -> None:
        book = store.of(shop.book.caller)
        found = await book.keep_product(PRODUCT)
        async with book.together() as unit:
            await unit.drop_product(found)

    async def add(unit: UnitOfWork) -> None:
        await unit.keep_product(PRODUCT)

    with pytest.raises(Overtaken):
        racing(shop, add, come_and_go)
    assert 2 == shop.run(shop.book.keep_product(PRODUCT)).version


def test_a_product_that_changes_between_read_and_write_is_read_again(shop: Shop) -> None:
    added(shop)
    titles = ["Cup", "Pot"]

    async def change(unit: UnitOfWork) -> int:
        found = (await unit.products(["AA124"]))["AA124"]
        if titles:
            there = (await shop.book.products(["AA124"]))["AA124"]
            await shop.book.keep_product(replace(there, title=titles.pop()))
        return (await unit.keep_product(replace(found, upc="1"))).version

    assert 4 == shop.run(shop.book.transact(change))
    there = shop.run(shop.book.products(["AA124"]))["AA124"]
    assert ("Cup", "1") == (there.title, there.upc)


def test_a_seller_is_removed_in_the_version_that_was_looked_at(shop: Shop) -> None:
    store = shop.store
    empty = shop.run(store.add_seller("empty"))
    shop.run(store.change_seller(replace(empty, title="changed")))
    with pytest.raises(Conflict, match="empty was changed just now"):
        shop.run(store.remove_seller("empty", empty.version))
    shop.run(store.remove_seller("empty", empty.version + 1))


def test_a_seller_who_was_just_given_a_key_is_not_removed(shop: Shop) -> None:
    empty = shop.run(shop.store.add_seller("empty"))
    drop_seller = writes.DropSeller(empty, (), REJECT, shop.clock())

    async def commit(write: writes.Write) -> None:
        await shop.backend.commit(empty.id, (write,))

    key = shop.run(issue(shop.store.keyring, Caller(seller=empty.id)))
    with pytest.raises(Raced):
        shop.run(commit(drop_seller))
    shop.run(shop.store.keyring.end_key(empty.id, "kole", key.id))
    reject = Note(kind=REJECT, name="one", version=1)
    shop.run(commit(writes.PutNote(reject)))
    with pytest.raises(Raced):
        shop.run(commit(drop_seller))
    shop.run(commit(writes.DropNote(reject)))
    shop.run(commit(drop_seller))
