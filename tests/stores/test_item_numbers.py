"""Item numbers: an order that comes in goes by our SKUs, by its own customer's table alone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.customer_items import remove_item_number, set_item_numbers
from orderglot.core.errors import Conflict, Forbidden, Invalid, NotFound
from orderglot.core.item_numbers import ItemNumbers
from orderglot.core.order import Identity, Line, Order, Reference
from orderglot.core.ports import Outcome
from orderglot.core.product import Product
from tests.stores.shops import Shop

SKUS = ("AA124", "AA125")


@pytest.fixture
def customer(shop: Shop) -> Customer:
    """Give a customer who calls AA124 their own 4711-B, of a seller with two products."""
    for sku in SKUS:
        shop.run(shop.book.keep_product(Product(sku=sku)))
    made = shop.customer(number="C1")
    put(shop, made, {"4711-B": "AA124"})
    return again(shop, made)


def put(shop: Shop, customer: Customer, numbers: dict[str, str]) -> int:
    """Put numbers into a customer's table."""

    async def work() -> int:
        async with shop.book.together() as unit:
            return await set_item_numbers(unit, customer, numbers)

    return shop.run(work())


def removed(shop: Shop, customer: Customer, number: str) -> None:
    async def work() -> None:
        async with shop.book.together() as unit:
            await remove_item_number(unit, customer, number)

    shop.run(work())


def again(shop: Shop, customer: Customer) -> Customer:
    """Read a customer once more."""
    return shop.run(shop.book.customer(Reference("orderglot", str(customer.id))))


def came(shop: Shop, customer: Any, *skus: str, id: str = "1") -> tuple[Order, Outcome]:
    """Keep an order that comes from elsewhere."""
    order = Order(
        references=(Reference("file", id),),
        customer=identity(customer) if isinstance(customer, Customer) else customer,
        lines=tuple(Line(number=n, sku=sku, quantity=n) for n, sku in enumerate(skus, 1)),
    )
    (kept,) = shop.run(shop.book.keep(order))
    return kept.order, kept.outcome


def goods(order: Order) -> list[tuple[str, str]]:
    """Give the SKU and the buyer's number of each line."""
    return [
        (line.sku, line.details.item_numbers.buyer if line.details else "") for line in order.lines
    ]


def test_a_customers_number_becomes_our_sku_and_is_kept(shop: Shop, customer: Customer) -> None:
    order, outcome = came(shop, customer, "4711-B", "AA125", "unheard-of")

    assert Outcome.NEW == outcome
    assert [("AA124", "4711-B"), ("AA125", ""), ("unheard-of", "")] == goods(order)
    assert goods(order) == goods(shop.run(shop.book.get(Reference("file", "1"))))


@pytest.mark.parametrize("how", ["number", "reference"])
def test_a_customer_is_known_by_any_of_their_names(
    shop: Shop, customer: Customer, how: str
) -> None:
    named = Identity(number="C1")
    if how == "reference":
        reference = (Reference("kole@there", "7"),)
        customer = shop.run(shop.book.keep_customer(replace(customer, references=reference)))
        named = Identity(references=reference)

    assert [("AA124", "4711-B")] == goods(came(shop, named, "4711-B")[0])


def test_a_line_keeps_what_else_it_says_of_itself(shop: Shop, customer: Customer) -> None:
    from orderglot.core.line_details import LineDetails

    details = LineDetails(unit_code="KGM", item_numbers=ItemNumbers(gtin="4006381333931"))
    line = Line(sku="4711-B", quantity=3, title="Mug", details=details)
    order = Order(references=(Reference("file", "1"),), customer=identity(customer), lines=(line,))
    (kept,) = shop.run(shop.book.keep(order))

    numbers = ItemNumbers(gtin="4006381333931", buyer="4711-B")
    shown = replace(line, sku="AA124", details=replace(details, item_numbers=numbers))
    assert (shown,) == kept.order.lines


def test_nobody_elses_table_is_asked(shop: Shop, customer: Customer) -> None:
    other = shop.customer(number="C2")
    assert [("4711-B", "")] == goods(came(shop, other, "4711-B", id="1")[0])

    put(shop, other, {"4711-B": "AA125"})
    assert [("AA125", "4711-B")] == goods(came(shop, other, "4711-B", id="2")[0])
    assert [("AA124", "4711-B")] == goods(came(shop, customer, "4711-B", id="3")[0])
    assert [("4711-B", "")] == goods(came(shop, Identity(number="new"), "4711-B", id="4")[0])
    assert [("4711-B", "")] == goods(came(shop, None, "4711-B", id="5")[0])


def test_another_sellers_customer_of_that_id_has_another_table(
    shop: Shop, customer: Customer
) -> None:
    other = shop.run(shop.store.add_seller("other"))
    book = shop.opened(seller=other.id)
    made = shop.run(book.keep_customer(Customer(number="C1")))

    assert customer.id == made.id
    assert {} == shop.run(book.item_numbers(made.id))
    assert {"4711-B": "AA124"} == shop.run(shop.book.item_numbers(customer.id))


