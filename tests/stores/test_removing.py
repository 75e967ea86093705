"""Customers and products are found by what they are called, and removed where nothing points at them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Conflict, NotFound
from orderglot.core.order import Address, Line, Order, Reference, by_hub_id
from orderglot.core.product import Product
from tests.stores.shops import Shop

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