def test_a_number_that_becomes_an_sku_of_ours_is_meant_as_that(
    shop: Shop, customer: Customer
) -> None:
    shop.run(shop.book.keep_product(Product(sku="4711-B")))

    assert [("4711-B", "")] == goods(came(shop, customer, "4711-B")[0])


def test_the_same_order_once_more_changes_nothing(shop: Shop, customer: Customer) -> None:
    first, _ = came(shop, customer, "4711-B", "AA125")
    second, outcome = came(shop, customer, "4711-B", "AA125")

    assert (Outcome.SAME, first) == (outcome, second)


@pytest.mark.parametrize("change", ["other", "removed"])
def test_what_an_order_was_taken_for_it_goes_on_to_be(
    shop: Shop, customer: Customer, change: str
) -> None:
    came(shop, customer, "4711-B")
    if change == "other":
        put(shop, customer, {"4711-B": "AA125"})
    else:
        removed(shop, customer, "4711-B")
    later = "AA125" if change == "other" else "4711-B"

    assert Outcome.SAME == came(shop, customer, "4711-B")[1]
    assert later == came(shop, again(shop, customer), "4711-B", id="2")[0].lines[0].sku


def test_an_order_that_is_placed_here_stays_as_it_is_said(shop: Shop, customer: Customer) -> None:
    placed = shop.placed(customer=identity(customer), lines=(Line(sku="4711-B", quantity=1),))

    assert [("4711-B", "")] == goods(placed)


def test_a_number_is_changed_and_taken_out(shop: Shop, customer: Customer) -> None:
    assert 0 == put(shop, customer, {"4711-B": "AA124"})
    assert 2 == put(shop, customer, {"4711-B": "AA125", "x": "AA124"})
    assert {"4711-B": "AA125", "x": "AA124"} == shop.run(shop.book.item_numbers(customer.id))
    assert {"x": "AA124"} == shop.run(shop.book.item_numbers(customer.id, "x", "y", "\0"))
    assert {} == shop.run(shop.book.item_numbers(customer.id, "\0"))

    removed(shop, again(shop, customer), "x")
    assert again(shop, customer).own_item_numbers
    removed(shop, again(shop, customer), "4711-B")
    assert not again(shop, customer).own_item_numbers
    with pytest.raises(NotFound, match="Customer C1 has no item number '4711-B'"):
        removed(shop, again(shop, customer), "4711-B")


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"AA125": "AA124"}, "'AA125' is an SKU of the seller's own, and is always meant as that."),
        ({"x": "AA999"}, "There is no product with the SKU 'AA999'; add it first."),
        ({" ": "AA124"}, "' ' is not a number of 1 to 250 characters."),
        ({"x" * 251: "AA124"}, "is not a number of 1 to 250 characters."),
        ({"a\0b": "AA124"}, "is not a number of 1 to 250 characters."),
    ],
)
def test_what_makes_no_sense_is_refused_whole(
    shop: Shop, customer: Customer, numbers: dict[str, str], reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        put(shop, customer, {"fine": "AA124", **numbers})

    assert reason in refused.value.message
    assert {"4711-B": "AA124"} == shop.run(shop.book.item_numbers(customer.id))


def test_a_customers_key_reads_their_own_numbers_alone(shop: Shop, customer: Customer) -> None:
    other = shop.customer(number="C2")
    own, strange = shop.opened(customer=customer.id), shop.opened(customer=other.id)

    assert {"4711-B": "AA124"} == shop.run(own.item_numbers(customer.id))
    assert {} == shop.run(strange.item_numbers(other.id))
    with pytest.raises(Forbidden):
        shop.run(strange.item_numbers(customer.id))
    with pytest.raises(Forbidden):
        shop.run(own.item_numbers(other.id, "4711-B"))


def test_an_order_by_another_customers_key_is_not_read_by_this_table(
    shop: Shop, customer: Customer
) -> None:
    other = shop.customer(number="C2")
    strange = shop.opened(customer=other.id)
    order = Order(references=(Reference("file", "1"),), lines=(Line(sku="4711-B", quantity=1),))

    (kept,) = shop.run(strange.keep(order))
    assert [("4711-B", "")] == goods(kept.order)
    (mine,) = shop.run(shop.opened(customer=customer.id).keep(replace(order, references=())))
    assert [("AA124", "4711-B")] == goods(mine.order)


def test_two_who_set_the_same_number_at_once_do_not_both_win(
    shop: Shop, customer: Customer
) -> None:
    async def work() -> None:
        async with shop.book.together() as one:
            await set_item_numbers(one, customer, {"4711-B": "AA125"})
            async with shop.book.together() as other:
                await set_item_numbers(other, customer, {"4711-B": "AA125"})

    with pytest.raises(Conflict):
        shop.run(work())
